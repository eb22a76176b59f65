// pawl validate: what is wrong, or doubtful, with definitions. Opens no store.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <pawl/runtime.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct validate_arguments {
  std::vector<std::string> files;
  format how = format::table;
  bool strict = false;
  bool portable = false;
};

bool is_error(const problem& p, const validate_arguments& given) { return !p.is_warning || given.strict; }

// A text that is no JSON at all is one problem like any other.
problem problem_of(const error& e) {
  problem p;
  p.message = e.message;
  p.advice = e.code == errc::bad_json ? "correct the JSON" : "make the definition smaller";
  std::size_t byte = 0;
  if (std::sscanf(e.where.c_str(), "byte %zu, line %zu, column %zu", &byte, &p.line, &p.column) != 3) p.line = 0;
  return p;
}

std::vector<problem> problems_of(const runtime& known, const std::string& file, const validate_arguments& given) {
  const std::string text = file == "-" ? read_argument(file, "FILE") : read_file(file, "FILE");
  check_options how;
  how.fallback_id = file == "-" ? "stdin" : std::filesystem::path(file).stem().string();
  how.portable = given.portable;
  auto checked = known.check_definition(text, how);
  if (!checked) return {problem_of(checked.failure())};
  std::stable_sort(checked->begin(), checked->end(), [](const problem& a, const problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return std::move(*checked);
}

json json_of_problem(const problem& p, const validate_arguments& given) {
  json shown{{"severity", is_error(p, given) ? "error" : "warning"},
             {"pointer", p.pointer},
             {"message", p.message},
             {"advice", p.advice}};
  if (p.line > 0) {
    shown["line"] = p.line;
    shown["column"] = p.column;
  }
  return shown;
}

// As compilers write it, so that editors can jump there.
std::string problem_line(const std::string& file, const problem& p, const validate_arguments& given) {
  const std::string place = p.line > 0 ? fmt::format("{}:{}:{}", file, p.line, p.column) : file;
  const std::string pointer = p.pointer.empty() ? "" : p.pointer + ": ";
  return printable(
      fmt::format("{}: {}: {}{}; {}", place, is_error(p, given) ? "error" : "warning", pointer, p.message, p.advice));
}

json document_of(const std::string& file, bool is_valid, const std::vector<problem>& problems,
                 const validate_arguments& given) {
  json shown{{"file", file}, {"valid", is_valid}, {"problems", json::array()}};
  for (const problem& p : problems)
    shown["problems"].push_back(json_of_problem(p, given));
  return shown;
}

int validate(const validate_arguments& given) {
  const runtime known = need(runtime::open({}));
  bool all_valid = true;
  json files = json::array();
  for (const std::string& file : given.files) {
    const auto problems = problems_of(known, file, given);
    const bool is_valid =
        std::none_of(problems.begin(), problems.end(), [&](const problem& p) { return is_error(p, given); });
    all_valid &= is_valid;
    if (given.how == format::json) files.push_back(document_of(file, is_valid, problems, given));
    if (given.how == format::jsonl) print_json(document_of(file, is_valid, problems, given), given.how);
    if (given.how != format::table) continue;
    for (const problem& p : problems)
      print_line(problem_line(file, p, given));
    if (is_valid) print_line(printable(file) + (problems.empty() ? ": good" : ": good, with warnings"));
  }
  if (given.how == format::json) print_json({{"files", std::move(files)}}, given.how);
  flush_output();
  return all_valid ? exit_code::done : exit_code::failed;
}

} // namespace

void add_validate(CLI::App& app, action& chosen) {
  auto given = std::make_shared<validate_arguments>();
  CLI::App& command = *app.add_subcommand("validate", "Say what is wrong, or doubtful, with definitions");
  command.add_option("FILE", given->files, "The workflows' JSON files; - is stdin")->required();
  command.add_flag("--strict", given->strict, "Warnings are errors too");
  command.add_flag("--portable", given->portable, "Warn of what plain Jexl would not evaluate");
  add_format(command, given->how);
  command.callback([given, &chosen] { chosen = [given] { return validate(*given); }; });
}

} // namespace pawl::tool
