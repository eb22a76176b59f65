// Keeps the list of live instances: brings commands to them, loads those that sleep, starts anew what has died.
#include "actors/supervisor.hpp"

#include "actors/forced_end.hpp"
#include "actors/node_actor.hpp"
#include "actors/schedule_actor.hpp"
#include "actors/secrets_actor.hpp"
#include "actors/store_actor.hpp"
#include "actors/threads.hpp"
#include "actors/timer_actor.hpp"
#include "runtime/core/overloaded.hpp"
#include "storage/codec.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pawl::actors {
namespace {

constexpr std::size_t recovery_page = 256;
constexpr int deaths_max = 5;
constexpr auto restart_pause = std::chrono::milliseconds(20); ///< doubled with each death in a row
constexpr int doublings_max = 6;
constexpr auto reopen_pause = std::chrono::milliseconds(200);

errc cause_of(const caf::error& reason) {
  return reason.category() == gave_up_category ? static_cast<errc>(reason.code()) : errc::internal;
}

error not_found(const std::string& uid) { return {errc::not_found, fmt::format("there is no instance '{}'", uid), ""}; }

result<rest_summary> rest_in_store(storage::store& store, const std::string& uid) {
  auto key = store.find(uid);
  if (!key) return key.failure();
  if (!*key) return not_found(uid);
  auto rows = store.load(**key);
  if (!rows) return rows.failure();
  bool only_payload = rows->header.status == instance_status::paused;
  for (const storage::cursor_row& c : rows->cursors)
    only_payload &= c.wait_kind && waits_for_outside(static_cast<wait_kind>(*c.wait_kind));
  for (const storage::timer_row& t : rows->timers)
    only_payload &= t.cursor == 0; // its own timeout moves nothing on
  return rest_summary{rows->header.status, only_payload};
}

} // namespace

supervisor::supervisor(caf::actor_config& config, services_ptr shared)
    : caf::event_based_actor(config), shared_(std::move(shared)) {}

caf::behavior supervisor::make_behavior() {
  set_down_handler([this](const caf::down_msg& what) { down(what); });
  shared_->supervisor.set(caf::actor_cast<caf::actor>(this));
  shared_->room->set_when_room([self = caf::actor_cast<caf::actor_addr>(this)] {
    caf::anon_send(caf::actor_cast<caf::actor>(self), room_given_back{});
  });
  spawn_helpers();
  recover(0);
  return {
      [this](const start_instance& start) { deliver(start.uid, start); },
      [this](const resume_uid& resume) { deliver(resume.uid, resume.command); },
      [this](const signal_uid& signal) { deliver(signal.uid, signal.command); },
      [this](const cancel_uid& cancel) { deliver(cancel.uid, cancel.command); },
      [this](const wake_uid& notice) { wake(notice.uid); },
      [this](const room_given_back&) { wake_waiting(); },
      [this](const instance_loaded& what) { loaded(what); },
      [this](const instance_parked& notice) { parked(notice); },
      [this](const step_refused& notice) {
        watchers_.failed(
            notice.uid,
            {notice.why.code,
             "the store does not take its next step; it goes on by itself when the store does: " + notice.why.message,
             notice.uid});
      },
      [this](const instances_removed& what) { removed(what); },
      [this](const in_flight_found& found) { recovered(found); },
      [this](const watch_instance& wanted) { watch(wanted); },
      [this](const rest_loaded& found) {
        watchers_.answered({found.uid, found.question}, found.rest, entries_.count(found.uid) > 0);
      },
      [this](const watch_idle& wanted) {
        watchers_.add(wanted);
        check_idle();
      },
      [this](const forget_watcher& gone) { watchers_.forget(gone.watcher); },
      [this](const find_live& wanted) {
        const auto at = entries_.find(wanted.uid);
        wanted.answer(at == entries_.end() ? caf::actor() : at->second.actor);
      },
      [this](const restart_entry& dead) {
        const auto at = entries_.find(dead.uid);
        if (at != entries_.end() && !at->second.actor && !store_is_down_) load(dead.uid, true);
      },
      [this](const reopen_store&) { open_store_again(); },
      [this](const recover_again&) {
        if (recovering_ && !store_is_down_) recover(0);
      },
      [this](const stop_all& request) { stop(request); },
      [this](const grace_over&) {
        for (const caf::actor& member : shared_->pools.members())
          anon_send(member, abandon_attempts{shared_->log});
      },
  };
}

