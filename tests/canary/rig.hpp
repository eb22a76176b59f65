// A folder with everything in it: a sealed store of canaries, servers that echo them, the child that works with them,
// and the search of all that is left. Places have names (registry.hpp), so that none is forgotten.
#pragma once

#include "tests/canary/encodings.hpp"
#include "tests/canary/scenarios.hpp"
#include "tests/cli/process.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_folder.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::canary {

using test::ended;
using test::words;

/// Something found where it must not be.
struct leak {
  std::string place; ///< of registry.hpp
  std::string what;  ///< file or command, canary, encoding
};
std::string text_of(const std::vector<leak>& leaks);

/// echo_server.py with the record of what it was sent.
class echo_server {
public:
  explicit echo_server(const std::string& record);
  const std::string& url() const { return url_; }
  std::string port() const { return url_.substr(url_.rfind(':') + 1); }
  /// Waits until a client hangs on it.
  void await_hanging() { (void)child_.line(); }

private:
  test::child_process child_;
  std::string url_;
};

/// How an instance of the child ended.
struct ending {
  std::string status;
  std::string reason;
};

class rig {
public:
  /// `elsewhere_allowed`: the policies list the other origin too, for a control.
  explicit rig(bool elsewhere_allowed = false);

  const std::string& store() const { return store_; }
  std::string file(const std::string& name) const { return folder_.file(name); }
  servers at() const { return {home_.url(), elsewhere_.url()}; }
  echo_server& home() { return home_; }
  const std::vector<planted>& canaries() const { return canaries_; }
  const planted& canary(const std::string& name) const;
  /// `--secrets FILE --key-file FILE`, for the child and for pawl.
  words opening() const;

  // --- the child
  void start(const words& more = {});
  /// Reads its lines until one begins like this. Throws when it ended before.
  void await(const std::string& beginning, int times = 1);
  /// Sends a line and awaits `done`.
  void command(const std::string& line);
  void kill() { child_->kill(); }
  /// `end`, and its exit status.
  int finish();
  const std::map<std::string, ending>& endings() const { return endings_; }
  const std::vector<std::string>& started() const { return started_; }

  // --- the pawl command: what it prints is searched, and kept in `commands`
  ended pawl(const words& line, const std::string& input = "");

  /// Snapshot and history, read beside the owner; searched as what the command prints.
  std::string read_instance(const std::string& id);

  // --- the search
  std::vector<leak> search_files() const;
  std::vector<leak> search_outputs() const;
  std::vector<leak> search_backup();
  std::vector<leak> search_file(const std::string& place, const std::string& path) const;
  /// All of them but the memory.
  std::vector<leak> search_all();

private:
  void make_secrets(bool elsewhere_allowed);
  std::string last_error() const;
  void add(std::vector<leak>& to, const std::string& place, const std::string& what,
           const std::vector<finding>& found) const;

  test::temp_folder folder_;
  std::vector<planted> canaries_;
  searcher search_;
  std::string state_ = folder_.file("state");
  std::string host_ = folder_.file("host");
  std::string sealed_ = folder_.file("sealed");
  std::string store_ = state_ + "/state.db";
  echo_server home_;
  echo_server elsewhere_;
  std::unique_ptr<test::child_process> child_;
  std::string child_out_;
  std::map<std::string, ending> endings_;
  std::vector<std::string> started_;
  std::vector<leak> command_leaks_;
};

} // namespace pawl::canary
