// Counting, and the last lines of the checker's output.
#include "tests/conformance/conformance.hpp"

#include <iostream>

namespace conformance {

void tally::fail(const std::string& id, const std::string& expected, const std::string& got) {
  ++failed_;
  std::cout << "FAIL " << id << " expected " << expected << " got " << got << '\n';
}

void tally::rule(const std::vector<std::string>& names) {
  ++ruled_;
  for (const auto& name : names)
    ++rules_[name];
}

void tally::expect_ruled(const json& counts) {
  for (const auto& [name, count] : counts.items())
    rules_.try_emplace(name, 0);
  for (const auto& [name, count] : rules_) {
    const int expected = counts.value(name, 0);
    if (count != expected) fail("rule " + name, std::to_string(expected) + " cases", std::to_string(count));
  }
}

int tally::finish() const {
  for (const auto& [name, count] : rules_)
    std::cout << "ruled " << name << ": " << count << '\n';
  std::cout << passed_ << " passed, " << failed_ << " failed, " << ruled_ << " ruled\n";
  return failed_ == 0 ? 0 : 1;
}

} // namespace conformance