void supervisor::on_exit() {
  entries_.clear();
  wakes_.clear();
  watchers_.clear();
  stopping_.reset();
  if (shared_) shared_->room->set_when_room(nullptr);
  shared_.reset();
}

void supervisor::spawn_store() {
  const caf::actor store = spawn_blocking<store_actor>(*this, shared_);
  monitor(store);
  shared_->store.set(store);
}

void supervisor::spawn_desk(const std::string& source) {
  const caf::actor desk = spawn_blocking<secrets_actor>(*this, shared_, shared_->providers.at(source));
  monitor(desk);
  shared_->desks->set(source, desk);
}

void supervisor::spawn_schedules() {
  const caf::actor schedules = spawn<schedule_actor>(shared_);
  monitor(schedules);
  shared_->schedules.set(schedules);
}

void supervisor::dismiss_desks() {
  for (const caf::actor& desk : shared_->desks->clear()) {
    demonitor(desk);
    anon_send_exit(desk, caf::exit_reason::kill);
  }
}

void supervisor::spawn_helpers() {
  spawn_store();
  for (const auto& [source, provider] : shared_->providers)
    spawn_desk(source);
  const caf::actor timers = spawn_blocking<timer_actor>(*this, shared_);
  monitor(timers);
  shared_->timers.set(timers);
  spawn_schedules();
  const std::size_t threads = system().scheduler().num_workers();
  for (const auto& [key, type] : shared_->types) {
    auto members = spawn_pool(system(), type, shared_->execution_limits, shared_->desks, threads);
    for (const caf::actor& member : members)
      monitor(member);
    shared_->pools.set(type, std::move(members));
  }
}

// --- commands

void supervisor::deliver(const std::string& uid, command what) {
  if (stopping_) return refuse(what, {errc::stopped, "the runtime is stopping", ""});
  const auto [at, fresh] = entries_.try_emplace(uid);
  entry& e = at->second;
  if (fresh) e.room = room_of(what);
  if (e.actor) return forward(e, what);
  const auto* start = std::get_if<start_instance>(&what);
  if (fresh && start != nullptr && start->uid_is_new) return spawn_new(e, *start);
  e.pending.push_back(std::move(what));
  if (fresh) load(uid, false);
}

// A start came in with room for its instance, a resume with room for its payload.
admission::place_ptr supervisor::room_of(const command& what) {
  if (const auto* start = std::get_if<start_instance>(&what); start != nullptr && start->room) return start->room;
  return shared_->room->enter_anyway(admission::size_of(0));
}

// What has an actor already needs no more room.
void supervisor::wake(const std::string& uid) {
  if (stopping_) return;
  if (entries_.count(uid) > 0 || (wakes_.empty() && shared_->room->has_room())) return deliver(uid, wake_instance{});
  wakes_.push_back(uid);
  shared_->room->let_nobody_past(true);
}

void supervisor::wake_waiting() {
  while (!wakes_.empty() && shared_->room->has_room()) {
    const std::string uid = std::move(wakes_.front());
    wakes_.pop_front();
    deliver(uid, wake_instance{});
  }
  shared_->room->let_nobody_past(!wakes_.empty());
  if (wakes_.empty() && recover_after_) recover(*std::exchange(recover_after_, std::nullopt));
}

// `after_writes`: an actor of it died, perhaps with a step on its way to the store.
void supervisor::load(const std::string& uid, bool after_writes) {
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(),
            use_store{[self, uid, shared = shared_](storage::store& store) {
                        auto key = store.find(uid);
                        if (!key) return caf::anon_send(self, instance_loaded{uid, key.failure(), nullptr, {}});
                        if (!*key) return caf::anon_send(self, instance_loaded{uid, not_found(uid), nullptr, {}});
                        instance_loaded found{uid, store.load(**key), nullptr, std::nullopt};
                        if (found.rows)
                          found.workflow = shared->known.find(found.rows->definition_hash, found.rows->definition_id);
                        if (found.rows && !found.workflow) {
                          auto document = store.definition_by_hash(found.rows->definition_hash);
                          if (document) found.definition = std::move(*document);
                        }
                        caf::anon_send(self, std::move(found));
                      },
                      after_writes});
}

