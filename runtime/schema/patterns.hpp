// Patterns of JSON Schema (ECMA 262) matched by RE2, in time linear in the text. Must never reach std::regex, whose
// stack and time a short pattern exhausts.
#pragma once

#include "runtime/schema/meter.hpp"
#include "runtime/schema/schema.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace pawl::schema {

/// A compiled pattern. May be used by many threads at once.
class pattern {
public:
  struct outcome {
    std::unique_ptr<const pattern> made;
    std::string fault; ///< RE2 cannot match as ECMA 262 would, or the pattern is too large
    std::string over;  ///< when there is no fault: what exceeds the budget, "1000 patterns"
  };
  static outcome compile(std::string_view ecma, compile_budget& budget);
  ~pattern();

  /// Anywhere in `text`. False as well when the meter ran out.
  bool matches(std::string_view text, meter& costs) const;

private:
  explicit pattern(std::unique_ptr<re2::RE2> engine);

  std::unique_ptr<re2::RE2> engine_;
  std::size_t size_;
};

/// The same pattern in RE2's syntax; empty with a `fault` when there is none.
std::string to_re2(std::string_view ecma, std::string& fault);

} // namespace pawl::schema
