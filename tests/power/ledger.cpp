// Keeps the books of what a store has promised, moment by moment.
#include "tests/power/ledger.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace pawl::power {
namespace {

using storage::change;

const error unknown_outcome{errc::storage, "power was cut before the answer", ""};

bool is_unknown(const result<storage::written>& answer) { return !answer && answer.failure().code == errc::storage; }
bool is_refused(const result<storage::written>& answer) { return !answer && answer.failure().code != errc::storage; }

// The schedule that a change writes; null: none.
const std::string* schedule_of(const change& c) {
  if (const auto* whole = std::get_if<storage::schedule_write>(&c)) return &whole->row.id;
  if (const auto* moved = std::get_if<storage::schedule_advance>(&c)) return &moved->id;
  return nullptr;
}

std::string sight_of_schedule(const std::string& id) { return "schedule " + id; }

std::string identity_of(const change& c) {
  if (const auto* whole = std::get_if<storage::schedule_write>(&c))
    return sight_of_schedule(whole->row.id) + " at revision " + std::to_string(whole->row.state.revision);
  if (const auto* moved = std::get_if<storage::schedule_advance>(&c))
    return sight_of_schedule(moved->id) + " at revision " + std::to_string(moved->state.revision);
  if (const auto* gone = std::get_if<storage::schedule_remove>(&c)) return "no " + sight_of_schedule(gone->id);
  if (const auto* start = std::get_if<storage::create_write>(&c)) return start->uid;
  if (const auto* gone = std::get_if<storage::remove_write>(&c)) return "no " + std::to_string(gone->instance);
  const auto& step = std::get<storage::step_write>(c);
  return std::to_string(step.instance) + " at revision " + std::to_string(step.header.revision);
}

// A change that was refused once and written later is there, and rightly so.
void forget_refusals_of_what_came_later(std::vector<test::answered>& calls) {
  std::set<std::string> attempted;
  for (const test::answered& call : calls)
    for (std::size_t i = 0; i < call.batch.size(); ++i)
      if (!is_refused(call.answers[i])) attempted.insert(identity_of(call.batch[i]));
  for (test::answered& call : calls)
    for (std::size_t i = call.batch.size(); i-- > 0;)
      if (is_refused(call.answers[i]) && attempted.count(identity_of(call.batch[i])) > 0) {
        call.batch.erase(call.batch.begin() + static_cast<std::ptrdiff_t>(i));
        call.answers.erase(call.answers.begin() + static_cast<std::ptrdiff_t>(i));
      }
}

storage::instance_key key_of(const change& c, const result<storage::written>& answer) {
  if (const auto* step = std::get_if<storage::step_write>(&c)) return step->instance;
  if (const auto* gone = std::get_if<storage::remove_write>(&c)) return gone->instance;
  return answer ? answer->instance : 0;
}

// The outcome that a freshly opened store shows of a change.
result<storage::written> as_found(storage::reader& store, const change& c) {
  if (!test::is_there(store, c)) return error{errc::conflict, "it was not there when the store was opened", ""};
  const auto* start = std::get_if<storage::create_write>(&c);
  if (start == nullptr) return storage::written{};
  const auto key = store.find(start->uid);
  return storage::written{key && *key ? **key : 0, false};
}

/// Instances that may be gone: by key, with their uids.
std::map<storage::instance_key, std::string> possibly_removed(const std::vector<test::answered>& calls) {
  std::map<storage::instance_key, std::string> gone;
  for (const test::answered& call : calls)
    for (std::size_t i = 0; i < call.batch.size(); ++i)
      if (std::holds_alternative<storage::remove_write>(call.batch[i]) && !is_refused(call.answers[i]))
        gone.emplace(key_of(call.batch[i], call.answers[i]), "");
  for (const test::answered& call : calls)
    for (std::size_t i = 0; i < call.batch.size(); ++i)
      if (const auto* start = std::get_if<storage::create_write>(&call.batch[i]))
        if (const auto at = gone.find(key_of(call.batch[i], call.answers[i])); at != gone.end())
          at->second = start->uid;
  return gone;
}

// What was promised of an instance before it was removed holds no more.
void forget_what_was_removed(std::vector<test::answered>& calls,
                             const std::map<storage::instance_key, std::string>& gone) {
  for (test::answered& call : calls)
    for (std::size_t i = call.batch.size(); i-- > 0;) {
      if (std::holds_alternative<storage::remove_write>(call.batch[i])) continue;
      if (gone.count(key_of(call.batch[i], call.answers[i])) == 0) continue;
      call.batch.erase(call.batch.begin() + static_cast<std::ptrdiff_t>(i));
      call.answers.erase(call.answers.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

// The same of schedules; gives those that may be gone. None comes back under its id.
std::set<std::string> forget_removed_schedules(std::vector<test::answered>& calls) {
  std::set<std::string> gone;
  for (const test::answered& call : calls)
    for (std::size_t i = 0; i < call.batch.size(); ++i)
      if (const auto* removed = std::get_if<storage::schedule_remove>(&call.batch[i]))
        if (!is_refused(call.answers[i])) gone.insert(removed->id);
  for (test::answered& call : calls)
    for (std::size_t i = call.batch.size(); i-- > 0;) {
      const std::string* id = schedule_of(call.batch[i]);
      if (id == nullptr || gone.count(*id) == 0) continue;
      call.batch.erase(call.batch.begin() + static_cast<std::ptrdiff_t>(i));
      call.answers.erase(call.answers.begin() + static_cast<std::ptrdiff_t>(i));
    }
  return gone;
}

// Revisions of all instances and schedules.
std::map<std::string, std::int64_t> seen_in(storage::reader& store) {
  std::map<std::string, std::int64_t> seen;
  if (const auto all = store.list(0, 1000))
    for (const storage::summary_row& row : *all)
      seen[row.uid] = row.revision;
  if (const auto all = store.schedules("", 1000))
    for (const storage::schedule_row& row : *all)
      seen[sight_of_schedule(row.id)] = row.state.revision;
  return seen;
}

// It may be there or not, but not half.
void check_removed(storage::reader& store, const std::vector<test::answered>& calls, std::vector<std::string>& found) {
  for (const auto& [key, uid] : possibly_removed(calls)) {
    const auto rows = store.load(key);
    if (rows && !has_ended(rows->header.status)) found.push_back(rows->uid + " was removed and runs again");
    if (rows && store.history(key, 0, 1000)->size() != static_cast<std::size_t>(rows->header.revision))
      found.push_back(rows->uid + " is half removed");
  }
}

} // namespace

std::size_t ledger::asked(std::vector<change> batch, moment at) {
  calls_.push_back({{std::move(batch), {}}, at});
  return calls_.size() - 1;
}

void ledger::answered(std::size_t number, std::vector<result<storage::written>> answers, moment at) {
  calls_[number].told.answers = std::move(answers);
  calls_[number].answered = at;
}

void ledger::saved(const storage::definition_row& row, moment at) { definitions_.push_back({row, at}); }

void ledger::opened(storage::reader& store, moment at) {
  for (std::size_t c = 0; c < calls_.size(); ++c) {
    call& old = calls_[c];
    if (old.replaced != never || std::none_of(old.told.answers.begin(), old.told.answers.end(), is_unknown)) continue;
    old.replaced = at;
    call now{old.told, at, at};
    for (std::size_t i = 0; i < now.told.batch.size(); ++i)
      if (is_unknown(now.told.answers[i])) now.told.answers[i] = as_found(store, now.told.batch[i]);
    calls_.push_back(std::move(now)); // `old` is gone
  }
  sights_.push_back({seen_in(store), at});
}

ledger ledger::as_of(moment cut) const {
  ledger then;
  std::vector<test::answered> calls;
  for (const call& c : calls_) {
    if (!c.holds_at(cut)) continue;
    test::answered told = c.told;
    if (cut < c.answered)
      for (auto& answer : told.answers)
        if (!is_refused(answer)) answer = unknown_outcome;
    calls.push_back(std::move(told));
  }
  forget_refusals_of_what_came_later(calls);
  const auto gone = possibly_removed(calls);
  forget_what_was_removed(calls, gone);
  const auto gone_schedules = forget_removed_schedules(calls);
  for (test::answered& told : calls)
    then.calls_.push_back({std::move(told), 0, 0});
  for (const definition& d : definitions_)
    if (d.at <= cut) then.definitions_.push_back({d.row, 0});
  if (const sight* last = last_sight(cut)) then.sights_ = {{last->revisions, 0}};
  for (sight& seen : then.sights_) {
    for (const auto& [key, uid] : gone)
      seen.revisions.erase(uid);
    for (const std::string& id : gone_schedules)
      seen.revisions.erase(sight_of_schedule(id));
  }
  return then;
}

std::vector<std::string> ledger::broken(storage::reader& store) const {
  std::vector<test::answered> calls;
  for (const call& c : calls_)
    if (!c.told.batch.empty()) calls.push_back(c.told);
  std::vector<std::string> found = test::broken_promises(store, calls);
  check_removed(store, calls, found);
  for (const definition& d : definitions_) {
    const auto kept = store.definition_by_hash(d.row.hash);
    if (!kept || !*kept || (*kept)->text != d.row.text)
      found.push_back("definition " + d.row.hash + " was acknowledged and is lost");
  }
  if (sights_.empty()) return found;
  std::map<std::string, std::int64_t> now = seen_in(store);
  for (const auto& [uid, revision] : sights_.back().revisions)
    if (now[uid] < revision)
      found.push_back(uid + " was seen at revision " + std::to_string(revision) + " and that is lost");
  return found;
}

std::string ledger::in_short(moment cut) const {
  std::string text;
  for (const call& c : calls_) {
    if (!c.holds_at(cut)) continue;
    for (std::size_t i = 0; i < c.told.batch.size(); ++i) {
      const auto& answer = c.told.answers[i];
      const bool is_open = is_unknown(answer) || (cut < c.answered && !is_refused(answer));
      text += identity_of(c.told.batch[i]) + (is_open ? '?' : answer ? '+' : '-');
    }
    text += ';';
  }
  for (const definition& d : definitions_)
    if (d.at <= cut) text += d.row.hash + ';';
  if (const sight* last = last_sight(cut))
    for (const auto& [uid, revision] : last->revisions)
      text += uid + std::to_string(revision);
  return text;
}

const ledger::sight* ledger::last_sight(moment cut) const {
  const auto later = [](moment at, const sight& s) { return at < s.at; };
  const auto next = std::upper_bound(sights_.begin(), sights_.end(), cut, later);
  return next == sights_.begin() ? nullptr : &*std::prev(next);
}

} // namespace pawl::power