void supervisor::loaded(const instance_loaded& what) {
  const auto at = entries_.find(what.uid);
  if (at == entries_.end() || at->second.actor) return;
  std::vector<command> pending = std::move(at->second.pending);
  if (!what.rows) {
    if (what.rows.failure().code == errc::not_found) return loaded_nothing(what.uid, std::move(pending));
    entries_.erase(at);
    shared_->log(fmt::format("instance '{}' was not loaded: {}", what.uid, to_string(what.rows.failure())));
    for (const command& c : pending)
      refuse(c, what.rows.failure());
    const bool runs = std::any_of(pending.begin(), pending.end(),
                                  [](const command& c) { return std::holds_alternative<wake_instance>(c); });
    if (runs && is_of_the_surroundings(what.rows.failure().code)) return start_anew(what.uid, what.rows.failure().code);
    watchers_.failed(what.uid, what.rows.failure());
    return check_idle();
  }
  const auto hard = hardships_.find(what.uid);
  if (hard != hardships_.end() && what.rows->header.revision > hard->second.revision)
    hard->second = {1, what.rows->header.revision};
  revive(what, std::move(pending));
}

// Nobody has the id: the first start makes the instance, what comes after it is for that one.
void supervisor::loaded_nothing(const std::string& uid, std::vector<command> pending) {
  entry& e = entries_[uid];
  for (command& c : pending) {
    auto* start = std::get_if<start_instance>(&c);
    if (e.actor)
      forward(e, c);
    else if (start != nullptr)
      spawn_new(e, std::move(*start));
    else
      refuse(c, not_found(uid));
  }
  if (!e.actor) {
    watchers_.failed(uid, not_found(uid));
    entries_.erase(uid);
  }
  check_idle();
}

// A repeated start of an instance at rest needs only its row, no actor.
void supervisor::revive(const instance_loaded& what, std::vector<command> pending) {
  std::vector<command> for_actor;
  for (command& c : pending) {
    const auto* start = std::get_if<start_instance>(&c);
    if (start == nullptr)
      for_actor.push_back(std::move(c));
    else if (start->signal && start->workflow->id == what.rows->definition_id)
      for_actor.push_back(signal_of(*start));
    else if (start->workflow->id == what.rows->definition_id && start->input_hash == what.rows->input_hash)
      start->answer(what.uid);
    else
      start->answer(
          error{errc::conflict, "an instance of this id was started with another definition or input", what.uid});
  }
  if (for_actor.empty() && what.rows->header.in_flight) for_actor.emplace_back(std::in_place_type<wake_instance>);
  if (for_actor.empty()) {
    entries_.erase(what.uid);
    watch_again(what.uid);
    return check_idle();
  }
  auto from = revive_rows(what);
  if (!from) {
    entries_.erase(what.uid);
    shared_->log(fmt::format("instance '{}' cannot go on: {}", what.uid, to_string(from.failure())));
    for (const command& c : for_actor) {
      const auto* cancel = std::get_if<cancel_instance>(&c);
      if (cancel != nullptr && cancel->terminate)
        terminate_rows(*what.rows, *cancel);
      else
        refuse(c, from.failure());
    }
    watchers_.failed(what.uid, from.failure());
    return check_idle();
  }
  entry& e = entries_[what.uid];
  e.definition_id = what.rows->definition_id;
  e.input_hash = what.rows->input_hash;
  e.actor = spawn<instance_actor>(shared_, std::move(*from));
  monitor(e.actor);
  uid_of_[e.actor.address()] = what.uid;
  for (const command& c : for_actor)
    forward(e, c);
}

// What cannot come back to life can end: that needs no definition.
void supervisor::terminate_rows(const storage::loaded_instance& rows, const cancel_instance& cancel) {
  core::moment at = shared_->time.read();
  at.engine = std::max(at.engine, rows.header.updated_at);
  auto task = [rows, cancel, at, shared = shared_](storage::store& store) {
    auto steps = steps_that_terminate(rows, cancel.reason, at);
    if (!steps) return cancel.answer(steps.failure());
    std::vector<storage::change> changes;
    std::move(steps->begin(), steps->end(), std::back_inserter(changes));
    for (const auto& outcome : store.write(changes)) {
      if (outcome) continue;
      if (outcome.failure().code == errc::storage) caf::anon_send(shared->store.get(), clean_up{}); // it notices
      return cancel.answer(outcome.failure());
    }
    const auto telling = shared->feed->begin(rows.uid, rows.header.revision);
    (void)shared->publish_missed(store, rows.uid, *telling);
    shared->feed->end(rows.uid, telling);
    cancel.answer({});
  };
  anon_send(shared_->store.get(), use_store{std::move(task), true});
}

