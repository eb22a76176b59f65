// The process that is killed: runs the instances --from … --to, tells each acknowledged step through the pipe as soon
// as the runtime acknowledges it, and waits for its end. With --finish it ends by itself when all have ended, with
// --stop once all have started. --kill-at POINT --nth N: it ends itself there (kill_points.hpp).
#include "runtime/host/engine.hpp"
#include "storage/store.hpp"
#include "tests/crash/kill_points.hpp"
#include "tests/crash/workload.hpp"
#include "tests/support/early_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <set>
#include <thread>

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

using namespace pawl;
using nlohmann::json;

struct arguments {
  std::string store;
  std::string effects;
  int from = 0;
  int to = 0;
  bool finish = false;
  bool ack_early = false;
  bool stop = false;
  bool signals = true;
  std::string kill_at;
  int nth = 1;
  std::size_t wal_bytes = options().checkpoint_wal_bytes;
};

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "crash_child: %s\n", why.c_str());
  std::_Exit(2);
}

// Short lines to a pipe or to a file opened with O_APPEND: one call, all or nothing.
void write_line(int descriptor, const std::string& line) {
  const std::string text = line + "\n";
  if (::write(descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size())) die("a line was not written");
}

void tell(const json& ack) { write_line(crash::ack_descriptor, ack.dump()); }

/// What the main thread has to do: answer pauses; and what it waits for: the ends.
class work_list {
public:
  struct pause {
    std::string uid;
    std::int64_t visit = 0;
    bool takes_payload = false; ///< else it waits for its signal
  };

  void add(pause p) {
    std::lock_guard lock(mutex_);
    pauses_.push_back(std::move(p));
    changed_.notify_one();
  }
  void ended(const std::string& uid) {
    std::lock_guard lock(mutex_);
    ended_.insert(uid);
    changed_.notify_all();
  }
  /// Nothing when `all` have ended.
  std::optional<pause> next(std::size_t all) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !pauses_.empty() || ended_.size() >= all; });
    if (pauses_.empty()) return std::nullopt;
    pause first = std::move(pauses_.front());
    pauses_.pop_front();
    return first;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<pause> pauses_;
  std::set<std::string> ended_;
};

void on_event(work_list& todo, const instance_event& e) {
  tell({{"step", e.instance_id},
        {"revision", e.entry.revision},
        {"at", e.entry.at_ms},
        {"event", e.entry.event},
        {"node", e.entry.node},
        {"visit", e.entry.visit},
        {"attempt", e.entry.attempt},
        {"handle", e.entry.handle},
        {"error", e.entry.error},
        {"note", e.entry.note}});
  if (e.entry.event == "paused" && (e.entry.node == "ask" || e.entry.node == "hear"))
    todo.add({e.instance_id, e.entry.visit, e.entry.node == "ask"});
  const bool is_aside = e.entry.node == "held" || e.entry.event == "cancelled" || crash::is_scheduled(e.instance_id);
  if (e.status && has_ended(*e.status) && !is_aside) todo.ended(e.instance_id);
}

using points_ptr = std::shared_ptr<crash::kill_points>; // null: none

result<std::unique_ptr<storage::store>> open_store(const arguments& args, const points_ptr& points) {
  auto opened = storage::open_sqlite_store(args.store);
  if (!opened) return opened.failure();
  std::unique_ptr<storage::store> store = std::move(*opened);
  if (args.ack_early) store = std::make_unique<test::early_store>(std::move(store));
  if (points) store = std::make_unique<crash::killing_store>(std::move(store), points);
  return store;
}

