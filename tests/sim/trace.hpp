// What happened in one simulation, line by line. The first broken promise ends the program with the last lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::sim {

class trace {
public:
  explicit trace(std::uint64_t seed) : seed_(seed) {}

  void line(std::string text);
  /// From now on each line goes to standard output as well.
  void show_as_it_goes() { shows_ = true; }
  /// Says seed, promise and the way there, and exits with 1: what runs on after a broken promise shows nothing.
  [[noreturn]] void violated(const std::string& promise) const;

  const std::vector<std::string>& lines() const { return lines_; }
  std::uint64_t hash() const { return hash_; }

private:
  std::uint64_t seed_;
  bool shows_ = false;
  std::vector<std::string> lines_;
  std::uint64_t hash_ = 0;
};

} // namespace pawl::sim