result<std::shared_ptr<revived>> supervisor::revive_rows(const instance_loaded& what) {
  const storage::loaded_instance& rows = *what.rows;
  auto workflow = what.workflow;
  if (!workflow) workflow = shared_->known.find(rows.definition_hash, rows.definition_id); // of another one's meanwhile
  if (!workflow) {
    if (!what.definition) return error{errc::corrupt, "its definition is not in the store", what.uid};
    auto compiled = core::compile(what.definition->text, rows.definition_id, shared_->types, shared_->definition_limits,
                                  {.owner = rows.owner, .is_stored = true});
    if (!compiled) return compiled.failure();
    if (compiled->workflow && compiled->workflow->hash != rows.definition_hash)
      return error{errc::corrupt, "its stored definition is not the one that it started with", what.uid};
    if (!compiled->workflow) {
      error e{errc::bad_definition, "its definition does not load any more:", what.uid};
      for (const problem& p : compiled->problems)
        if (!p.is_warning) e.message += fmt::format(" {} {};", p.pointer, p.message);
      e.message += " open the store with what is missing, or terminate the instance, which needs no definition";
      return e;
    }
    workflow = shared_->known.add(compiled->workflow);
  }
  auto state = storage::decode_state(*workflow, rows);
  if (!state) return state.failure();
  auto from = std::make_shared<revived>();
  *from = {rows.uid, rows.instance,     rows.definition_id, rows.input_hash,
           workflow, std::move(*state), rows.input,         rows.labels};
  return from;
}

void supervisor::refuse(const command& what, const error& why) {
  std::visit(core::overloaded{[&](const start_instance& start) { start.answer(why); },
                              [&](const resume_instance& resume) { resume.answer(why); },
                              [&](const signal_instance& signal) { signal.answer(why); },
                              [&](const cancel_instance& cancel) { cancel.answer(why); },
                              [](const wake_instance&) {}}, // nobody waits for it
             what);
}

// What a start with a signal means to an instance that is there already.
signal_instance supervisor::signal_of(const start_instance& start) {
  return {start.room, *start.signal, reply<void>([uid = start.uid, answer = start.answer](const result<void>& taken) {
            if (taken) return answer(uid);
            answer(taken.failure());
          })};
}

void supervisor::spawn_new(entry& e, start_instance start) {
  const std::string uid = start.uid;
  e.definition_id = start.workflow->id;
  e.input_hash = start.input_hash;
  e.actor = spawn<instance_actor>(shared_, std::make_shared<start_instance>(std::move(start)));
  monitor(e.actor);
  uid_of_[e.actor.address()] = uid;
}

void supervisor::forward(entry& e, const command& what) {
  ++e.sent;
  e.rest.reset();
  std::visit(core::overloaded{[&](const start_instance& start) {
                                if (start.signal && start.workflow->id == e.definition_id)
                                  anon_send(e.actor, signal_of(start));
                                else
                                  anon_send(e.actor, start_again{start.workflow->id, start.input_hash, start.answer});
                              },
                              [&](const resume_instance& resume) { anon_send(e.actor, resume); },
                              [&](const signal_instance& signal) { anon_send(e.actor, signal); },
                              [&](const cancel_instance& cancel) { anon_send(e.actor, cancel); },
                              [&](const wake_instance& wake) { anon_send(e.actor, wake); }},
             what);
}

// --- coming and going

void supervisor::parked(const instance_parked& notice) {
  const auto at = entries_.find(notice.uid);
  if (at == entries_.end() || !at->second.actor) return;
  entry& e = at->second;
  if (e.actor.address() != notice.from) return; // of an actor that was replaced
  if (notice.handled != e.sent) return;         // it will say so again after it handled what is on its way
  hardships_.erase(notice.uid);
  retire(at);
  watchers_.rested(notice.uid, notice.rest);
  check_idle();
  if (stopping_) finish_stop();
}

