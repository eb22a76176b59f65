// From one kind to another.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/documents.hpp"
#include "runtime/expression/json_reader.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/expression/operators.hpp"

namespace pawl::expression {

namespace {

/// A value in memory as a document and as a value.
constexpr std::uint64_t bytes_a_value = 64;

bool type(call& c) {
  const char* name = "undefined";
  switch (c.at(0).type()) {
    case kind::undefined: break;
    case kind::null: name = "null"; break;
    case kind::boolean: name = "boolean"; break;
    case kind::number:
    case kind::big_integer: name = "number"; break;
    case kind::text: name = "string"; break;
    case kind::array: name = "array"; break;
    case kind::object: name = "object"; break;
  }
  return c.give(std::string(name));
}

bool to_text(call& c) {
  std::string out;
  return append_template_text(out, c.at(0), c.cost()) && c.give(std::move(out));
}

bool to_number(call& c) {
  double n = 0;
  return to_number(n, c.at(0), c.cost()) && c.give(n);
}

bool to_json(call& c) {
  if (c.at(0).is(kind::undefined)) return c.give(value());
  std::string out;
  return append_json(out, c.at(0), c.cost()) && c.give(std::move(out));
}

/// As many values as the text can hold at most.
std::uint64_t values_of(std::string_view text) noexcept {
  std::uint64_t count = 1;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char at = text[i];
    if (at == '"') is_quoted = !is_quoted;
    if (is_quoted && at == '\\') ++i;
    count += static_cast<std::uint64_t>(!is_quoted && (at == ',' || at == '[' || at == '{' || at == ':'));
  }
  return count;
}

bool from_json(call& c) {
  std::string_view text;
  if (!c.text(0, text)) return false;
  const auto values = values_of(text);
  if (!c.cost().steps(values) || !c.cost().allocate(text.size() + values * bytes_a_value)) return false;
  const auto document = read_json(text, "the text", {text.size(), document_depth_max, values});
  if (!document) {
    const auto& why = document.failure();
    if (why.code == errc::limit)
      return c.cost().fail(errc::limit, "a value is nested too deeply: more than 128 levels");
    return c.fail(why.message + " (" + why.where + ")");
  }
  value out;
  return copy_document(out, *document, c.cost()) && c.give(std::move(out));
}

bool default_to(call& c) { return c.give(c.at(0).is_nullish() ? c.at(1) : c.at(0)); }

} // namespace

chapter conversion_chapter() {
  return {"Conversions",
          {
              {"type(x)",
               "`undefined`, `null`, `boolean`, `number`, `string`, `array` or `object`: the names of JSON Schema.",
               "",
               {{"'a'|type", "\"string\""}, {"type(missing)", "\"undefined\""}},
               type},
              {"toText(x)",
               "The value as a template writes it into a text.",
               "null and undefined are empty, arrays of plain values are joined by commas, objects are JSON.",
               {{"1.50|toText", "\"1.5\""},
                {"[1, {a: 'b'}]|toText", R"("[1,{\"a\":\"b\"}]")"},
                {"toText(missing)", "\"\""}},
               to_text},
              {"toNumber(x)",
               "JavaScript's Number(x).",
               "NaN for a text that is no number. NaN cannot leave an expression (`JSON has no number that is NaN or "
               "infinite`): "
               "`toNumber(x) || 0` puts 0 in its place, `matches` checks a text first; `default` does not see NaN.",
               {{"' 12.5 '|toNumber", "12.5"}, {"'0x10'|toNumber", "16"}, {"toNumber('12 kg') || 0", "0"}},
               to_number},
              {"toJson(x)",
               "The value as compact JSON, members in the order of their names.",
               "undefined stays undefined. NaN and the infinities are an error.",
               {{"{b: [1, true], a: 'x'}|toJson", R"("{\"a\":\"x\",\"b\":[1,true]}")"}},
               to_json},
              {"fromJson(text)",
               "The value that a JSON text stands for.",
               "Strict: no comments, no member twice, at most 128 levels deep. Errors name the place.",
               {{"fromJson(text).a[1]", "2", R"({"text": "{\"a\": [1, 2]}"})"}},
               from_json},
              {"default(x, instead)",
               "`instead` when `x` is null or undefined, else `x`.",
               "`null` itself is a name in Jexl, undefined unless the context has it. Unlike `||` it keeps 0, false "
               "and the empty text.",
               {{"missing|default('none')", "\"none\""}, {"0|default(5)", "0"}},
               default_to},
          }};
}

} // namespace pawl::expression
