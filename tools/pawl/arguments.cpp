// Reads what the command line names: JSON as text, from a file or from stdin.
#include "tools/pawl/arguments.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <pawl/json.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t text_bytes_max = std::size_t{64} << 20; // the library's own limits are lower and name themselves

struct file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string read_stream(std::FILE* file, const std::string& name, const std::string& option) {
  std::string text;
  char block[16384];
  while (const std::size_t got = std::fread(block, 1, sizeof block, file)) {
    text.append(block, got);
    if (text.size() > text_bytes_max)
      throw command_failure(exit_code::usage,
                            fmt::format("{}: {} is larger than {} MiB", option, name, text_bytes_max >> 20));
  }
  if (std::ferror(file) != 0)
    throw command_failure(exit_code::usage,
                          fmt::format("{}: {} cannot be read: {}", option, name, std::strerror(errno)));
  return text;
}

} // namespace

std::string common_arguments::store() const {
  if (!store_given.empty()) return store_given;
  const char* const from_environment = std::getenv("PAWL_STORE");
  return from_environment != nullptr && *from_environment != '\0' ? from_environment : "./pawl.db";
}

std::string common_arguments::store_words() const {
  return store_given.empty() ? "" : " " + shell_option("--store", store_given);
}

void add_format(CLI::App& command, format& how) {
  static const std::map<std::string, format> formats{
      {"table", format::table}, {"json", format::json}, {"jsonl", format::jsonl}};
  command.add_option("-o,--output", how, "table (for people), json (one document) or jsonl (a line each)")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""))
      ->type_name("FORMAT");
}

void add_common(CLI::App& command, common_arguments& common) {
  command.add_option("--store", common.store_given, "The store's file; without it $PAWL_STORE, else ./pawl.db")
      ->type_name("FILE");
  add_format(command, common.how);
}

CLI::Validator not_empty() {
  return CLI::Validator([](std::string& text) { return text.empty() ? std::string("is empty") : std::string(); }, "");
}

std::string read_file(const std::string& name, const std::string& option) {
  const std::unique_ptr<std::FILE, file_closer> file(std::fopen(name.c_str(), "re"));
  if (!file)
    throw command_failure(exit_code::usage,
                          fmt::format("{}: {} cannot be opened: {}", option, name, std::strerror(errno)));
  return read_stream(file.get(), name, option);
}

std::string read_argument(const std::string& argument, const std::string& option) {
  if (argument == "-") return read_stream(stdin, "standard input", option);
  if (argument.rfind('@', 0) == 0) return read_file(argument.substr(1), option);
  return argument;
}

json read_json(const std::string& argument, const std::string& option) {
  auto parsed = parse_json(read_argument(argument, option), option.c_str());
  if (parsed) return std::move(*parsed);
  const error& e = parsed.failure();
  const std::string place = e.where.empty() ? "" : fmt::format(" ({})", e.where);
  throw command_failure(exit_code::usage,
                        fmt::format("{}{}; write JSON, @FILE for a file, - for stdin", e.message, place));
}

} // namespace pawl::tool
