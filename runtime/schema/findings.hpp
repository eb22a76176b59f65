// What does not fit, while it is collected: the first ones in the order of the value, each once, the rest as a number.
// Must never hold a value that was checked.
#pragma once

#include "runtime/schema/schema.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pawl::schema {

/// Where a value stands in the one that is checked. Lives on the stack of the check.
struct place {
  const place* parent = nullptr;
  const std::string* name = nullptr; ///< of a member
  std::size_t index = 0;             ///< of an element
};

/// JSON pointer; names shortened, nothing for the top.
std::string pointer_of(const place* at);

class findings {
public:
  explicit findings(std::size_t violations_max) : violations_max_(violations_max) {}

  void add(violation found);
  void add_all(const findings& others);

  std::size_t count() const { return count_; }
  const std::vector<violation>& first() const { return first_; }
  std::size_t violations_max() const { return violations_max_; }

  /// With the rest as one line. `is_complete`: nothing was left unchecked.
  std::vector<violation> take(bool is_complete);

private:
  std::size_t violations_max_;
  std::size_t count_ = 0;
  std::vector<violation> first_;
};

/// Alternatives none of which fits, as one violation. Keeps what the closest one found, not what each did: they may be
/// thousands, and alternatives may stand in alternatives.
class alternatives {
public:
  explicit alternatives(std::string pointer) : pointer_(std::move(pointer)) {}

  /// What the next one found.
  void add(findings misfits);
  /// After one at least was added.
  void report(findings& out, const std::string& found) &&;

private:
  void note_expected(const findings& misfits);

  std::string pointer_;
  std::size_t count_ = 0;
  std::size_t closest_ = 0;
  findings of_closest_{0};
  bool is_one_place_ = true;          ///< each is a single violation here: their words can be joined
  std::vector<std::string> expected_; ///< of these, each once
};

} // namespace pawl::schema
