// Rows in memory: for tests, dry runs and hosts that need no durability. Every promise of the port but that one.
#include "runtime/core/hash.hpp"
#include "storage/definition_rules.hpp"
#include "storage/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace pawl::storage {
namespace {

struct memory_instance {
  std::string uid;
  std::string definition_id;
  std::string definition_hash;
  std::string input;
  std::string input_hash;
  timestamp_ms created_at = 0;
  std::map<std::string, std::string> labels;
  instance_row header;
  std::map<std::int64_t, cursor_row> cursors;
  std::map<std::int64_t, timer_row> timers;
  std::map<std::string, std::int64_t, std::less<>> visits;
  std::map<std::tuple<std::int64_t, std::string, std::string>, memory_row> memories;
  std::map<std::int64_t, signal_row> signals;
  struct known_key {
    std::int64_t number = 0;
    timestamp_ms at = 0;
  };
  std::map<std::string, known_key, std::less<>> signal_keys;
  std::optional<closing_row> closing;
  std::vector<step_row> steps;                                          ///< revision n at place n - 1
  std::map<std::string, std::vector<std::size_t>, std::less<>> results; ///< places in `steps` by node
};

result_row result_of(const step_row& s) { return {s.node, s.revision, s.at.engine, s.attempt, s.output, s.error}; }

class memory_store final : public store {
public:
  explicit memory_store(std::string identity) : identity_(std::move(identity)) {}

  std::vector<result<written>> write(const std::vector<change>& batch) override;
  result<void> save_definition(const definition_row& definition, timestamp_ms at) override;
  result<void> remove_definition(std::string_view id, std::string_view hash) override;
  result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit) override;
  result<std::vector<due_row>> due(core::timeline line, due_mark after, timestamp_ms now, std::size_t limit) override;
  result<std::optional<timestamp_ms>> next_due(core::timeline line, due_mark after) override;
  result<timestamp_ms> last_time() override { return latest_time_; }
  result<instance_key> last_instance() override { return last_key_; }
  result<bool> has_signal_key(instance_key instance, std::string_view key) override;
  result<store_facts> facts() override { return store_facts{identity_, 0}; }
  result<std::string> renew_identity() override { return identity_ = core::new_identity(); }
  result<core::clock_offsets> offsets() override { return offsets_; }
  result<checkpointed> checkpoint(std::size_t) override { return checkpointed{}; }
  result<bool> clean_up() override { return false; }
  result<bool> check_piece() override { return false; }
  std::optional<error> halted() const override { return std::nullopt; }

  result<std::optional<instance_key>> find(std::string_view uid) override;
  result<loaded_instance> load(instance_key instance) override;
  result<std::vector<summary_row>> list(instance_key after, std::size_t limit) override;
  result<std::vector<summary_row>> list_by_uid(std::string_view after, std::size_t limit) override;
  result<std::vector<step_row>> history(instance_key instance, std::int64_t after, std::size_t limit) override;
  result<std::vector<result_row>> context(instance_key instance, std::size_t limit) override;
  result<std::vector<result_row>> last_results(instance_key instance, const std::vector<std::string>& nodes) override;
  result<std::vector<result_row>> results(instance_key instance, std::string_view node,
                                          const result_limits& allowed) override;
  result<std::optional<definition_row>> definition_by_hash(std::string_view hash) override;
  result<std::optional<definition_row>> latest_definition(std::string_view id) override;
  result<std::vector<definition_row>> latest_definitions() override;
  result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit) override;
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) override;

  result<std::vector<schedule_row>> schedules(std::string_view after, std::size_t limit) override;
  result<std::optional<schedule_row>> schedule(std::string_view id) override;
  result<std::vector<schedule_row>> due_schedules(timestamp_ms now, std::size_t limit) override;
  result<std::optional<timestamp_ms>> next_schedule_due(timestamp_ms after) override;
  result<std::vector<schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) override;

