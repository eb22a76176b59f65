// The JSON gate. What it takes must come back the same from its own text, and the canonical text must be one.
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"

using namespace pawl;

namespace {

// Documents as RFC 8785 sees them: 1.0 is 1, so compare texts.
void check_texts(const nlohmann::json& value) {
  const auto canonical = core::canonical_json(value);
  const auto again = core::parse_json(canonical, "canonical", {canonical.size(), 128, 100'000});
  fuzz::require(again.has_value(), "canonical text parses");
  fuzz::require(core::canonical_json(*again) == canonical, "canonical text is stable");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = core::parse_json(fuzz::text_of(data, size), "the input");
  if (!parsed) {
    fuzz::require(!parsed.failure().message.empty(), "an error says something");
    fuzz::require(parsed.failure().code == errc::bad_json || parsed.failure().code == errc::limit, "errors are typed");
    return 0;
  }
  core::json_limits wide;
  wide.bytes_max *= 8;
  const auto text = core::to_text(*parsed, "the value", wide);
  fuzz::require(text.has_value(), "what parses can be written");
  const auto again = core::parse_json(*text, "the text", wide);
  fuzz::require(again.has_value() && *again == *parsed, "a written value parses to itself");
  const auto twice = core::to_text(*again, "the value", wide);
  fuzz::require(twice.has_value() && *twice == *text, "written text is stable");
  check_texts(*parsed);
  return 0;
}
