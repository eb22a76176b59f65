// Owning a store and running in the foreground: what run and resume have in common.
#pragma once

#include "tools/pawl/arguments.hpp"
#include "tools/pawl/progress.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/signals.hpp"

#include <pawl/runtime.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pawl::tool {

struct foreground_arguments {
  bool verbose = false;                ///< show the steps of every instance in the store
  std::optional<std::string> globals;  ///< JSON|@FILE|-
  std::vector<std::string> http_allow; ///< empty: everything that is ever reached
  std::string ca_file;
  run_secrets_arguments secrets;
  bool encrypt_payloads = false;
  bool no_wait = false; ///< leave once nothing runs, also when a timer is set
};

/// Adds --verbose, --no-wait, --globals, --http-allow, --ca-file, --encrypt-payloads and where secrets come from.
void add_foreground(CLI::App& command, foreground_arguments& given);

/// One runtime with its progress and signals, for one instance.
class foreground {
public:
  foreground(const common_arguments& common, const foreground_arguments& given);

  /// Carries the command's work out; where a signal cut it off, says so and returns 128 plus the signal's number.
  int carry_out(const std::string& id, const std::function<int()>& work);
  /// Takes the store, unless it has it already. Ends the command when somebody else owns it (the message names the
  /// process).
  pawl::runtime& own();
  progress& shown() { return progress_; }
  /// Where secrets come from, and the key of encrypted payloads.
  const secrets_options& keys() const { return secrets_; }
  /// Shows the instance's steps until it has ended or needs somebody (or, told not to wait, rests); returns the exit
  /// code after the last words.
  int go_on(const std::string& id);
  /// Waits until the instance rests or ends, with progress shown.
  snapshot wait_for(const std::string& id, wait_until until);

private:
  void stop();
  void keep_log(const std::string& line);
  [[noreturn]] void refuse(const error& why);
  int last_words(const snapshot& reached);
  void say_output(const snapshot& reached);

  const common_arguments& common_;
  const foreground_arguments& given_;
  const secrets_options secrets_; ///< before signals_, which would swallow a ^C while a passphrase is asked for
  progress progress_;
  std::mutex mutex_; ///< guards runtime_ against a signal that comes while the store is opened
  bool stopping_ = false;
  std::mutex log_mutex_;
  std::string last_log_; ///< says more than an error about what stands in the way
  std::optional<pawl::runtime> runtime_;
  signal_watch signals_;
};

} // namespace pawl::tool
