// Programs as tests see them: exit code, what they wrote, and their lines while they still run.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace pawl::test {

using words = std::vector<std::string>;

struct ended {
  int code = -1; ///< 128 plus the signal's number after a signal
  std::string out;
  std::string err;
};

/// Runs a program to its end. `input` is its stdin.
ended run_to_end(const words& command, const std::string& input = "");
/// As run_to_end, for the pawl command under test.
ended run_pawl(words arguments, const std::string& input = "");
/// The path of the pawl command under test.
std::string pawl_file();
/// The path of a file in tests/examples.
std::string example(const std::string& name);

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
void write_file(const std::string& path, const std::string& text);

/// The documents of JSON lines.
std::vector<nlohmann::json> json_lines(const std::string& text);

/// The pawl command while it runs, its stdout read line by line. Killed and reaped when it goes.
class running {
public:
  explicit running(words arguments);
  running(const running&) = delete;
  running& operator=(const running&) = delete;
  ~running();

  pid_t pid() const { return pid_; }
  /// The next line, without its end; nothing at the end of the output.
  std::optional<std::string> read_line();
  /// Reads JSON lines until one has this member with this value; says whether it came.
  bool read_until(const std::string& member, const std::string& value);
  void send(int signal) const;
  /// Waits for the end; the exit code as in `ended`.
  int wait();

private:
  pid_t pid_ = -1;
  int from_ = -1;
  std::string buffer_;
};

} // namespace pawl::test
