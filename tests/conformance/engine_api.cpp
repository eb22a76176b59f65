// Engine cases through the API and the actors. The engine is opened directly, behind the public class, for one reason:
// the reference retries only when it is told, so the timer actor is replaced by one that does nothing.
#include "storage/forwarding_store.hpp"
#include "tests/conformance/engine_cases.hpp"
#include "tests/conformance/scripted_types.hpp"

#include "runtime/host/engine.hpp"

#include <atomic>
#include <stdexcept>

namespace conformance {
namespace {

namespace storage = pawl::storage;
using namespace std::chrono_literals;

class set_clock final : public pawl::clock {
public:
  std::int64_t now_ms() override { return now; }
  std::atomic<std::int64_t> now{time_of_event(0)};
};

/// A store on which no timer is ever due.
class timeless_store final : public storage::forwarding_store {
public:
  using storage::forwarding_store::forwarding_store;
  pawl::result<std::vector<storage::due_row>> due(pawl::core::timeline, storage::due_mark, std::int64_t,
                                                  std::size_t) override {
    return std::vector<storage::due_row>{};
  }
};

pawl::result<std::unique_ptr<storage::store>> open_timeless(const std::string& path) {
  if (path.empty())
    return std::unique_ptr<storage::store>(std::make_unique<timeless_store>(storage::open_memory_store()));
  auto opened = storage::open_sqlite_store(path);
  if (!opened) return opened.failure();
  return std::unique_ptr<storage::store>(std::make_unique<timeless_store>(std::move(*opened)));
}

class scenario {
public:
  scenario(const json& the_case, std::string path) : case_(the_case), path_(std::move(path)) {
    script_->context = [this](const std::string& id) {
      auto seen = runtime_->query(id);
      return seen ? seen->document().at("context") : json::object();
    };
  }
  /// An empty text, or why the definition was refused.
  std::string load() {
    open(case_.at("events").front());
    return load(case_.at("events").front());
  }

  json entry_after(const json& event) {
    if (!path_.empty()) open(event); // at the time of the event before: no retry is due yet
    clock_->now = time_of_event(number_++);
    const auto limit = event.value("stepLimit", std::int64_t{100});
    const json* payload = event.contains("externalPayload") ? &event.at("externalPayload") : nullptr;
    const bool acted = event.at("op") == "start" ? start(event, payload, limit) : resume(payload, limit);
    // One that was not taken came behind the retry's own timer, which is due by now.
    const bool exists = acted || runtime_->query(id_);
    auto rested = exists ? runtime_->wait(id_, pawl::wait_until::at_rest, 60s) : runtime_->query(id_);
    if (!rested) throw std::runtime_error(to_string(rested.failure()));
    return trace_.entry(rested->document(), clock_->now);
  }

private:
  void open(const json& event) {
    runtime_.reset();
    pawl::options opts;
    opts.store_path = path_;
    opts.time = clock_;
    opts.worker_threads = 1;
    opts.node_types = scripted_types(case_, script_);
    if (event.contains("globals")) opts.globals_json = event.at("globals").dump();
    auto opened = pawl::host::engine::open(std::move(opts), [path = path_] { return open_timeless(path); });
    if (!opened) throw std::runtime_error(to_string(opened.failure()));
    runtime_ = std::move(*opened);
  }

  std::string load(const json& start) {
    const json definition = definition_of(case_, start);
    definition_id_ = definition.at("id");
    auto loaded = runtime_->load_definition(definition.dump(), "");
    return loaded ? "" : to_string(loaded.failure());
  }

  bool start(const json& event, const json* payload, std::int64_t limit) {
    if (const std::string why = load(event); !why.empty()) throw std::runtime_error(why);
    pawl::start_options how;
    how.id = id_ = "run-" + std::to_string(++starts_);
    how.start_node = event.at("initialNodeId");
    how.payload = payload;
    how.step_limit = limit;
    auto started = runtime_->start(definition_id_, nullptr, how);
    if (!started) throw std::runtime_error(to_string(started.failure()));
    return true;
  }

  // The reference gives an instance that does not wait back unchanged.
  bool resume(const json* payload, std::int64_t limit) {
    pawl::resume_options which;
    which.step_limit = limit;
    auto resumed = runtime_->resume(id_, payload, which);
    if (resumed) return true;
    const pawl::errc code = resumed.failure().code;
    if (code == pawl::errc::finished || code == pawl::errc::not_waiting) return false;
    throw std::runtime_error(to_string(resumed.failure()));
  }

  const json& case_;
  std::string path_;
  std::shared_ptr<script> script_ = std::make_shared<script>();
  std::shared_ptr<set_clock> clock_ = std::make_shared<set_clock>();
  std::unique_ptr<pawl::host::engine> runtime_;
  trace_writer trace_;
  std::size_t number_ = 0;
  std::string definition_id_;
  std::string id_;
  int starts_ = 0;
};

} // namespace

std::optional<std::vector<json>> run_through_api(const json& the_case, const std::string& path, std::string& why) {
  scenario run(the_case, path);
  why = run.load();
  if (!why.empty()) return std::nullopt;
  std::vector<json> entries;
  try {
    for (const json& event : the_case.at("events"))
      entries.push_back(run.entry_after(event));
  } catch (const std::runtime_error& e) {
    why = e.what();
    return std::nullopt;
  }
  return entries;
}

} // namespace conformance