private:
  using wake_mark = std::pair<timestamp_ms, instance_key>;

  result<written> apply(const create_write& wanted);
  result<written> apply(const step_write& wanted);
  result<written> apply(const remove_write& wanted);
  result<written> apply(const audit_write& wanted);
  void sweep_audit();
  result<written> apply(const sealed_write& wanted);
  result<written> apply(const schedule_write& wanted);
  result<written> apply(const schedule_advance& wanted);
  result<written> apply(const schedule_remove& wanted);
  result<written> apply(const clock_write& wanted);
  void set_state(schedule_row& row, const schedule_state& state);
  void put(instance_key key, memory_instance& i, const step_write& rows);
  static void forget_keys(memory_instance& of, const signal_keys_limit& limit);
  memory_instance* at(instance_key instance);
  std::string owner_of(const std::string& definition_id) const;
  definition_row with_owner(definition_row row) const;
  summary_row summary_of(instance_key key, const memory_instance& i) const;
  std::set<wake_mark>& wakes(core::timeline line) { return wakes_[static_cast<int>(line)]; }
  void forget_wakes(const instance_row& of, instance_key key);

  std::string identity_;
  std::map<instance_key, memory_instance> instances_;
  std::map<std::string, instance_key, std::less<>> keys_;
  struct saved_definition {
    definition_row row;
    std::int64_t number = 0;
  };
  struct latest_version {
    std::string hash;
    timestamp_ms since = 0;
    std::string owner;
  };
  using definition_key = std::pair<std::string, std::string>; ///< hash and id

  std::map<definition_key, saved_definition> definitions_;
  std::map<std::string, latest_version, std::less<>> latest_; ///< by id
  std::int64_t last_definition_ = 0;
  std::set<wake_mark> wakes_[2]; ///< by core::timeline
  std::set<instance_key> in_flight_;
  std::deque<secret_audit_entry> audit_;
  std::int64_t last_audit_ = 0;
  std::map<std::string, sealed_write> sealed_;                    ///< by id
  std::map<std::string, schedule_row, std::less<>> schedules_;    ///< by id
  std::set<std::pair<timestamp_ms, std::string>> schedule_wakes_; ///< next_due and id
  std::set<std::string, std::less<>> waiting_schedules_;          ///< with pending runs
  timestamp_ms latest_time_ = 0;
  core::clock_offsets offsets_;
  instance_key last_key_ = 0;
};

memory_instance* memory_store::at(instance_key instance) {
  const auto found = instances_.find(instance);
  return found == instances_.end() ? nullptr : &found->second;
}

std::string memory_store::owner_of(const std::string& definition_id) const {
  const auto latest = latest_.find(definition_id);
  return latest == latest_.end() ? std::string() : latest->second.owner;
}

definition_row memory_store::with_owner(definition_row row) const {
  row.owner = owner_of(row.id);
  return row;
}

std::vector<result<written>> memory_store::write(const std::vector<change>& batch) {
  std::vector<result<written>> answers;
  answers.reserve(batch.size());
  for (const change& wanted : batch)
    answers.push_back(std::visit([this](const auto& one) { return apply(one); }, wanted));
  return answers;
}

result<written> memory_store::apply(const create_write& wanted) {
  if (const auto known = keys_.find(wanted.uid); known != keys_.end()) {
    const memory_instance& other = instances_.at(known->second);
    if (other.definition_id == wanted.definition_id && other.input_hash == wanted.input_hash)
      return written{known->second, true};
    return error{errc::conflict, "the id is taken by an instance with another definition or input", wanted.uid};
  }
  if (definitions_.count({wanted.definition_hash, wanted.definition_id}) == 0)
    return error{errc::unknown_definition, "the instance's definition was never saved in this store",
                 wanted.definition_id};
  const instance_key key = wanted.first.instance != 0 ? wanted.first.instance : last_key_ + 1;
  if (instances_.count(key) > 0) return error{errc::corrupt, "the instance's number is taken", wanted.uid};
  last_key_ = std::max(last_key_, key);
  memory_instance& made = instances_[key];
  made.uid = wanted.uid;
  made.definition_id = wanted.definition_id;
  made.definition_hash = wanted.definition_hash;
  made.input = wanted.input;
  made.input_hash = wanted.input_hash;
  made.created_at = wanted.created_at;
  made.labels = wanted.labels;
  keys_[wanted.uid] = key;
  put(key, made, wanted.first);
  return written{key, false};
}

