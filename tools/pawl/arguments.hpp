// What commands take in common: where the store is, the format, and JSON given as text, @FILE or - for stdin.
#pragma once

#include "tools/pawl/output.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace CLI {
class App;
class Validator;
} // namespace CLI

namespace pawl::tool {

struct common_arguments {
  std::string store_given; ///< --store; empty: the default
  format how = format::table;

  /// --store, else $PAWL_STORE, else ./pawl.db.
  std::string store() const;
  /// ` --store FILE` as a shell takes it, when it was given; to build a command line that people copy.
  std::string store_words() const;
};

/// Adds -o.
void add_format(CLI::App& command, format& how);
/// Adds --store and -o.
void add_common(CLI::App& command, common_arguments& common);

/// For options that must not be given empty.
CLI::Validator not_empty();

/// The whole file. Ends the command (usage) when it cannot be read; `option` names what asked for it.
std::string read_file(const std::string& name, const std::string& option);
/// The text that an argument stands for: itself, the file after @, or stdin for -.
std::string read_argument(const std::string& argument, const std::string& option);
/// As read_argument, as JSON. Ends the command (usage) with line and column, never with a piece of the text.
nlohmann::json read_json(const std::string& argument, const std::string& option);

} // namespace pawl::tool
