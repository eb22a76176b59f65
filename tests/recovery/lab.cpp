// Driving many instances at once.
#include "tests/recovery/lab.hpp"

#include "tests/crash/checker.hpp"
#include "tests/crash/workload.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <thread>

namespace pawl::recovery {
namespace {

using nlohmann::json;

// What a caller may see while the store or an actor is being replaced; it asks again.
bool passes(errc code) { return code == errc::storage || code == errc::disk_full || code == errc::conflict; }

std::string start_until_done(host::engine& rt, int n) {
  start_options how;
  how.id = crash::uid_of(n);
  for (int tries = 0; tries < 1'000'000; ++tries) {
    const auto started = rt.start(crash::definition_of(n), crash::input_of(n), how);
    if (started) return "";
    if (!passes(started.failure().code)) return to_string(started.failure());
    std::this_thread::yield();
  }
  return "start fails again and again";
}

void answer_pauses(host::engine& rt, const snapshot& at) {
  for (const wait_info& w : at.waits()) {
    const json payload = crash::payload_of(at.id(), w.visit);
    if (w.kind == wait_kind::signal)
      (void)rt.signal(at.id(), w.signals.front(), &payload,
                      {std::to_string(w.visit)}); // once, however often it is sent
    else
      (void)rt.resume(at.id(), &payload, {w.node, w.visit, {}}); // the next wait() shows whether it came through
  }
}

std::string drive_one(host::engine& rt, int n) {
  const std::string uid = crash::uid_of(n);
  if (std::string failed = start_until_done(rt, n); !failed.empty()) return uid + ": " + failed;
  for (int tries = 0; tries < 1'000'000; ++tries) {
    const auto at = rt.wait(uid, wait_until::needs_payload, patience);
    if (!at) {
      if (!passes(at.failure().code)) return uid + ": " + to_string(at.failure());
      std::this_thread::yield();
      continue;
    }
    if (has_ended(at->status()))
      return at->status() == instance_status::completed ? "" : uid + " failed: " + at->failed_reason();
    answer_pauses(rt, *at);
  }
  return uid + ": wait fails again and again";
}

} // namespace

void progress::step() {
  std::lock_guard lock(mutex_);
  ++steps_;
  changed_.notify_all();
}

void progress::finish() {
  std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

bool progress::reached(int steps) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return steps_ >= steps || finished_; });
  return !finished_;
}

lab::lab() : progress_(std::make_shared<progress>()) {}

void lab::keep_effect(const node_context& c) {
  {
    std::lock_guard lock(mutex_);
    std::ofstream(folder_.file("effects"), std::ios::app) << c.instance_id() << ' ' << c.node_id() << ' ' << c.visit()
                                                          << ' ' << c.attempt() << ' ' << c.idempotency_key() << '\n';
  }
  progress_->step();
}

options lab::settings() {
  options opts;
  opts.store_path = path();
  opts.node_types = crash::own_types([this](const node_context& c) { keep_effect(c); });
  opts.secrets.providers = {crash::own_secrets()};
  opts.on_log = [this](const std::string& line) {
    std::lock_guard lock(mutex_);
    log_.push_back(line);
  };
  return opts;
}

std::unique_ptr<host::engine> lab::open(options opts) {
  auto opened = host::engine::open(std::move(opts));
  if (!opened) throw std::runtime_error(to_string(opened.failure()));
  return std::move(*opened);
}

std::unique_ptr<host::engine> lab::open(options opts, wrapper wrap) {
  const std::string file = opts.store_path;
  auto opened = host::engine::open(std::move(opts), [file, wrap]() -> result<std::unique_ptr<storage::store>> {
    auto inner = storage::open_sqlite_store(file);
    if (!inner) return inner.failure();
    return wrap(std::move(*inner));
  });
  if (!opened) throw std::runtime_error(to_string(opened.failure()));
  return std::move(*opened);
}

std::vector<std::string> lab::drive(host::engine& rt, int count, const std::function<void(progress&)>& meanwhile) {
  for (const std::string& text : crash::definitions())
    if (auto loaded = rt.load_definition(text, ""); !loaded) return {to_string(loaded.failure())};
  std::vector<std::string> ends(static_cast<std::size_t>(count));
  std::atomic<int> left{count};
  std::vector<std::thread> drivers;
  for (int n = 0; n < count; ++n)
    drivers.emplace_back([&, n] {
      ends[static_cast<std::size_t>(n)] = drive_one(rt, n);
      if (--left == 0) progress_->finish();
    });
  meanwhile(*progress_);
  for (std::thread& t : drivers)
    t.join();
  std::erase(ends, "");
  return ends;
}

std::vector<std::string> lab::faults(int count) const {
  crash::checker check(path(), folder_.file("effects"));
  check.look_at_the_end(count);
  return check.problems();
}

std::vector<std::string> lab::log() const {
  std::lock_guard lock(mutex_);
  return log_;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

void must(const result<void>& done) {
  if (!done) throw std::runtime_error(to_string(done.failure()));
}

void begin(host::engine& rt, const std::string& definition, const std::string& uid) {
  auto loaded = rt.load_definition(definition, "");
  if (!loaded) throw std::runtime_error(to_string(loaded.failure()));
  start_options how;
  how.id = uid;
  auto started = rt.start(loaded->id, json::object(), how);
  if (!started) throw std::runtime_error(to_string(started.failure()));
}

} // namespace pawl::recovery