result<written> memory_store::apply(const step_write& wanted) {
  memory_instance* found = at(wanted.instance);
  if (found == nullptr) return no_such_instance(wanted.instance);
  if (found->header.revision != wanted.header.revision - 1)
    return error{errc::conflict,
                 fmt::format("the instance is at revision {}, the change makes revision {}", found->header.revision,
                             wanted.header.revision),
                 ""};
  for (const std::string& key : wanted.signal_keys_set)
    if (found->signal_keys.count(key) > 0) return written{wanted.instance, true};
  put(wanted.instance, *found, wanted);
  return written{wanted.instance, false};
}

result<written> memory_store::apply(const remove_write& wanted) {
  const memory_instance* found = at(wanted.instance);
  if (found == nullptr) return no_such_instance(wanted.instance);
  if (!has_ended(found->header.status)) return not_finished(found->uid);
  forget_wakes(found->header, wanted.instance);
  in_flight_.erase(wanted.instance);
  keys_.erase(found->uid);
  instances_.erase(wanted.instance);
  return written{wanted.instance, false};
}

result<written> memory_store::apply(const audit_write& wanted) {
  audit_.push_back(wanted.entry);
  audit_.back().sequence = ++last_audit_;
  if (last_audit_ % audit_sweep == 0) sweep_audit();
  return written{};
}

void memory_store::sweep_audit() {
  std::int64_t allowed_left = audit_allowed_max;
  std::int64_t refused_left = audit_refused_max;
  std::deque<secret_audit_entry> kept;
  for (auto line = audit_.rbegin(); line != audit_.rend(); ++line)
    if ((line->allowed ? allowed_left : refused_left)-- > 0) kept.push_front(std::move(*line));
  audit_ = std::move(kept);
}

result<written> memory_store::apply(const sealed_write& wanted) {
  const auto known = sealed_.find(wanted.store_id);
  if (known != sealed_.end()) {
    const sealed_write& last = known->second;
    if (last.generation == wanted.generation && last.mac == wanted.mac) return written{0, true};
    if (last.generation >= wanted.generation && !wanted.accept_older) return rolled_back(last.generation, wanted);
  } else if (!sealed_.empty()) {
    (void)apply(audit_write{another_sealed_store(wanted)});
  }
  sealed_[wanted.store_id] = wanted;
  return written{};
}

result<written> memory_store::apply(const schedule_write& wanted) {
  const auto known = schedules_.find(wanted.row.id);
  const std::int64_t revision = known == schedules_.end() ? 0 : known->second.state.revision;
  if (revision != wanted.row.state.revision - 1) return schedule_moved_on(wanted.row.id);
  if (revision == 0 && schedules_.size() >= schedules_max) return too_many_schedules();
  schedule_row row = wanted.row;
  if (known != schedules_.end()) row.state = known->second.state; // set_state() knows by it what was there
  schedule_row& kept = schedules_[row.id] = std::move(row);
  set_state(kept, wanted.row.state);
  return written{};
}

result<written> memory_store::apply(const schedule_advance& wanted) {
  const auto known = schedules_.find(wanted.id);
  if (known == schedules_.end()) return no_such_schedule(wanted.id);
  schedule_row& row = known->second;
  if (row.state.revision != wanted.state.revision - 1 || row.created_at != wanted.created_at)
    return schedule_moved_on(wanted.id);
  set_state(row, wanted.state);
  return written{};
}

result<written> memory_store::apply(const schedule_remove& wanted) {
  const auto known = schedules_.find(wanted.id);
  if (known == schedules_.end()) return no_such_schedule(wanted.id);
  set_state(known->second, {});
  schedules_.erase(known);
  return written{};
}

result<written> memory_store::apply(const clock_write& wanted) {
  offsets_ = wanted.offsets;
  return written{};
}

void memory_store::set_state(schedule_row& row, const schedule_state& state) {
  if (row.state.next_due) schedule_wakes_.erase({*row.state.next_due, row.id});
  waiting_schedules_.erase(row.id);
  row.state = state;
  if (state.next_due) schedule_wakes_.insert({*state.next_due, row.id});
  if (!state.pending.empty()) waiting_schedules_.insert(row.id);
}

result<std::vector<schedule_row>> memory_store::schedules(std::string_view after, std::size_t limit) {
  std::vector<schedule_row> rows;
  for (auto found = schedules_.upper_bound(after); found != schedules_.end() && rows.size() < limit; ++found)
    rows.push_back(found->second);
  return rows;
}

