// Schemas: the first line is a schema, the rest a value. What compiles answers the same twice, compiled twice, within
// its bounds on what it says.
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "runtime/schema/schema.hpp"

#include <algorithm>
#include <memory>
#include <vector>

using namespace pawl;

namespace {

using schema_ptr = std::shared_ptr<const schema::schema>;

schema_ptr compile(const nlohmann::json& document, std::vector<problem>& problems) {
  auto compiled = schema::schema::compile(document, problems);
  const bool is_refused = std::any_of(problems.begin(), problems.end(), [](const problem& p) { return !p.is_warning; });
  fuzz::require(is_refused == (compiled == nullptr), "a schema or an error");
  fuzz::require(problems.size() <= 101, "problems are bounded");
  for (const problem& p : problems)
    fuzz::require(p.message.rfind("the validator does not accept", 0) != 0, "what was read is understood");
  return compiled;
}

std::string words_of(const std::vector<problem>& problems) {
  std::string words;
  for (const problem& p : problems)
    words += p.pointer + ": " + p.message + "\n";
  return words;
}

std::string check(const schema::schema& by, const nlohmann::json& value) {
  const auto found = by.check(value);
  if (!found) {
    fuzz::require(found.failure().code == errc::limit, "errors are typed");
    return to_string(found.failure());
  }
  fuzz::require(found->size() <= schema::limits().violations_max + 2, "violations are bounded");
  const auto fits = schema::require(by, value, "the value");
  fuzz::require(fits.has_value() == found->empty(), "an error or no violation");
  if (fits) return "";
  fuzz::require(fits.failure().code == errc::invalid_payload, "violations are typed");
  fuzz::require(fits.failure().message.size() <= 16 * 1024, "words are bounded");
  return fits.failure().message;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto end = std::min(text.find('\n'), text.size());
  const auto document = core::parse_json(text.substr(0, end), "the schema");
  if (!document) return 0;
  std::vector<problem> problems;
  std::vector<problem> again;
  const schema_ptr first = compile(*document, problems);
  const schema_ptr second = compile(*document, again);
  fuzz::require(words_of(problems) == words_of(again), "problems are the same twice");
  if (first == nullptr) return 0;
  // The schema is a value as well.
  fuzz::require(check(*first, *document) == check(*second, *document), "checking is deterministic");
  const auto value = core::parse_json(text.substr(std::min(end + 1, text.size())), "the value");
  if (value) fuzz::require(check(*first, *value) == check(*second, *value), "checking is deterministic");
  return 0;
}
