// pawl functions: what expressions may call, from the same table that carries it out.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <pawl/functions.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <numeric>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct functions_arguments {
  format how = format::table;
  std::string name;
  bool as_page = false;
};

json json_of_function(const function_doc& doc) {
  json examples = json::array();
  for (const function_example& e : doc.examples) {
    json example{{"expression", e.expression}, {"context", json::parse(e.context)}};
    if (e.result != "undefined") example["result"] = json::parse(e.result);
    examples.push_back(std::move(example));
  }
  return {{"name", doc.name},       {"category", doc.category}, {"signature", doc.signature},
          {"summary", doc.summary}, {"details", doc.details},   {"examples", std::move(examples)}};
}

std::string example_line(const function_example& e) {
  const std::string with = e.context == "{}" ? "" : fmt::format("   with {}", e.context);
  return fmt::format("{}  →  {}{}", e.expression, e.result, with);
}

void print_one(const function_doc& doc) {
  print_line(doc.signature);
  print_line("  " + doc.summary);
  if (!doc.details.empty()) print_line("  " + doc.details);
  for (const function_example& e : doc.examples)
    print_line("    " + example_line(e));
}

// The reference page.

std::string section(const function_doc& doc) {
  std::string text = fmt::format("\n### {}\n`{}`: {}", doc.name, doc.signature, doc.summary);
  if (!doc.details.empty()) text += " " + doc.details;
  text += "\n```\n";
  for (const function_example& e : doc.examples)
    text += example_line(e) + "\n";
  return text + "```";
}

void print_page(const std::vector<function_doc>& all) {
  print_line(
      "# Functions and transforms\n\n"
      "Made by `pawl functions --markdown`; a test fails when this page differs. Each is a function `name(x, a)` "
      "and a\n"
      "transform `x|name(a)`. `?` marks an argument that may be left out or undefined, `...` one that may be "
      "repeated.\n\n"
      "Arguments of a wrong kind are an error that names function, argument and kinds; `default` stands in for "
      "what is\n"
      "missing. Everything counts against the limits of expressions (`pawl/functions.hpp`), going over one is an "
      "error that\n"
      "names it. Nothing here knows a clock, a locale, a file or the environment. Every example is a test.");
  std::string category;
  for (const function_doc& doc : all) {
    if (category != doc.category) print_line("\n## " + doc.category);
    category = doc.category;
    print_line(section(doc));
  }
}

// Suggestions for a name that is not there.

std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// How many letters must be changed, put in or taken out.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t same = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({same, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

std::string suggestions(const std::vector<function_doc>& all, const std::string& name) {
  const std::string wanted = small_letters(name.substr(0, 64));
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const function_doc& doc : all) {
    const std::string known = small_letters(doc.name);
    const bool holds = wanted.size() >= 3 && (known.find(wanted) != std::string::npos || wanted.find(known) == 0);
    const std::size_t far = holds ? 1 : distance(wanted, known);
    if (far <= 2 && far < known.size()) near.emplace_back(far, doc.name);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(near.size(), 3); ++i)
    list += fmt::format("{}'{}'", i == 0 ? "" : ", ", near[i].second);
  return list.empty() ? "'pawl functions' lists what there is" : "did you mean " + list + "?";
}

int show_one(const std::vector<function_doc>& all, const functions_arguments& given) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const function_doc& doc) { return doc.name == given.name; });
  if (found == all.end())
    throw command_failure(exit_code::usage, fmt::format("there is no function '{}'; {}", printable(given.name),
                                                        suggestions(all, given.name)));
  if (given.how == format::table)
    print_one(*found);
  else
    print_json(json_of_function(*found), given.how);
  return exit_code::done;
}

int show_all(const std::vector<function_doc>& all, const functions_arguments& given) {
  list_output list(given.how, "functions", {"CALL", "GIVES"});
  for (const function_doc& doc : all)
    if (!list.add([&] { return json_of_function(doc); },
                  [&]() -> std::vector<std::string> {
                    return {doc.signature, doc.summary};
                  }))
      break;
  list.finish();
  return exit_code::done;
}

int run_functions(const functions_arguments& given) {
  const auto all = standard_functions();
  int code = exit_code::done;
  if (given.as_page)
    print_page(all);
  else
    code = given.name.empty() ? show_all(all, given) : show_one(all, given);
  flush_output();
  return code;
}

} // namespace

void add_functions(CLI::App& app, action& chosen) {
  auto given = std::make_shared<functions_arguments>();
  CLI::App& command = *app.add_subcommand("functions", "What expressions may call, with examples");
  CLI::Option* name = command.add_option("NAME", given->name, "One of them")->check(not_empty());
  add_format(command, given->how);
  command.add_flag("--markdown", given->as_page, "All of them as the reference page")->excludes(name);
  command.callback([given, &chosen] { chosen = [given] { return run_functions(*given); }; });
}

} // namespace pawl::tool