result<std::optional<schedule_row>> memory_store::schedule(std::string_view id) {
  const auto found = schedules_.find(id);
  return found == schedules_.end() ? std::nullopt : std::optional(found->second);
}

result<std::vector<schedule_row>> memory_store::due_schedules(timestamp_ms now, std::size_t limit) {
  std::vector<schedule_row> rows;
  for (auto wake = schedule_wakes_.begin(); wake != schedule_wakes_.end() && rows.size() < limit; ++wake) {
    if (wake->first > now) break;
    rows.push_back(schedules_.at(wake->second));
  }
  return rows;
}

result<std::optional<timestamp_ms>> memory_store::next_schedule_due(timestamp_ms after) {
  const auto wake = schedule_wakes_.lower_bound({after + 1, std::string()});
  return wake == schedule_wakes_.end() ? std::nullopt : std::optional(wake->first);
}

result<std::vector<schedule_row>> memory_store::waiting_schedules(std::string_view after, std::size_t limit) {
  std::vector<schedule_row> rows;
  for (auto id = waiting_schedules_.upper_bound(after); id != waiting_schedules_.end() && rows.size() < limit; ++id)
    rows.push_back(schedules_.at(*id));
  return rows;
}

result<std::vector<secret_audit_entry>> memory_store::secret_audit(std::int64_t after, std::size_t limit) {
  std::vector<secret_audit_entry> lines;
  for (const secret_audit_entry& line : audit_)
    if (line.sequence > after && lines.size() < limit) lines.push_back(line);
  return lines;
}

void memory_store::forget_wakes(const instance_row& of, instance_key key) {
  if (of.wake_at) wakes(core::timeline::steady).erase({*of.wake_at, key});
  if (of.wake_on) wakes(core::timeline::calendar).erase({*of.wake_on, key});
}

void memory_store::put(instance_key key, memory_instance& i, const step_write& rows) {
  forget_wakes(i.header, key);
  i.header = rows.header;
  if (i.header.wake_at) wakes(core::timeline::steady).insert({*i.header.wake_at, key});
  if (i.header.wake_on) wakes(core::timeline::calendar).insert({*i.header.wake_on, key});
  if (i.header.in_flight)
    in_flight_.insert(key);
  else
    in_flight_.erase(key);
  for (const visit_row& v : rows.visits_set)
    i.visits[v.node] = v.count;
  for (const cursor_row& c : rows.cursors_set)
    i.cursors[c.cursor] = c;
  for (const std::int64_t c : rows.cursors_gone)
    i.cursors.erase(c);
  for (const timer_row& t : rows.timers_set)
    i.timers[t.cursor] = t;
  for (const std::int64_t c : rows.timers_gone)
    i.timers.erase(c);
  for (const memory_row& m : rows.memories_set) {
    const auto place = std::make_tuple(m.scope, m.node, m.name);
    if (m.value)
      i.memories[place] = m;
    else
      i.memories.erase(place);
  }
  for (const signal_row& s : rows.signals_set)
    i.signals[s.number] = s;
  for (const std::int64_t s : rows.signals_gone)
    i.signals.erase(s);
  for (const std::string& known : rows.signal_keys_set)
    i.signal_keys[known] = {rows.step.revision, rows.step.at.engine};
  if (rows.signal_keys_gone) forget_keys(i, *rows.signal_keys_gone);
  if (rows.closing_set) i.closing = rows.closing_set;
  if (rows.step.is_result) i.results[rows.step.node].push_back(i.steps.size());
  i.steps.push_back(rows.step);
  latest_time_ = std::max(latest_time_, rows.step.at.steady);
}

void memory_store::forget_keys(memory_instance& of, const signal_keys_limit& limit) {
  std::vector<std::int64_t> numbers;
  for (const auto& [key, known] : of.signal_keys)
    numbers.push_back(known.number);
  if (numbers.size() <= limit.newest_kept) return;
  std::sort(numbers.rbegin(), numbers.rend());
  const std::int64_t first_gone = numbers[limit.newest_kept];
  std::erase_if(of.signal_keys,
                [&](const auto& k) { return k.second.number <= first_gone && k.second.at < limit.known_since; });
}

result<bool> memory_store::has_signal_key(instance_key instance, std::string_view key) {
  const memory_instance* found = at(instance);
  if (found == nullptr) return no_such_instance(instance);
  return found->signal_keys.count(key) > 0;
}

