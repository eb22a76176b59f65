// Standard output in the three formats, each written as it comes, so that a long list needs no memory.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pawl::tool {

enum class format { table, json, jsonl };

/// One line to stdout. Says whether anybody still reads.
bool print_line(const std::string& line);
/// Indented for `json`, in one line for `jsonl`.
bool print_json(const nlohmann::json& value, format how);
/// Writes out what is buffered. Ends the command when the disk is full; a reader that went away is no error.
void flush_output();

/// A list of things: a table with a header, `{"name": [ … ]}`, or a thing a line.
class list_output {
public:
  /// `name` is the member of the JSON document; `header` the names of the table's columns.
  list_output(format how, std::string name, std::vector<std::string> header);

  /// Adds one thing: `as_json` and `as_row` are called for the format that needs them. False when nobody reads.
  bool add(const std::function<nlohmann::json()>& as_json, const std::function<std::vector<std::string>()>& as_row);
  /// Writes the table's rows that are held back, and closes the JSON document.
  void finish();

private:
  bool print_rows();

  format how_;
  std::string name_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_; ///< held back until the widths of a page are known
  std::vector<std::size_t> widths_;
  std::size_t count_ = 0;
};

/// Lines of names and values for one thing.
std::string name_and_value(const std::string& name, const std::string& value);

} // namespace pawl::tool
