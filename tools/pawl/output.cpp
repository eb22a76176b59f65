// Tables, JSON documents and JSON lines.
#include "tools/pawl/output.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t rows_a_page = 500;
constexpr std::size_t column_width_max = 60;

std::string text_of(const json& value, int indent) {
  return printable_json(value.dump(indent, ' ', false, json::error_handler_t::replace));
}

bool put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::ferror(stdout) == 0;
}

} // namespace

bool print_line(const std::string& line) { return put(line + "\n"); }

bool print_json(const json& value, format how) { return print_line(text_of(value, how == format::json ? 2 : -1)); }

void flush_output() {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (written || errno == EPIPE) return;
  throw command_failure(exit_code::failed, fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

list_output::list_output(format how, std::string name, std::vector<std::string> header)
    : how_(how), name_(std::move(name)), header_(std::move(header)) {
  for (const std::string& title : header_)
    widths_.push_back(columns(title));
}

bool list_output::add(const std::function<json()>& as_json, const std::function<std::vector<std::string>()>& as_row) {
  ++count_;
  if (how_ == format::jsonl) return print_line(text_of(as_json(), -1));
  if (how_ == format::json)
    return put((count_ == 1 ? "{" + text_of(name_, -1) + ": [\n  " : ",\n  ") + text_of(as_json(), -1));
  rows_.push_back(as_row());
  return rows_.size() < rows_a_page || print_rows();
}

bool list_output::print_rows() {
  if (!header_.empty()) rows_.insert(rows_.begin(), std::exchange(header_, {}));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths_[i] = std::max(widths_[i], std::min(columns(row[i]), column_width_max));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::size_t width = columns(row[i]);
      line += row[i] + std::string(i + 1 < row.size() && width < widths_[i] ? widths_[i] - width : 0, ' ');
      if (i + 1 < row.size()) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (!print_line(line)) return false;
  }
  rows_.clear();
  return true;
}

void list_output::finish() {
  if (how_ == format::table) print_rows();
  if (how_ == format::json) put(count_ == 0 ? "{" + text_of(name_, -1) + ": []}\n" : "\n]}\n");
  flush_output();
}

std::string name_and_value(const std::string& name, const std::string& value) {
  return fmt::format("{:<11} {}", name, value);
}

} // namespace pawl::tool