result<void> memory_store::save_definition(const definition_row& definition, timestamp_ms at) {
  if (const auto known = latest_.find(definition.id); known != latest_.end())
    if (auto owner = owner_after(known->second.owner, definition); !owner) return owner.failure();
  const auto [saved, is_new] = definitions_.try_emplace({definition.hash, definition.id}, saved_definition{definition});
  if (is_new) saved->second.number = ++last_definition_;
  latest_version& latest = latest_[definition.id];
  if (latest.hash != definition.hash || latest.owner != definition.owner)
    latest = {definition.hash, at, definition.owner};
  return {};
}

result<void> memory_store::remove_definition(std::string_view id, std::string_view hash) {
  auto all = definitions(0, definitions_.size());
  std::erase_if(*all, [&](const definition_version& v) { return v.id != id; });
  std::optional<std::string> schedule;
  for (const auto& [schedule_id, row] : schedules_)
    if (!schedule && row.definition_id == id) schedule = schedule_id;
  const auto going = removable(*all, id, hash, schedule);
  if (!going) return going.failure();
  for (const definition_version& v : *going) {
    if (v.latest_since) latest_.erase(v.id);
    definitions_.erase({v.hash, v.id});
  }
  return {};
}

result<std::vector<due_row>> memory_store::in_flight(instance_key after, std::size_t limit) {
  std::vector<due_row> rows;
  for (auto key = in_flight_.upper_bound(after); key != in_flight_.end() && rows.size() < limit; ++key) {
    const memory_instance& i = instances_.at(*key);
    rows.push_back({*key, i.uid, i.header.updated_at});
  }
  return rows;
}

result<std::vector<due_row>> memory_store::due(core::timeline line, due_mark after, timestamp_ms now,
                                               std::size_t limit) {
  std::vector<due_row> rows;
  for (auto wake = wakes(line).upper_bound({after.due_at, after.instance});
       wake != wakes(line).end() && wake->first <= now && rows.size() < limit; ++wake)
    rows.push_back({wake->second, instances_.at(wake->second).uid, wake->first});
  return rows;
}

result<std::optional<timestamp_ms>> memory_store::next_due(core::timeline line, due_mark after) {
  const auto wake = wakes(line).upper_bound({after.due_at, after.instance});
  return wake == wakes(line).end() ? std::nullopt : std::optional(wake->first);
}

