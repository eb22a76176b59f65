// The rulings on JavaScript accidents: which result Pawl owes for a case where it does not follow the reference.
#pragma once

#include "tests/conformance/conformance.hpp"

#include "runtime/expression/extensions.hpp"

#include <optional>
#include <string>

namespace conformance {

/// What Pawl did with a case.
struct outcome {
  enum class stage { rejected, failed, evaluated } reached = stage::rejected;
  expression::value value;
  expression::extension_set extensions;
  std::string message;
};

outcome evaluate_case(const std::string& source, const json& context);
std::string show(const outcome& o);

/// Does the case behave as it would if no object had a key called toString or valueOf?
bool ignores_own_coercion(const json& the_case, const outcome& got);

/// Judges an expression with accident tags against the rulings; `as_expected` tells whether it did what the reference
/// does. Gives the class that excuses it, an empty text when it simply passes, or nothing when it failed (`why` says
/// what was owed).
std::optional<std::string> judge_accident(const json& the_case, const json& rulings, const outcome& got,
                                          bool as_expected, std::string& why);

} // namespace conformance