void supervisor::retire(entries::iterator at) {
  const caf::actor actor = at->second.actor;
  uid_of_.erase(actor.address());
  demonitor(actor);
  entries_.erase(at);
  anon_send(actor, retire_instance{});
}

// An actor that runs one of them is of the old instance: what the store says of a new one comes after this message.
void supervisor::removed(const instances_removed& what) {
  for (const std::string& uid : what.uids) {
    shared_->feed->forget(uid);
    hardships_.erase(uid);
    const auto at = entries_.find(uid);
    if (at != entries_.end() && at->second.actor) retire(at);
    watch_again(uid);
  }
  check_idle();
  if (stopping_) finish_stop();
  what.answer();
}

void supervisor::down(const caf::down_msg& what) {
  const auto uid = uid_of_.find(caf::actor_cast<caf::actor_addr>(what.source));
  if (uid != uid_of_.end()) {
    const std::string id = uid->second;
    uid_of_.erase(uid);
    return instance_down(id, what.reason);
  }
  if (shared_->store.get().address() == what.source) return store_down();
  if (shared_->timers.get().address() == what.source) {
    if (stopping_) return;
    shared_->log("the timer actor died and is started anew");
    const caf::actor timers = spawn_blocking<timer_actor>(*this, shared_);
    monitor(timers);
    shared_->timers.set(timers);
    return anon_send(timers, look_for_timers{}); // what was set between its first look and now went to the dead one
  }
  if (shared_->schedules.get().address() == what.source) {
    if (stopping_) return;
    shared_->log("the schedule actor died and is started anew");
    return spawn_schedules();
  }
  if (const auto source = shared_->desks->source_of(caf::actor_cast<caf::actor_addr>(what.source))) {
    if (stopping_ && entries_.empty()) return;
    shared_->log(fmt::format("the secrets actor of '{}' died and is started anew", *source));
    return spawn_desk(*source);
  }
  const bool replaced = shared_->pools.replace(what.source, [this](const node_pools::type_ptr& type) {
    auto members = spawn_pool(system(), type, shared_->execution_limits, shared_->desks, 1);
    monitor(members.front());
    return members.front();
  });
  if (replaced) shared_->log("a node actor died and is started anew");
}

void supervisor::instance_down(const std::string& uid, const caf::error& reason) {
  const auto at = entries_.find(uid);
  if (at == entries_.end()) return;
  entries_.erase(at);
  if (stopping_) return finish_stop();
  if (!reason || reason == caf::exit_reason::user_shutdown || reason == caf::exit_reason::normal) {
    watch_again(uid);
    return check_idle();
  }
  start_anew(uid, cause_of(reason));
}

// What lies in the surroundings is tried as long as it takes; who waits is told nevertheless.
void supervisor::start_anew(const std::string& uid, errc cause) {
  const int deaths = ++hardships_[uid].deaths;
  if (deaths > deaths_max && is_of_the_surroundings(cause))
    watchers_.failed(uid,
                     {cause, "the store does not take its next step; it goes on by itself when the store does", uid});
  if (deaths > deaths_max && !is_of_the_surroundings(cause)) {
    shared_->log(fmt::format("instance '{}' died {} times in a row: it is left alone until the next open or command",
                             uid, deaths));
    hardships_.erase(uid);
    watchers_.failed(uid, {errc::internal, "its actor died again and again; see the log", uid});
    return check_idle();
  }
  // An entry without an actor holds the place until it is loaded, so that nobody else spawns it meanwhile.
  entry& e = entries_[uid];
  if (!e.room) e.room = shared_->room->enter_anyway(admission::size_of(0));
  e.pending.emplace_back(std::in_place_type<wake_instance>);
  if (store_is_down_) return;
  const auto pause =
      deaths == 1 ? std::chrono::milliseconds(0) : restart_pause * (1 << std::min(deaths, doublings_max));
  delayed_anon_send(this, pause, restart_entry{uid});
}

// Commits that the dead actor had not answered have an unknown outcome. Every live instance keeps what it has and asks
// the store that comes.
void supervisor::store_down() {
  if (stopping_) return stop_without_store();
  shared_->log("the store actor died: the store is opened anew");
  store_is_down_ = true;
  dismiss_desks(); // the lines that they gave to the dead store will not be answered
  open_store_again();
}

