// pawl eval: one expression, or one template, against a context. Opens no store.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <pawl/expression.hpp>
#include <pawl/json.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

struct eval_arguments {
  std::string source;
  std::string context = "{}";
  bool is_template = false;
  format how = format::table;
};

// The line of the source with a mark below the byte; nothing where no byte is known.
std::string marked_line(const std::string& source, const error& e) {
  std::size_t byte = 0;
  if (std::sscanf(e.where.c_str(), "byte %zu", &byte) != 1 || byte > source.size()) return "";
  const std::size_t begin = byte == 0 ? 0 : source.rfind('\n', byte - 1) + 1; // npos + 1 is 0
  const std::size_t end = std::min(source.find('\n', byte), source.size());
  constexpr std::size_t line_bytes_max = 200;
  if (end - begin > line_bytes_max) return "";
  const std::string before = printable(source.substr(begin, byte - begin));
  return fmt::format("\n{}\n{}^", printable(source.substr(begin, end - begin)), std::string(columns(before), ' '));
}

// JSON whose texts hold expressions, or one such text as it is.
json template_of(const std::string& source) {
  auto parsed = parse_json(source, "the template");
  if (parsed) return std::move(*parsed);
  if (parsed.failure().code == errc::limit) throw failure_of(parsed.failure());
  return source;
}

void print(const std::shared_ptr<const json>& value, format how) {
  if (how != format::table)
    print_json(value ? json{{"value", *value}} : json::object(), how);
  else if (value)
    print_json(*value, format::json);
  else
    print_line("undefined");
  flush_output();
}

int eval(const eval_arguments& given) {
  std::string source = read_argument(given.source, "EXPR");
  while (!source.empty() && source.back() == '\n') // the end of a file is no part of an expression
    source.pop_back();
  const json context = read_json(given.context, "--context");
  const auto value =
      given.is_template ? render_template(template_of(source), context) : evaluate_expression(source, context);
  if (!value) {
    const error& e = value.failure();
    const std::string mark = given.is_template ? "" : marked_line(source, e);
    const std::string place = mark.empty() && !e.where.empty() ? fmt::format(" ({})", e.where) : "";
    throw command_failure(exit_code::failed, e.message + place + mark);
  }
  print(*value, given.how);
  return exit_code::done;
}

} // namespace

void add_eval(CLI::App& app, action& chosen) {
  auto given = std::make_shared<eval_arguments>();
  CLI::App& command = *app.add_subcommand("eval", "Evaluate an expression, or render a template");
  command
      .add_option("EXPR", given->source, "The expression; @FILE, or - for stdin; after -- it may begin with a minus")
      ->required();
  command
      .add_option("--context", given->context,
                  "What it sees, for a node {\"nodes\": …, \"input\": …, \"globals\": …, \"run\": …}; without it {}")
      ->type_name("JSON|@FILE|-");
  command.add_flag("--template", given->is_template, "EXPR is JSON whose texts hold {{ expressions }}, or one text");
  add_format(command, given->how);
  command.callback([given, &chosen] { chosen = [given] { return eval(*given); }; });
}

} // namespace pawl::tool
