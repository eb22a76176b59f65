// Owns the store in the foreground: runs one instance to its end, its wait, or a signal to the process.
#include "tools/pawl/foreground.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr auto redraw_every = std::chrono::milliseconds(100);
constexpr auto wait_for_step_max = std::chrono::hours(1);
/// For a store that takes nothing: what leaving throws away has to be done again.
constexpr auto store_patience = std::chrono::seconds(20);
constexpr std::size_t log_fields_columns_max = 2000;
constexpr std::int64_t last_steps = 50; ///< where the last output is looked for

// Who runs a definition from the command line has chosen it: it may reach what this person may reach.
http_options http_of(const foreground_arguments& given) {
  http_options http;
  http.allow = given.http_allow;
  http.allow_private = given.http_allow.empty();
  http.only_allowed = !given.http_allow.empty();
  http.ca_file = given.ca_file;
  return http;
}

std::string log_line(const log_entry& entry) {
  const std::string fields =
      entry.fields_json == "{}" ? "" : " " + shortened(entry.fields_json, log_fields_columns_max);
  return printable(fmt::format("{} {:5} {} {}: {}{}", time_text(entry.time_ms), to_string(entry.level),
                               entry.instance_id, entry.node_id, entry.message, fields));
}

// The instance keeps what it has done until the store takes it.
bool passes_by_itself(const error& why) {
  return why.code == errc::disk_full || why.code == errc::busy || why.code == errc::access;
}

} // namespace

void add_foreground(CLI::App& command, foreground_arguments& given) {
  command.add_option("--globals", given.globals, "What expressions see as `globals`, a JSON object")
      ->type_name("JSON|@FILE");
  command
      .add_option("--http-allow", given.http_allow,
                  "What http nodes may reach; repeatable. Without it everything but link-local and reserved addresses")
      ->allow_extra_args(false)
      ->type_name("CIDR|HOST");
  command.add_option("--ca-file", given.ca_file, "Certificates (PEM) that http nodes trust instead of the system's")
      ->check(CLI::ExistingFile.description(""))
      ->type_name("FILE");
  add_run_secrets(command, given.secrets);
  command
      .add_flag("--encrypt-payloads", given.encrypt_payloads,
                "Encrypt what is stored of inputs, outputs and errors from now on, with a key in the sealed store")
      ->disable_flag_override();
  command
      .add_flag("--no-wait", given.no_wait,
                "Leave once nothing runs, also when a delay, a retry or a timeout is set: it goes off in the next run")
      ->disable_flag_override();
  command.add_flag("-v,--verbose", given.verbose,
                   "Show the steps of the store's other instances, and the runtime's log");
}

foreground::foreground(const common_arguments& common, const foreground_arguments& given)
    : common_(common), given_(given), secrets_(given.secrets.options()), progress_(common.how, given.verbose),
      signals_([this] { stop(); }) {}

pawl::runtime& foreground::own() {
  if (runtime_) return *runtime_;
  options opts;
  opts.store_path = common_.store();
  opts.shared_with_group = true; // the store's host decides
  if (given_.globals) opts.globals_json = read_argument(*given_.globals, "--globals");
  opts.on_event = [this](const instance_event& event) { progress_.tell(event); };
  opts.on_log = [this](const std::string& line) { keep_log(line); };
  opts.on_node_log = [this](const log_entry& entry) { progress_.say_aside(log_line(entry)); };
  opts.http = http_of(given_);
  opts.secrets = secrets_;
  opts.encrypt_payloads = given_.encrypt_payloads;
  auto opened = pawl::runtime::open(std::move(opts));
  const std::lock_guard lock(mutex_);
  if (stopping_) throw command_failure(exit_code::failed, "stopped");
  runtime_.emplace(need(std::move(opened)));
  return *runtime_;
}

void foreground::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (runtime_) runtime_->stop();
}

void foreground::keep_log(const std::string& line) {
  const std::lock_guard lock(log_mutex_);
  last_log_ = line;
  if (given_.verbose) complain(line);
}

void foreground::refuse(const error& why) {
  const std::lock_guard lock(log_mutex_);
  const command_failure plain = failure_of(why);
  throw command_failure(plain.code(), last_log_.empty() ? plain.what() : plain.what() + ("\n" + last_log_));
}

snapshot foreground::wait_for(const std::string& id, wait_until until) {
  std::optional<error> refusal; // of the store, which the instance waits for
  auto leave_at = std::chrono::steady_clock::time_point::max();
  while (true) {
    const bool is_short = progress_.is_live() || refusal;
    auto reached = runtime_->wait(id, until, is_short ? redraw_every : std::chrono::milliseconds(wait_for_step_max));
    if (reached) {
      progress_.catch_up(reached->revision());
      return std::move(*reached);
    }
    const bool is_time_over = reached.failure().code == errc::timed_out;
    if (!is_time_over && !passes_by_itself(reached.failure())) refuse(reached.failure());
    if (!is_time_over && !refusal) leave_at = std::chrono::steady_clock::now() + store_patience;
    if (!is_time_over) refusal = reached.failure();
    if (refusal && std::chrono::steady_clock::now() >= leave_at) refuse(*refusal);
    progress_.draw();
  }
}

int foreground::carry_out(const std::string& id, const std::function<int()>& work) {
  try {
    return work();
  } catch (const command_failure&) {
    if (signals_.received() == 0) throw;
  }
  progress_.catch_up(0);
  progress_.say(fmt::format("stopped by {}{}", signals_.received() == SIGINT ? "SIGINT" : "SIGTERM",
                            id.empty() ? "" : fmt::format("; the next run goes on with instance {}", printable(id))));
  return 128 + signals_.received();
}

int foreground::go_on(const std::string& id) {
  const int code = last_words(wait_for(id, given_.no_wait ? wait_until::at_rest : wait_until::needs_payload));
  flush_output();
  return code;
}

int foreground::last_words(const snapshot& reached) {
  if (common_.how == format::json) print_json(to_json(reached), format::json);
  if (reached.status() == instance_status::completed) {
    progress_.say(fmt::format("instance {} completed", printable(reached.id())));
    say_output(reached);
    return exit_code::done;
  }
  if (has_ended(reached.status())) {
    const std::string at =
        reached.current_node().empty() ? "" : fmt::format(" at node '{}'", printable(reached.current_node()));
    const std::string why = end_reason(reached);
    progress_.say(fmt::format("instance {} {}{}{}", printable(reached.id()), to_string(reached.status()), at,
                              why.empty() ? "" : ": " + printable(why)));
    return exit_code::failed;
  }
  progress_.say(fmt::format("instance {} waits", printable(reached.id())));
  for (const wait_info& w : reached.waits()) {
    progress_.say("  " + wait_text(w));
    if (const auto answer = answer_text(reached.id(), w, common_.store_words()); !answer.empty())
      progress_.say("  " + answer);
  }
  return exit_code::waiting;
}

void foreground::say_output(const snapshot& reached) {
  if (common_.how != format::table) return;
  const auto last = need(runtime_->history(reached.id(), std::max<std::int64_t>(0, reached.revision() - last_steps)));
  for (auto step = last.rbegin(); step != last.rend(); ++step)
    if (step->output)
      return progress_.say(fmt::format("output of {}: {}", printable(step->node), brief(*step->output, 1000)));
}

} // namespace pawl::tool
