// What a definition's check has found, kept short enough to be shown: a hostile document has more problems than anyone
// can read, and each may quote all of it. Never loses the fact that there was an error.
#pragma once

#include <pawl/definition.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pawl::core {

class problem_list {
public:
  static constexpr std::size_t listed_max = 100; ///< of errors, and of warnings
  static constexpr std::size_t text_bytes_max = 2'000;
  static constexpr std::size_t pointer_bytes_max = 1'000;

  void add(problem p);
  void fail(std::string pointer, std::string message, std::string advice) {
    add({false, std::move(pointer), std::move(message), std::move(advice)});
  }
  void warn(std::string pointer, std::string message, std::string advice) {
    add({true, std::move(pointer), std::move(message), std::move(advice)});
  }

  bool has_errors() const noexcept { return errors_ != 0; }
  /// Whether more warnings would only be counted.
  bool is_full_of_warnings() const noexcept { return warnings_ > listed_max; }
  /// The problems in the order in which they came, then how many more there were.
  std::vector<problem> take() &&;

private:
  std::vector<problem> listed_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

} // namespace pawl::core
