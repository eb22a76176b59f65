// Templates that do not compile, cost too much together, or just fit. Each is the JSON text of a node's data.
#include "tests/hostile/attack.hpp"

namespace pawl::hostile {
namespace {

std::string quoted(const std::string& plain) { return "\"" + plain + "\""; }

std::string list_of(std::size_t count, const std::string& text) {
  return "[" + join(count, ",", [&](std::size_t) { return quoted(text); }) + "]";
}

} // namespace

std::vector<attack> broken_templates(std::uint64_t) {
  attacks all;
  const char* const broken[] = {"{{ 1 + }}",      "{{(}}",         "{{ 'x }}",    "{{ a b }}", "{{ ) }}", "x{{ 1 1 }}",
                                "{{ 1 }}{{ + }}", "{{{ a: }}}",    "{{ {{ }} }}", "{{ a[ }}",  "{{=}}",   "{{ .. }}",
                                "{{ - - 1 }}",    "{{ f( }}{{ }}", "{{ # }}",     "{{ }}"};
  for (const char* text : broken) {
    for (const std::size_t count : {1, 10, 1'000})
      all.add(std::string(text) + " x " + std::to_string(count), list_of(count, text));
    for (const std::size_t count : {5, 100, 20'000})
      all.add(std::string(text) + " in one text x " + std::to_string(count), quoted(repeat(text, count)));
    all.add(std::string("below names: ") + text, repeat("{\"a/b~c\":", 100) + quoted(text) + repeat("}", 100));
    all.add_later(std::string("below a long name: ") + text,
                  [text] { return "{" + quoted(std::string(1'000'000, 'k')) + ":" + list_of(20'000, text) + "}"; });
  }
  for (const std::size_t bytes : {8'193, 100'000, 4'000'000}) {
    all.add_later(
        "a long expression " + std::to_string(bytes),
        [bytes] { return quoted("{{ " + std::string(bytes, 'a') + " }}"); }, "source_bytes_max");
    all.add_later("a long text that starts like one " + std::to_string(bytes),
                  [bytes] { return quoted("{{ ( }}" + std::string(bytes, 'x') + "{{ ( }}"); });
    all.add_later("braces without an end " + std::to_string(bytes),
                  [bytes] { return quoted(repeat("{{'", bytes / 3) + "}}"); });
  }
  for (const std::size_t count : {10'001, 10'002, 100'000, 700'000})
    all.add_later(
        "expressions " + std::to_string(count), [count] { return quoted(repeat("{{1}}", count)); },
        "template_expressions_max");
  for (const std::size_t count : {10'001, 50'000})
    all.add_later(
        "texts " + std::to_string(count), [count] { return list_of(count, "{{1}}"); }, "template_expressions_max");
  all.add_later(
      "called names",
      [] { return quoted(join(10'001, "", [](std::size_t i) { return "{{0?f" + std::to_string(i) + "():1}}"; })); },
      "template_expressions_max");
  return std::move(all).take();
}

std::vector<attack> costly_templates(std::uint64_t) {
  attacks all;
  const std::pair<const char*, const char*> together[] = {
      {"{{ l[.x < 0] }}", "template_steps_max"},   {"{{ many[.x < 0].length }}", "steps_max"},
      {"{{ objects[.a == 2] }}", "template_"},     {"{{ ('' + t).length }}", "template_"},
      {"{{ 'q' in mega }}", "template_steps_max"}, {"{{ (umlauts + umlauts).length }}", "template_"}};
  for (const auto& [text, limit] : together) {
    for (const std::size_t count : {400, 1'000, 9'999})
      all.add(std::string(text) + " x " + std::to_string(count), list_of(count, text), limit);
    all.add(std::string(text) + " in one text", quoted(repeat(text, 500)), limit);
  }
  const char* const outputs[] = {"{{ t }}",          "{{ mega }}",      "{{ wide }}",      "{{ objects }}",
                                 "{{ controls }}",   "-{{ controls }}", "-{{ objects }}",  "-{{ [objects, controls] }}",
                                 "-{{ {a: mega} }}", "-{{ decimals }}", "-{{ t }}{{ t }}", "-{{ many }}"};
  for (const char* text : outputs)
    for (const std::size_t count : {30, 300, 3'000})
      all.add(std::string(text) + " x " + std::to_string(count), list_of(count, text));
  for (const char* text : {"-{{ {a: controls} }}", "-{{ [{a: controls}] }}", "-{{ {a: t, b: [t, t, t, t, t]} }}",
                           "-{{ [1/0, {}] }}", "{{ [1/0] }}", "{{ 1/0 }}", "{{ empty.x }}", "-{{ nothing['x'] }}"})
    for (const std::size_t depth : {0, 1, 50, 120})
      all.add(std::string(text) + " at " + std::to_string(depth),
              repeat("{\"k\":", depth) + quoted(text) + repeat("}", depth));
  return std::move(all).take();
}

std::vector<attack> templates_at_the_limits(std::uint64_t) {
  attacks all;
  all.add_good("10,000 expressions", quoted(repeat("{{1}}", 10'000)));
  all.add_good("10,000 texts", list_of(10'000, "{{1}}"));
  all.add_good("10,000 called names in branches that are not taken",
               quoted(join(10'000, "", [](std::size_t i) { return "{{0?f" + std::to_string(i) + "():1}}"; })));
  all.add_good("nearly all the steps", list_of(20, "{{ l[.x < 0] }}"));
  all.add_good("nearly all the output", list_of(5, "{{ t }}"));
  all.add_good("escapes", "[\"-{{ {a: umlauts, b: 1} }}\", \"{{ [controls] }}\"]");
  all.add_good("plain braces", quoted(repeat("}} {{", 1'000)));
  all.add_good_later("much plain text", [] { return quoted(std::string(4'000'000, 'x')); });
  all.add_good("deep", repeat("[", 127) + "\"{{ 1 }}\"" + repeat("]", 127));
  all.add_good("below a long name", "{" + quoted(std::string(1'000'000, 'k')) + ":" + list_of(9'000, "{{1}}") + "}");
  return std::move(all).take();
}

} // namespace pawl::hostile