std::unique_ptr<host::engine> open(const arguments& args, work_list& todo, const points_ptr& points) {
  const int effects = ::open(args.effects.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (effects < 0) die("the effects' file cannot be opened");
  options opts;
  opts.store_path = args.store;
  opts.node_types = crash::own_types([effects](const node_context& c) {
    // A kill may cut a write off at the border of a page: lines of this length never cross one.
    write_line(effects, fmt::format("{:<127}", fmt::format("{} {} {} {} {}", c.instance_id(), c.node_id(), c.visit(),
                                                           c.attempt(), c.idempotency_key())));
  });
  opts.secrets.providers = {crash::own_secrets()};
  opts.checkpoint_wal_bytes = args.wal_bytes;
  opts.event_queue_max = 1'000'000; // the judge wants every step
  opts.on_event = [&todo](const instance_event& e) { on_event(todo, e); };
  opts.on_log = [](const std::string& line) { tell({{"log", line}}); };
  auto opened = host::engine::open(std::move(opts), [args, points] { return open_store(args, points); });
  if (!opened) die(to_string(opened.failure()));
  return std::move(*opened);
}

void die_unless(const result<void>& sent, std::initializer_list<errc> harmless) {
  if (!sent && std::find(harmless.begin(), harmless.end(), sent.failure().code) == harmless.end())
    die(to_string(sent.failure()));
}

void start_companions(host::engine& rt, const arguments& args) {
  if (auto loaded = rt.load_definition(crash::companion_definition(), ""); !loaded) die(to_string(loaded.failure()));
  for (int n = args.from; n < args.to; ++n) {
    if (!crash::has_companion(n)) continue;
    start_options how;
    how.id = crash::companion_of(n);
    if (auto started = rt.start("companion", json::object(), how); !started) die(to_string(started.failure()));
    tell({{"started", how.id}});
  }
}

void start_all(host::engine& rt, const arguments& args) {
  for (const std::string& text : crash::definitions())
    if (auto loaded = rt.load_definition(text, ""); !loaded) die(to_string(loaded.failure()));
  for (int n = args.from; n < args.to; ++n) {
    start_options how;
    how.id = crash::uid_of(n);
    auto started = rt.start(crash::definition_of(n), crash::input_of(n), how);
    if (!started) die(to_string(started.failure()));
    tell({{"started", *started}});
  }
  if (args.signals) start_companions(rt, args);
}

// Beside everything else, again in every child: whoever was cancelled before has ended.
void cancel_companions(host::engine& rt, const arguments& args) {
  for (int n = args.from; n < args.to; ++n) {
    if (!crash::has_companion(n)) continue;
    const auto done = rt.cancel(crash::companion_of(n), {"not needed", false});
    die_unless(done, {errc::finished});
    if (done) tell({{"cancelled", crash::companion_of(n)}});
  }
}

void add_schedules(host::engine& rt) {
  if (crash::schedules().empty()) return;
  if (auto loaded = rt.load_definition(crash::scheduled_definition(), ""); !loaded) die(to_string(loaded.failure()));
  for (const schedule_spec& spec : crash::schedules()) {
    if (auto added = rt.add_schedule(spec, nullptr, {}); !added) die(to_string(added.failure()));
    tell({{"scheduled", spec.id}});
  }
}

// What an earlier process left waiting or ended: no event will tell of it.
void look_around(host::engine& rt, const arguments& args, work_list& todo) {
  for (int n = args.from; n < args.to; ++n) {
    const std::string uid = crash::uid_of(n);
    auto found = rt.query(uid);
    if (!found) die(to_string(found.failure()));
    if (has_ended(found->status())) todo.ended(uid);
    for (const wait_info& w : found->waits())
      if (waits_for_outside(w.kind)) todo.add({uid, w.visit, w.kind == wait_kind::payload});
  }
}

// With the pause of `ask` it comes before anything waits for it, or long after, and then once more with the pause of
// `hear`: the key makes it one.
void send_signal(host::engine& rt, const work_list::pause& at, const json& payload) {
  const auto sent = rt.signal(at.uid, crash::signal_of(at.visit), &payload, {std::to_string(at.visit)});
  die_unless(sent, {errc::finished});
  if (sent) tell({{"signalled", at.uid}, {"visit", at.visit}});
}

// A pause may be on the list twice; the visit's number keeps the second answer from the next pause.
void answer_pauses(host::engine& rt, work_list& todo, std::size_t all, bool signals) {
  while (auto pause = todo.next(all)) {
    const json payload = crash::payload_of(pause->uid, pause->visit);
    if (signals) send_signal(rt, *pause, payload);
    if (!pause->takes_payload) continue;
    const auto done = rt.resume(pause->uid, &payload, {"ask", pause->visit, {}});
    die_unless(done, {errc::not_waiting, errc::finished});
    if (done) tell({{"resumed", pause->uid}, {"visit", pause->visit}});
  }
}

arguments parse(int count, char** values) {
  arguments args;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    const auto value = [&]() -> std::string { return ++i < count ? values[i] : ""; };
    if (name == "--store") args.store = value();
    if (name == "--effects") args.effects = value();
    if (name == "--from") args.from = std::atoi(value().c_str());
    if (name == "--to") args.to = std::atoi(value().c_str());
    if (name == "--finish") args.finish = true;
    if (name == "--ack-early") args.ack_early = true;
    if (name == "--stop") args.stop = true;
    if (name == "--without-signals") args.signals = false;
    if (name == "--kill-at") args.kill_at = value();
    if (name == "--nth") args.nth = std::atoi(value().c_str());
    if (name == "--wal-bytes") args.wal_bytes = std::strtoull(value().c_str(), nullptr, 10);
  }
  return args;
}

} // namespace

int main(int count, char** values) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const arguments args = parse(count, values);
  if (!args.signals) crash::without_signals();
  work_list todo;
  points_ptr points;
  std::optional<test::faulty_disk> disk;
  if (!args.kill_at.empty()) {
    points = std::make_shared<crash::kill_points>(args.kill_at, args.nth);
    disk.emplace().watch([points](const test::disk_operation& op) { points->reach(op); });
  }
  auto rt = open(args, todo, points);
  if (points) points->enter("run");
  add_schedules(*rt);
  start_all(*rt, args);
  if (args.stop) {
    if (points) points->enter("close");
    rt.reset();
    return 0;
  }
  look_around(*rt, args, todo);
  std::vector<std::thread> answering; // a commit each: one thread would leave most instances waiting
  for (int i = 0; i < 6; ++i)
    answering.emplace_back(
        [&] { answer_pauses(*rt, todo, static_cast<std::size_t>(args.to - args.from), args.signals); });
  if (args.signals) answering.emplace_back([&] { cancel_companions(*rt, args); });
  for (std::thread& t : answering)
    t.join();
  if (!args.finish) {
    tell({{"idle", true}});
    for (;;)
      ::pause();
  }
  rt->stop();
  return 0;
}