result<std::optional<instance_key>> memory_store::find(std::string_view uid) {
  const auto found = keys_.find(uid);
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

result<loaded_instance> memory_store::load(instance_key instance) {
  const memory_instance* i = at(instance);
  if (i == nullptr) return no_such_instance(instance);
  loaded_instance rows;
  rows.instance = instance;
  rows.uid = i->uid;
  rows.definition_id = i->definition_id;
  rows.definition_hash = i->definition_hash;
  rows.owner = owner_of(i->definition_id);
  rows.input = i->input;
  rows.input_hash = i->input_hash;
  rows.created_at = i->created_at;
  rows.labels = i->labels;
  rows.header = i->header;
  for (const auto& [id, c] : i->cursors)
    rows.cursors.push_back(c);
  for (const auto& [id, t] : i->timers)
    rows.timers.push_back(t);
  for (const auto& [node, count] : i->visits)
    rows.visits.push_back({node, count});
  for (const auto& [place, m] : i->memories)
    rows.memories.push_back(m);
  for (const auto& [number, s] : i->signals)
    rows.signals.push_back(s);
  rows.key_seed = core::key_seed(identity_, instance);
  rows.closing = i->closing;
  return rows;
}

summary_row memory_store::summary_of(instance_key key, const memory_instance& i) const {
  return {key,
          i.uid,
          i.definition_id,
          i.header.status,
          i.header.revision,
          i.created_at,
          i.header.updated_at,
          i.header.wake_at,
          i.header.wake_on,
          owner_of(i.definition_id)};
}

result<std::vector<summary_row>> memory_store::list(instance_key after, std::size_t limit) {
  std::vector<summary_row> rows;
  for (auto found = instances_.upper_bound(after); found != instances_.end() && rows.size() < limit; ++found)
    rows.push_back(summary_of(found->first, found->second));
  return rows;
}

result<std::vector<summary_row>> memory_store::list_by_uid(std::string_view after, std::size_t limit) {
  std::vector<summary_row> rows;
  for (auto found = keys_.upper_bound(after); found != keys_.end() && rows.size() < limit; ++found)
    rows.push_back(summary_of(found->second, instances_.at(found->second)));
  return rows;
}

result<std::vector<step_row>> memory_store::history(instance_key instance, std::int64_t after, std::size_t limit) {
  const memory_instance* i = at(instance);
  if (i == nullptr) return no_such_instance(instance);
  std::vector<step_row> rows;
  for (const step_row& s : i->steps)
    if (s.revision > after && rows.size() < limit) rows.push_back(s);
  return rows;
}

result<std::vector<result_row>> memory_store::context(instance_key instance, std::size_t limit) {
  const memory_instance* i = at(instance);
  if (i == nullptr) return no_such_instance(instance);
  std::vector<result_row> rows;
  for (auto s = i->steps.rbegin(); s != i->steps.rend() && rows.size() < limit; ++s)
    if (s->is_result) rows.push_back(result_of(*s));
  std::reverse(rows.begin(), rows.end());
  return rows;
}

result<std::vector<result_row>> memory_store::last_results(instance_key instance,
                                                           const std::vector<std::string>& nodes) {
  const memory_instance* i = at(instance);
  if (i == nullptr) return no_such_instance(instance);
  std::vector<result_row> rows;
  for (const std::string& node : nodes)
    if (const auto found = i->results.find(node); found != i->results.end())
      rows.push_back(result_of(i->steps[found->second.back()]));
  return rows;
}

result<std::vector<result_row>> memory_store::results(instance_key instance, std::string_view node,
                                                      const result_limits& allowed) {
  const memory_instance* i = at(instance);
  if (i == nullptr) return no_such_instance(instance);
  std::vector<result_row> rows;
  const auto found = i->results.find(node);
  if (found == i->results.end()) return rows;
  if (found->second.size() > allowed.results_max) return history_too_large(allowed, node);
  std::size_t bytes = 0;
  for (const std::size_t place : found->second) {
    rows.push_back(result_of(i->steps[place]));
    bytes += bytes_of(rows.back());
    if (bytes > allowed.bytes_max) return history_too_large(allowed, node);
  }
  return rows;
}

result<std::optional<definition_row>> memory_store::definition_by_hash(std::string_view hash) {
  const auto found = definitions_.lower_bound({std::string(hash), std::string()});
  return found == definitions_.end() || found->first.first != hash ? std::nullopt
                                                                   : std::optional(with_owner(found->second.row));
}

result<std::optional<definition_row>> memory_store::latest_definition(std::string_view id) {
  const auto found = latest_.find(id);
  return found == latest_.end() ? std::nullopt
                                : std::optional(with_owner(definitions_.at({found->second.hash, found->first}).row));
}

result<std::vector<definition_row>> memory_store::latest_definitions() {
  std::vector<definition_row> rows;
  for (const auto& [id, latest] : latest_)
    rows.push_back(with_owner(definitions_.at({latest.hash, id}).row));
  return rows;
}

result<std::vector<definition_version>> memory_store::definitions(std::int64_t after, std::size_t limit) {
  std::map<definition_key, std::int64_t> instances;
  for (const auto& [key, i] : instances_)
    ++instances[{i.definition_hash, i.definition_id}];
  std::map<std::int64_t, definition_version> by_number;
  for (const auto& [key, saved] : definitions_) {
    if (saved.number <= after) continue;
    definition_version v{saved.number, saved.row.id, saved.row.hash, std::nullopt, instances[key], {}};
    const latest_version& latest = latest_.at(v.id);
    if (latest.hash == v.hash) v.latest_since = latest.since;
    v.owner = latest.owner;
    by_number.emplace(v.number, std::move(v));
  }
  std::vector<definition_version> versions;
  for (auto& [number, v] : by_number)
    if (versions.size() < limit) versions.push_back(std::move(v));
  return versions;
}

} // namespace

std::unique_ptr<store> open_memory_store(std::string identity) {
  return std::make_unique<memory_store>(identity.empty() ? core::new_identity() : std::move(identity));
}

} // namespace pawl::storage