// Nothing more can be committed: what was not goes on at the next open.
void supervisor::stop_without_store() {
  for (auto& [uid, e] : entries_) {
    if (!e.actor) continue;
    uid_of_.erase(e.actor.address());
    demonitor(e.actor);
    anon_send_exit(e.actor, caf::exit_reason::kill);
  }
  entries_.clear();
  finish_stop();
}

void supervisor::open_store_again() {
  if (stopping_) return;
  const auto opened = shared_->slot.reopen();
  if (!opened) {
    shared_->log("the store cannot be opened, another try follows: " + to_string(opened.failure()));
    return delayed_anon_send(this, reopen_pause, reopen_store{});
  }
  spawn_store();
  for (const auto& [source, provider] : shared_->providers)
    spawn_desk(source);
  store_is_down_ = false;
  for (const auto& [uid, e] : entries_) {
    if (e.actor)
      anon_send(e.actor, store_replaced{shared_->store.get()});
    else
      load(uid, false);
  }
  recovering_ = true; // also for instances whose first commit was answered with an error and is there all the same
  recover(0);
  for (const watchers::question& asked : watchers_.unanswered())
    ask_rest(asked);
  const caf::actor timers = shared_->timers.get();
  anon_send_exit(timers, caf::exit_reason::kill);                   // what it asked the old store for is lost
  anon_send_exit(shared_->schedules.get(), caf::exit_reason::kill); // as well
}

void supervisor::recover(storage::instance_key after) {
  recover_after_.reset();
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(), use_store{[self, after](storage::store& store) {
              caf::anon_send(self, in_flight_found{store.in_flight(after, recovery_page)});
            }});
}

void supervisor::recovered(const in_flight_found& found) {
  if (!found.page) {
    shared_->log("what is in flight was not read, another try follows: " + to_string(found.page.failure()));
    return delayed_anon_send(this, reopen_pause, recover_again{});
  }
  for (const storage::due_row& row : *found.page)
    wake(row.uid);
  if (found.page->size() == recovery_page) {
    recover_after_ = found.page->back().instance;
    return wake_waiting(); // which goes on with it as soon as all of this page live
  }
  recovering_ = false;
  check_idle();
}

// --- waiting callers

void supervisor::watch(const watch_instance& wanted) {
  if (const auto asked = watchers_.add(wanted, entries_.count(wanted.uid) > 0)) ask_rest(*asked);
}

// Its actor went without saying where the instance stands.
void supervisor::watch_again(const std::string& uid) {
  if (const auto asked = watchers_.gone(uid)) ask_rest(*asked);
}

// The answer to the caller stays here: a store actor that dies with the question does not take it along.
void supervisor::ask_rest(const watchers::question& asked) {
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(shared_->store.get(), use_store{[self, asked](storage::store& store) {
              caf::anon_send(self, rest_loaded{asked.uid, asked.number, rest_in_store(store, asked.uid)});
            }});
}

void supervisor::check_idle() {
  if (!entries_.empty() || !wakes_.empty() || recovering_) return;
  watchers_.idle();
}

// --- the end

void supervisor::stop(const stop_all& request) {
  if (stopping_) return request.answer({});
  stopping_ = request.answer;
  delayed_anon_send(this, request.grace, grace_over{});
  wakes_.clear();
  for (auto at = entries_.begin(); at != entries_.end();) {
    for (const command& c : at->second.pending)
      refuse(c, {errc::stopped, "the runtime is stopping", ""});
    if (at->second.actor) {
      anon_send(at->second.actor, stop_instance{});
      ++at;
    } else {
      at = entries_.erase(at);
    }
  }
  if (store_is_down_) return stop_without_store();
  finish_stop();
}

void supervisor::finish_stop() {
  if (!entries_.empty() || !shared_) return;
  for (const caf::actor& member : shared_->pools.clear())
    anon_send_exit(member, caf::exit_reason::user_shutdown);
  dismiss_desks();
  for (actors::address* a : {&shared_->timers, &shared_->schedules, &shared_->store}) {
    if (const caf::actor actor = a->get()) anon_send_exit(actor, caf::exit_reason::user_shutdown);
    a->set(nullptr);
  }
  shared_->supervisor.set(nullptr);
  const auto answer = *stopping_;
  quit();
  answer({});
}

} // namespace pawl::actors
