// Errors become exit codes and lines on stderr.
#include "tools/pawl/failure.hpp"

#include "tools/pawl/text.hpp"

#include <cstdio>

namespace pawl::tool {
namespace {

int code_for(errc code) {
  switch (code) {
    case errc::not_found: return exit_code::not_found;
    case errc::invalid_argument: return exit_code::usage;
    default: return exit_code::failed;
  }
}

} // namespace

command_failure failure_of(const error& e, const std::string& about) {
  std::string text = about;
  if (!text.empty()) text += e.message.find('\n') == std::string::npos ? ": " : ":\n";
  text += e.message;
  const bool says_where = e.where.empty() || e.message.find(e.where) != std::string::npos;
  if (!says_where) text += " (" + e.where + ")";
  return {code_for(e.code), text};
}

void complain(const std::string& text) {
  std::string lines = "pawl: ";
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "  ";
  }
  std::fputs((printable_lines(lines) + "\n").c_str(), stderr);
}

} // namespace pawl::tool
