// What must hold after every kill, and at the end.
#include "tests/crash/checker.hpp"

#include "nodes/catalog.hpp"
#include "runtime/core/hash.hpp"
#include "runtime/host/inspect.hpp"
#include "storage/codec.hpp"
#include "tests/crash/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <tuple>

namespace pawl::crash {
namespace {

using nlohmann::json;

constexpr std::size_t all_entries = 1'000'000;

history_entry entry_of(const json& ack) {
  history_entry e;
  e.revision = ack.at("revision");
  e.at_ms = ack.at("at");
  e.event = ack.at("event");
  e.node = ack.at("node");
  e.visit = ack.at("visit");
  e.attempt = ack.at("attempt");
  e.handle = ack.at("handle");
  e.error = ack.at("error");
  e.note = ack.at("note");
  return e;
}

auto fields(const history_entry& e) {
  return std::tie(e.revision, e.at_ms, e.event, e.node, e.visit, e.attempt, e.handle, e.error, e.note);
}

std::string text(const history_entry& e) {
  return fmt::format("revision {} at {}: {} node '{}' visit {} attempt {} handle '{}' error '{}' note '{}'", e.revision,
                     e.at_ms, e.event, e.node, e.visit, e.attempt, e.handle, e.error, e.note);
}

bool is_result(const history_entry& e) { return e.event == "succeeded" || e.event == "failed"; }

// The next result that a node must record.
struct place {
  std::int64_t visit = 1;
  std::int64_t attempt = 1;
};

core::node_types all_types() {
  core::node_types types = nodes::built_in_types();
  for (const node_type& type : own_types([](const node_context&) {}))
    if (!core::add_type(types, type)) throw std::runtime_error("a node type of the test is refused");
  return types;
}

} // namespace

checker::checker(std::string store, std::string effects) : store_(std::move(store)), effects_(std::move(effects)) {
  for (const std::string& document : definitions()) {
    auto compiled = core::compile(document, "", all_types());
    if (!compiled || !compiled->workflow) throw std::runtime_error("a definition of the test does not compile");
    workflows_[compiled->workflow->id] = compiled->workflow;
  }
}

void checker::lost(const std::string& uid, const std::string& what) {
  lost_ = true;
  problem(uid, "acknowledged, then lost: " + what);
}

void checker::problem(const std::string& uid, const std::string& what) { problems_.push_back(uid + ": " + what); }

bool checker::note(const std::string& line) {
  const json ack = json::parse(line);
  if (ack.contains("log")) logs_.push_back(ack["log"]);
  idle_ = ack.contains("idle");
  if (ack.contains("started")) instances_[ack["started"]].started = true;
  if (ack.contains("resumed")) instances_[ack["resumed"]].answered.insert(ack["visit"].get<std::int64_t>());
  if (ack.contains("signalled")) instances_[ack["signalled"]].signalled.insert(ack["visit"].get<std::int64_t>());
  if (ack.contains("cancelled")) instances_[ack["cancelled"]].cancelled = true;
  if (ack.contains("scheduled")) scheduled_.insert(ack["scheduled"].get<std::string>());
  if (ack.contains("step")) note_step(ack["step"], entry_of(ack));
  return ack.contains("step") && !is_scheduled(ack["step"].get<std::string>());
}

void checker::note_step(const std::string& uid, history_entry entry) {
  instance& i = instances_[uid];
  if (entry.revision != i.told_last + 1)
    problem(uid, fmt::format("told after revision {}: {}", i.told_last, text(entry)));
  i.told_last = entry.revision;
  ++told_steps_;
  i.told.insert_or_assign(entry.revision, std::move(entry));
}

struck checker::look(int from, int to) {
  struck found;
  idle_ = false;
  auto reader = storage::open_sqlite_reader(store_);
  if (!reader) { // killed before there was a store
    if (!instances_.empty() || !scheduled_.empty() || reader.failure().code != errc::not_found)
      lost("the store", to_string(reader.failure()));
    return found;
  }
  for (int n = from; n < to; ++n)
    if (ended_.count(n) == 0) found.unacknowledged += look_at(**reader, n, found);
  for (int n = from; n < to; ++n)
    if (has_companion(n)) found.unacknowledged += look_at_companion(**reader, n, false);
  check_audit(**reader);
  check_schedules(**reader);
  return found;
}

// Nothing: it is not there, which is told if it must be.
std::optional<checker::instance_rows> checker::stored_of(storage::reader& from, const std::string& uid) {
  const instance& i = instances_[uid];
  const auto key = from.find(uid);
  if (!key || !*key) {
    if (!key) problem(uid, to_string(key.failure()));
    if (i.started || i.told_last > 0) lost(uid, "the whole instance");
    return std::nullopt;
  }
  auto rows = from.load(**key);
  auto history = host::read_history(from, uid, 0, all_entries);
  if (rows && history) return instance_rows{std::move(*rows), std::move(*history)};
  problem(uid, to_string(!rows ? rows.failure() : history.failure()));
  return std::nullopt;
}

// It is started, it waits, it is cancelled, each once, and no timer is left.
int checker::look_at_companion(storage::reader& from, int n, bool must_be_cancelled) {
  const std::string uid = companion_of(n);
  instance& i = instances_[uid];
  const auto there = stored_of(from, uid);
  if (!there) return 0;
  const storage::loaded_instance& rows = there->rows;
  const auto& history = there->history;
  check_told(uid, i, history);
  const auto times = [&](const char* event) {
    return std::count_if(history.begin(), history.end(), [&](const history_entry& e) { return e.event == event; });
  };
  const bool has_end = rows.header.status == instance_status::cancelled;
  if (i.cancelled && !has_end) lost(uid, "its cancellation");
  if (times("cancelled") != (has_end ? 1 : 0)) problem(uid, fmt::format("{} cancellations", times("cancelled")));
  if (must_be_cancelled && !has_end) problem(uid, std::string("is ") + to_string(rows.header.status));
  if (has_end && (!rows.timers.empty() || !rows.cursors.empty() || rows.header.wake_at))
    problem(uid, "something is left of its wait");
  if (static_cast<std::size_t>(times("started") + times("paused") + times("cancelled")) != history.size())
    problem(uid, "something else happened to it");
  const std::int64_t untold = rows.header.revision - std::max(i.told_last, i.known);
  i.known = i.told_last = rows.header.revision;
  return static_cast<int>(std::max<std::int64_t>(0, untold));
}

// Gives the steps that are in the store and were never acknowledged.
int checker::look_at(storage::reader& from, int n, struck& found) {
  const std::string uid = uid_of(n);
  instance& i = instances_[uid];
  const auto there = stored_of(from, uid);
  if (!there) return 0;
  const storage::loaded_instance& rows = there->rows;
  const auto& history = there->history;
  const auto revision = rows.header.revision;
  check_told(uid, i, history);
  check_signals(uid, i, history);
  if (static_cast<std::int64_t>(history.size()) != revision)
    problem(uid, fmt::format("{} steps are stored at revision {}", history.size(), revision));
  const bool has_end = has_ended(rows.header.status);
  check_results(n, rows.key_seed, history, has_end);
  check_cursors(rows);
  if (has_end) ended_.insert(n);
  found.running += has_end ? 0 : 1;
  if (rows.header.in_flight) hit_.insert(n);
  found.in_flight += rows.header.in_flight ? 1 : 0;
  steps_ += static_cast<std::size_t>(revision - i.known);
  const std::int64_t untold = revision - std::max(i.told_last, i.known);
  i.known = i.told_last = revision; // the next child goes on from here
  return static_cast<int>(std::max<std::int64_t>(0, untold));
}

// Every acknowledged step is there with the same content; revisions are 1, 2, 3 …
void checker::check_told(const std::string& uid, const instance& i, const std::vector<history_entry>& history) {
  for (std::size_t at = 0; at < history.size(); ++at)
    if (history[at].revision != static_cast<std::int64_t>(at) + 1)
      return problem(uid, fmt::format("revision {} stands at place {}", history[at].revision, at + 1));
  for (const auto& [revision, told] : i.told) {
    if (revision > static_cast<std::int64_t>(history.size())) {
      lost(uid, text(told));
      continue;
    }
    const history_entry& kept = history[static_cast<std::size_t>(revision) - 1];
    if (fields(kept) != fields(told)) lost(uid, text(told) + "; stored: " + text(kept));
  }
  std::set<std::int64_t> stored;
  for (const history_entry& e : history)
    if (e.event == "resumed") stored.insert(e.visit);
  for (const std::int64_t visit : i.answered)
    if (stored.count(visit) == 0) lost(uid, fmt::format("the answer to visit {}", visit));
}

// Every acknowledged signal is there, and none came twice, however often it was sent.
void checker::check_signals(const std::string& uid, const instance& i, const std::vector<history_entry>& history) {
  std::map<std::string, int> came;
  for (const history_entry& e : history)
    if (e.event == "signalled" && ++came[e.note.substr(0, e.note.find(','))] > 1)
      problem(uid, "came a second time: " + e.note);
  for (const std::int64_t visit : i.signalled)
    if (came.count("signal '" + signal_of(visit) + "'") == 0) lost(uid, "the signal '" + signal_of(visit) + "'");
}

// Each node's results come once and in order: visit by visit, attempt by attempt, item by item.
void checker::check_results(int n, const std::string& key_seed, const std::vector<history_entry>& history,
                            bool complete) {
  const std::string uid = uid_of(n);
  std::map<std::string, place> places;
  for (const auto& node : workflows_.at(definition_of(n))->nodes)
    places[node.id];
  for (const history_entry& e : history) {
    if (!is_result(e)) continue;
    place& next = places[e.node];
    const bool fails = e.node == "shaky" && next.attempt <= failures_of(next.visit);
    if (e.visit != next.visit || e.attempt != next.attempt || (e.event == "failed") != fails)
      return problem(uid, fmt::format("visit {} attempt {} was due: {}", next.visit, next.attempt, text(e)));
    next = fails ? place{next.visit, next.attempt + 1} : place{next.visit + 1, 1};
    if (fails || !takes_items(e.node)) continue;
    const json& output = e.output ? *e.output : json();
    const std::string own = output.value("for", output.value("key", ""));
    if (output.value("item", 0) != e.visit || (own != uid && !is_key(own, key_seed, e.node, e.visit)))
      return problem(uid, fmt::format("its output is another visit's: {}: {}", text(e), output.dump()));
  }
  for (const auto& [node, next] : places)
    if (complete && next.visit != 1 + (takes_items(node) ? items_of(n) : node == "each" ? items_of(n) + 1 : 1))
      problem(uid, fmt::format("ended after {} visits of '{}'", next.visit - 1, node));
}

bool checker::is_key(const std::string& key, const std::string& seed, const std::string& node,
                     std::int64_t visit) const {
  const std::string expected = core::idempotency_key(seed, node, visit);
  return has_one_identity_ ? key == expected : key.size() == expected.size();
}

void checker::check_cursors(const storage::loaded_instance& rows) {
  for (const storage::cursor_row& c : rows.cursors)
    if (!is_key(c.key, rows.key_seed, c.node, c.visit))
      problem(rows.uid, fmt::format("the key of '{}' visit {} has changed", c.node, c.visit));
}

void checker::look_at_the_end(int to) {
  auto reader = storage::open_sqlite_reader(store_);
  if (!reader) return lost("the store", to_string(reader.failure()));
  ended_.clear();
  struck ignored;
  for (int n = 0; n < to; ++n) {
    look_at(**reader, n, ignored);
    check_replay(**reader, n);
    if (instances_.count(companion_of(n)) != 0) look_at_companion(**reader, n, true);
  }
  check_effects(**reader, to);
  check_schedules(**reader);
}

void checker::check_replay(storage::reader& from, int n) {
  const std::string uid = uid_of(n);
  const auto found = host::read_snapshot(from, uid);
  if (!found || found->status() != instance_status::completed)
    return problem(uid, found ? std::string("is ") + to_string(found->status()) : to_string(found.failure()));
  const auto key = from.find(uid);
  const auto obeyed = storage::check_replay(*workflows_.at(definition_of(n)), from, key->value());
  if (!obeyed) problem(uid, "replay law: " + to_string(obeyed.failure()));
}

std::set<checker::attempt_key> checker::audited_attempts(storage::reader& from) {
  std::set<attempt_key> all;
  const auto lines = from.secret_audit(0, all_entries);
  if (!lines) problem("audit", to_string(lines.failure()));
  if (lines)
    for (const secret_audit_entry& line : *lines)
      if (line.allowed) all.insert({{line.instance_id, line.node_id, line.visit}, line.attempt});
  return all;
}

std::vector<checker::execution> checker::executions_so_far() const {
  std::vector<execution> all;
  std::ifstream file(effects_);
  std::string uid, node, key;
  std::int64_t number = 0, attempt = 0;
  while (file >> uid >> node >> number >> attempt >> key)
    all.push_back({{uid, node, number}, attempt, key});
  return all;
}

// After each kill: later the attempt is made again, and leaves a line of its own.
void checker::check_audit(storage::reader& from) {
  const auto audited = audited_attempts(from);
  for (const execution& e : executions_so_far()) {
    const auto& [uid, node, number] = e.of;
    const attempt_key attempt{e.of, e.attempt};
    if (node == "work" && audited.count(attempt) == 0 && unaudited_.count(attempt) == 0)
      problem(uid, fmt::format("'{}' visit {} attempt {} had its secret, and the audit does not say so", node, number,
                               e.attempt));
  }
}

void checker::audit_is_gone() {
  for (const execution& e : executions_so_far())
    unaudited_.insert({e.of, e.attempt});
}

// At least once, under a key that is the visit's alone: no recorded result without an effect, no key of two visits.
void checker::check_effects(storage::reader& from, int to) {
  std::map<visit_key, std::string> keys;
  std::map<std::string, visit_key> owners;
  std::map<attempt_key, int> executions;
  for (const execution& e : executions_so_far()) {
    const auto& [uid, node, number] = e.of;
    const attempt_key attempt{e.of, e.attempt};
    if (keys.emplace(e.of, e.key).first->second != e.key)
      problem(uid, fmt::format("'{}' visit {} has two keys", node, number));
    if (owners.emplace(e.key, e.of).first->second != e.of) problem(uid, "two visits have the key " + e.key);
    if (++executions[attempt] > 1 && node != "nap") ++repeated_;
  }
  for (int n = 0; n < to; ++n) {
    const auto history = host::read_history(from, uid_of(n), 0, all_entries);
    if (!history) continue;
    for (const history_entry& e : *history)
      if (is_result(e) && takes_items(e.node) && e.node != "ask" && e.node != "hear" &&
          executions.count({visit_key{uid_of(n), e.node, e.visit}, e.attempt}) == 0)
        problem(uid_of(n), "recorded, but never executed: " + text(e));
  }
}

} // namespace pawl::crash
