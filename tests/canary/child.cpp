// The process that works with secrets: a runtime over a sealed store, by the public headers alone, which runs scenarios
// and leaves everything behind that a host may: log, events, store. It has no secret but through the runtime. Tells by
// lines on stdout: `started ID`, `ended ID STATUS ERROR`, `at ID`, `idle`; then takes `memory FILE`, `close`, `end`.
#include "tests/canary/echo_types.hpp"
#include "tests/canary/own_memory.hpp"
#include "tests/canary/plants.hpp"
#include "tests/canary/scenarios.hpp"

#include <pawl/runtime.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

namespace {

using namespace pawl;
using namespace pawl::canary;
using nlohmann::json;

constexpr auto patience = std::chrono::minutes(2);

struct arguments {
  std::string folder; ///< for log, events and node log
  std::string store;
  std::string secrets;
  std::string key;
  servers at;
  std::vector<std::string> only; ///< names of scenarios; empty: all
  bool polite = false;           ///< only scenarios whose executors copy nothing
  bool blocks = false;           ///< only those that block, which do
  std::string plant;             ///< of plants.hpp
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "canary child: %s\n", why.c_str());
  std::_Exit(2);
}

void tell(const std::string& line) {
  static std::mutex one;
  const std::lock_guard lock(one);
  std::cout << line << std::endl;
}

/// A file that several threads write lines to.
class line_file {
public:
  explicit line_file(const std::string& path) : out_(path, std::ios::app) {}
  void write(const std::string& line) {
    const std::lock_guard lock(mutex_);
    out_ << line << std::endl;
  }

private:
  std::mutex mutex_;
  std::ofstream out_;
};

std::string text_of(const instance_event& e) {
  return e.instance_id + " " + e.entry.event + " " + e.entry.node + " " + e.entry.handle + " " + e.entry.error + " " +
         e.entry.note + " " + (e.entry.output ? e.entry.output->dump() : "") + " " + e.next_node;
}

class host {
public:
  explicit host(const arguments& given)
      : given_(given), log_(given.folder + "/log"), node_log_(given.folder + "/node-log"),
        events_(given.folder + "/events") {
    options opts;
    opts.store_path = given.store;
    opts.node_types = echo_types({given.blocks, tell, planting()});
    opts.secrets.sealed_path = given.secrets;
    opts.secrets.key.key_file = given.key;
    opts.http.allow_private = true;
    opts.payload_bytes_max = std::size_t{256} << 10;
    opts.event_queue_max = 1'000'000;
    opts.on_log = [this](const std::string& line) { log_.write(line); };
    opts.on_node_log = [this](const log_entry& e) { node_log_.write(e.message + " " + e.fields_json); };
    opts.on_event = [this](const instance_event& e) { events_.write(text_of(e)); };
    auto opened = runtime::open(opts);
    if (!opened) die(to_string(opened.failure()));
    runtime_.emplace(std::move(*opened));
    subscribe();
  }
  ~host() { close(); }

  void run_all() {
    std::vector<std::string> ids;
    for (const scenario& s : all_scenarios(given_.at)) {
      if (!is_wanted(s)) continue;
      if (auto loaded = runtime_->load_definition(s.definition.dump()); !loaded) die(to_string(loaded.failure()));
      for (const std::string& secret : s.canaries())
        ids.push_back(start(s, secret));
    }
    for (const std::string& id : ids)
      finish(id);
    if (!given_.plant.empty()) run_thief();
  }
  void close() {
    if (!runtime_) return;
    runtime_->stop();
    listener_.join();
    runtime_.reset();
  }

private:
  std::function<void(std::string_view)> planting() {
    if (given_.plant.empty()) return {};
    return [this](std::string_view secret) {
      plant_in_child(given_.plant, secret, [this](const std::string& place, const std::string& text) {
        (place == "log" ? log_ : place == "node-log" ? node_log_ : events_).write(text);
      });
    };
  }
  void subscribe() {
    auto made = runtime_->subscribe();
    if (!made) die(to_string(made.failure()));
    listener_ = std::thread([this, events = std::move(*made)]() mutable {
      for (;;) {
        auto event = events.next(std::chrono::seconds(1));
        if (!event) return;
        if (*event) events_.write(text_of(**event));
      }
    });
  }
  bool is_wanted(const scenario& s) const {
    if (!given_.only.empty() && std::find(given_.only.begin(), given_.only.end(), s.name) == given_.only.end())
      return false;
    if (!given_.only.empty()) return true;
    return (!given_.polite || s.is_polite) && given_.blocks == s.blocks;
  }
  std::string start(const scenario& s, const std::string& secret) {
    start_options how;
    how.id = s.name + "." + secret;
    auto id = runtime_->start(s.name, {{"secret", secret + (s.is_http ? "-http" : "")}}, how);
    if (!id) die(to_string(id.failure()));
    tell("started " + *id);
    return *id;
  }
  void finish(const std::string& id) {
    for (;;) {
      auto now = runtime_->wait(id, wait_until::needs_payload, patience);
      if (!now) die(id + ": " + to_string(now.failure()));
      if (has_ended(now->status())) {
        std::string reason = now->failed_reason();
        std::replace(reason.begin(), reason.end(), '\n', ' ');
        std::string line = "ended " + id;
        line.append(" ").append(to_string(now->status())).append(" ").append(reason);
        tell(line);
        return;
      }
      const json payload = json::object();
      if (auto done = runtime_->resume(id, &payload); !done) die(id + ": " + to_string(done.failure()));
    }
  }
  void run_thief() {
    const json definition{
        {"id", "thief"},
        {"edges", json::array()},
        {"nodes", {{{"id", "n"}, {"type", thief_type}, {"retry", {{"maxAttempts", 1}, {"interval", 1}}}}}}};
    if (given_.plant != "row") return;
    if (auto loaded = runtime_->load_definition(definition.dump()); !loaded) die(to_string(loaded.failure()));
    start_options how;
    how.id = "thief";
    auto id = runtime_->start("thief", json::object(), how);
    if (!id) die(to_string(id.failure()));
    finish(*id);
  }

  const arguments given_;
  line_file log_;
  line_file node_log_;
  line_file events_;
  std::optional<runtime> runtime_;
  std::thread listener_;
};

void obey(host& of) {
  for (std::string line; std::getline(std::cin, line) && line != "end";) {
    if (line == "close") of.close();
    if (line.rfind("memory ", 0) == 0) write_own_memory(line.substr(7));
    tell("done");
  }
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs scenarios with secrets.", "pawl-canary-child");
  arguments given;
  app.add_option("--folder", given.folder)->required();
  app.add_option("--store", given.store)->required();
  app.add_option("--secrets", given.secrets)->required();
  app.add_option("--key-file", given.key)->required();
  app.add_option("--home", given.at.home)->required();
  app.add_option("--elsewhere", given.at.elsewhere)->required();
  app.add_option("--only", given.only);
  app.add_flag("--polite", given.polite);
  app.add_flag("--blocks", given.blocks);
  app.add_option("--plant", given.plant);
  CLI11_PARSE(app, argc, argv);
  host one(given);
  one.run_all();
  tell("idle");
  obey(one);
  return 0;
}
