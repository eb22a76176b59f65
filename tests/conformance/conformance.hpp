// The conformance checker: runs recorded cases of the reference through Pawl's own evaluator. One function for each
// kind of case; the helpers they share.
#pragma once

#include "runtime/expression/functions.hpp"
#include "runtime/expression/value.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace conformance {

using json = nlohmann::json;
namespace expression = pawl::expression;

struct options {
  std::vector<std::string> files;
  json rulings;           ///< of the accidents by class; null: cases with accident tags are ordinary cases
  json misses;            ///< of schemas, each with its reason
  double min_percent = 0; ///< of schema cases that must pass
};

/// Counts outcomes and prints each failure in one line.
class tally {
public:
  void pass() { ++passed_; }
  void fail(const std::string& id, const std::string& expected, const std::string& got);
  /// A case that a rule excuses. Several rules may apply to one case.
  void rule(const std::vector<std::string>& names);

  /// Fails for every rule whose count is not the committed one.
  void expect_ruled(const json& counts);
  /// Prints the rules with their counts, then the sums; answers the exit code.
  int finish() const;

private:
  int passed_ = 0;
  int failed_ = 0;
  int ruled_ = 0;
  std::map<std::string, int> rules_;
};

/// One kind of case each, in its own source file.
void check_expressions(const options& with, tally& out);
void check_templates(const options& with, tally& out);
void check_engine(const options& with, tally& out);
void check_schemas(const options& with, tally& out);

/// Calls f(case) for every line of every file. Lone surrogates, which are not Unicode, are read as U+FFFD.
void each_case(const options& with, const std::function<void(const json&)>& f);

bool has_tag(const json& the_case, const std::string& tag);
/// The classes of the tags accident:..., in order.
std::vector<std::string> accident_classes(const json& the_case);

/// Does `got` equal an `expect` of the kinds value, undefined, number and nested? `ulps_max` for the last digit of
/// numbers.
bool matches(const json& expect, const expression::value& got, int ulps_max = 0);

/// The value in the notation of `nested`, for messages and comparison.
json notation(const expression::value& v);

/// upper lower split join sum first args max zero fail, as the cases expect them.
const expression::functions& checker_functions();

} // namespace conformance
