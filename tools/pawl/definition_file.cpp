// Reading and checking before anything is changed.
#include "tools/pawl/definition_file.hpp"

#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"

#include <pawl/runtime.hpp>

#include <fmt/format.h>

namespace pawl::tool {
namespace {

std::string lines_of(const std::vector<problem>& problems, bool warnings) {
  std::string lines;
  for (const problem& p : problems)
    if (p.is_warning == warnings)
      lines += fmt::format("\nline {}, {}: {}; {}", p.line, p.pointer.empty() ? "(document)" : p.pointer, p.message,
                           p.advice);
  return lines;
}

} // namespace

std::string read_definition(const std::string& file, const std::string& fallback_id) {
  std::string text = read_file(file, "DEFINITION");
  const runtime in_memory = need(runtime::open({}));
  const auto problems = need(in_memory.check_definition(text, {fallback_id}), file);
  if (const std::string warnings = lines_of(problems, true); !warnings.empty())
    complain(fmt::format("{}: warnings:{}", file, warnings));
  if (const std::string errors = lines_of(problems, false); !errors.empty())
    throw command_failure(exit_code::failed, fmt::format("{}: the definition has problems:{}", file, errors));
  return text;
}

std::map<std::string, std::string> read_labels(const std::vector<std::string>& given) {
  std::map<std::string, std::string> labels;
  for (const std::string& label : given) {
    const auto equals = label.find('=');
    if (equals == std::string::npos || equals == 0)
      throw command_failure(exit_code::usage, fmt::format("--label: '{}' is not NAME=VALUE", label));
    if (!labels.emplace(label.substr(0, equals), label.substr(equals + 1)).second)
      throw command_failure(exit_code::usage, fmt::format("--label: {} is given twice", label.substr(0, equals)));
  }
  return labels;
}

} // namespace pawl::tool
