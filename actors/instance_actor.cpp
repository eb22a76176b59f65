// The life of a step: event → transition → commit → what follows.
#include "actors/instance_actor.hpp"

#include "runtime/core/closing.hpp"
#include "runtime/core/describe.hpp"
#include "runtime/core/hash.hpp"
#include "runtime/core/invariant.hpp"
#include "runtime/core/overloaded.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/signal_gate.hpp"
#include "storage/codec.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::actors {
namespace {

/// An executor cannot kill its actor by throwing: what does comes from outside, and may come again before a slow try
/// ends.
constexpr int node_deaths_max = 10;
/// The supervisor needs a moment to put a new node actor in the place of one that died.
constexpr auto node_pause = std::chrono::milliseconds(20);
/// What the store refused is offered again after that, doubled with each time, up to about five seconds.
constexpr auto offer_pause = std::chrono::milliseconds(50);
constexpr int offer_doublings_max = 7;
/// Keys of signals are known for a week at least; those beyond are looked for about once in so many keys.
constexpr std::int64_t signal_keys_ms_min = std::int64_t{7} * 86'400'000;
constexpr double keys_between_forgetting = 64;
/// Newest results that a live instance keeps, beside those that one node mentions.
constexpr std::size_t results_kept_max = 64;
constexpr int refusals_until_told = 5; ///< then whoever waits for the instance hears of it

// Errors: `corrupt`.
result<core::context_result> context_entry(const storage::result_row& row) {
  core::context_result entry{nullptr, row.at, row.error.value_or("")};
  if (row.error) entry.output = core::share(nullptr);
  if (row.error || !row.output) return entry;
  auto output = storage::read_stored(*row.output, "a stored output");
  if (!output) return output.failure();
  entry.output = core::share(std::move(*output));
  return entry;
}

rest_summary rest_of(const core::state& s) {
  bool only_payload = s.status == instance_status::paused; // its own timeout moves nothing on
  for (const core::cursor& c : s.cursors)
    only_payload &= c.wait && waits_for_outside(c.wait->kind) && !c.timer;
  return {s.status, only_payload};
}

/// Less than 0: it is not due.
std::int64_t late_ms(const core::timer_state& timer, const core::moment& now) {
  return now.on(timer.line) - timer.due_at;
}

} // namespace

instance_actor::instance_actor(caf::actor_config& config, services_ptr shared, std::shared_ptr<start_instance> start)
    : caf::event_based_actor(config), shared_(std::move(shared)), store_(shared_->store.get()),
      start_(std::move(start)), uid_(start_->uid), definition_id_(start_->workflow->id),
      input_hash_(start_->input_hash), key_(++shared_->last_instance), workflow_(start_->workflow),
      state_(core::initial_state(*workflow_, uid_, core::key_seed(shared_->store_identity, key_))),
      input_(start_->input), labels_(std::make_shared<const std::map<std::string, std::string>>(start_->labels)) {}

instance_actor::instance_actor(caf::actor_config& config, services_ptr shared, const std::shared_ptr<revived>& from)
    : caf::event_based_actor(config), shared_(std::move(shared)), store_(shared_->store.get()),
      uid_(std::move(from->uid)), definition_id_(std::move(from->definition_id)),
      input_hash_(std::move(from->input_hash)), key_(from->key), workflow_(std::move(from->workflow)),
      state_(std::move(from->state)), input_text_(std::move(from->input)),
      labels_(std::make_shared<const std::map<std::string, std::string>>(std::move(from->labels))) {
  for (const core::cursor& c : state_.cursors)
    if (c.phase == core::phase::ready) {
      from_before_.push_back({c.id, c.visit, c.attempt()});
      undispatched_.insert(c.id);
    }
}

caf::behavior instance_actor::make_behavior() {
  telling_ = shared_->feed->begin(uid_, start_ ? 0 : state_.revision);
  if (start_)
    create();
  else
    tell_missed_events();
  return {
      [this](const write_done& written) { finish(written); },
      [this](const rows_read_again& read) { learn_what_is_there(read); },
      [this](const read_again&) {
        if (committing_ && committing_->refusal) ask_what_is_there();
      },
      [this](const offer_again&) {
        will_offer_ = false;
        offer();
      },
      [this](const store_replaced& by) { go_on_with(by.store); },
      [this](const resume_instance& command) {
        ++handled_;
        when_idle([this, command] { resume_visit(command); });
      },
      [this](const signal_instance& command) {
        ++handled_;
        when_idle([this, command] { take_signal(command); });
      },
      [this](const cancel_instance& command) {
        ++handled_;
        cancels_first_ |= loading_;
        when_idle([this, command] { cancel(command); });
      },
      [this](const start_again& request) {
        ++handled_;
        when_idle([this, request] { answer_start_again(request); });
      },
      [this](const wake_instance&) {
        ++handled_;
        when_idle([this] { fire_due_timers(); });
      },
      [this](const missed_events_told& told) {
        if (!std::exchange(loading_, false)) return;         // it was asked for again, of another store
        if (!told.done) return give_up(told.done.failure()); // nothing of it runs yet
        // Timers come behind the command that woke it: a resume beats an overdue retry. What ran before a restart does
        // not begin again in an instance that is cancelled, or whose time is over.
        const bool ends_first = cancels_first_ || is_time_over(shared_->time.read());
        if (!ends_first) carry_out_all();
        inbox_.push_back([this] { fire_due_timers(); });
        if (ends_first) inbox_.push_back([this] { carry_out_all(); });
        run_next();
      },
      [this](const history_loaded& loaded) {
        when_idle([this, loaded] {
          const auto asked = without_history_.find(loaded.cursor);
          if (asked == without_history_.end() || asked->second != loaded.visit) return;
          const core::cursor* c = state_.find(loaded.cursor);
          const bool is_wanted = c != nullptr && c->visit == loaded.visit && c->phase == core::phase::ready;
          if (is_wanted && !stopping_ && !loaded.rows && is_of_the_surroundings(loaded.rows.failure().code))
            return keep([this, id = loaded.cursor] { ask_for_history(id); }, loaded.rows.failure());
          without_history_.erase(asked);
          --running_;
          if (!is_wanted) return;
          const core::attempt_ref of{c->id, c->visit, c->attempt()};
          if (state_.closing) return take(core::given_up{of, may_have_begun(of, 1)}, nullptr, std::nullopt, {});
          if (loaded.rows) {
            if (take_results(loaded)) dispatch_with_history(loaded.cursor, *loaded.rows);
            return;
          }
          if (loaded.rows.failure().code != errc::limit) return give_up(loaded.rows.failure());
          take(core::node_failed{of, loaded.rows.failure().message, false, 0, 0}, nullptr, std::nullopt, {});
        });
      },
      [this](const request_again& again) { make_again(again.run, again.tries); },
      [this](const stop_instance&) {
        stopping_ = true;
        offer();
        park_if_idle();
      },
      [this](const retire_instance&) { quit(); },
  };
}

void instance_actor::on_exit() {
  is_dead_->store(true);
  if (telling_) shared_->feed->end(uid_, telling_);
  inbox_.clear();
  kept_.clear();
  committing_.reset();
  start_.reset();
  store_ = nullptr;
  shared_.reset();
}

// --- the loop

void instance_actor::when_idle(std::function<void()> work) {
  inbox_.push_back(std::move(work));
  run_next();
}

// Everything that changes the state waits for the commit under way: the state in memory is never two steps ahead.
void instance_actor::run_next() {
  while (!gone_ && !committing_ && !loading_ && !inbox_.empty()) {
    auto work = std::move(inbox_.front());
    inbox_.pop_front();
    work();
  }
  park_if_idle();
}

void instance_actor::create() {
  const core::event event{now(), core::started{start_->node, start_->payload, start_->step_limit, start_->signal}};
  auto verdict = core::apply(*workflow_, state_, event);
  if (auto* no = std::get_if<core::rejected>(&verdict)) {
    start_->answer(error{no->code, no->reason, uid_});
    return quit();
  }
  commit(event, std::get<core::step>(std::move(verdict)), nullptr, std::nullopt, {});
}

void instance_actor::take(core::event_content what, core::json_ptr output, std::optional<std::string> output_text,
                          reply<void> on_done) {
  const core::event event{now(), std::move(what)};
  auto verdict = core::apply(*workflow_, state_, event);
  if (auto* no = std::get_if<core::rejected>(&verdict)) {
    on_done(error{no->code, no->reason, uid_});
    return;
  }
  commit(event, std::get<core::step>(std::move(verdict)), std::move(output), std::move(output_text),
         std::move(on_done));
}

void instance_actor::commit(core::event event, core::step step, core::json_ptr output,
                            std::optional<std::string> output_text, reply<void> on_done) {
  if (const std::string broken = core::broken_invariant(*workflow_, state_); !broken.empty()) {
    on_done(error{errc::internal, "a step was refused because it breaks a rule of the engine: " + broken, place()});
    return give_up({errc::internal, "a step breaks an invariant: " + broken, ""});
  }
  storage::step_write write = storage::encode_step(*workflow_, state_, event, step, std::move(output_text));
  // Should it fail, this actor goes, and with it its attempts.
  if (state_.closing) ending_->decided = true;
  if (!step.signal_keys_set.empty()) forget_old_keys(write);
  committing_ = committing{std::move(event), std::move(step), std::move(output), std::move(on_done)};
  write.instance = key_;
  if (start_) {
    send_write(storage::create_write{uid_, definition_id_, workflow_->hash, start_->input_text, input_hash_,
                                     state_.created_at, std::move(write), start_->labels});
  } else {
    send_write(std::move(write));
  }
}

// Once in a while: it costs a walk over all that are kept.
void instance_actor::forget_old_keys(storage::step_write& write) const {
  if (core::unit_hash(write.signal_keys_set.front(), write.header.revision) * keys_between_forgetting >= 1) return;
  write.signal_keys_gone = {shared_->signal_keys_kept, write.step.at.engine - signal_keys_ms_min};
}

// What is recorded never goes back within an instance; what is due goes by the clocks.
core::moment instance_actor::now() {
  core::moment at = shared_->time.read();
  at.engine = std::max(at.engine, state_.updated_at);
  return at;
}

void instance_actor::send_write(storage::change change) {
  telling_->sent = std::max<std::int64_t>(telling_->sent, state_.revision);
  anon_send(store_,
            write_change{std::make_shared<storage::change>(std::move(change)), caf::actor_cast<caf::actor>(this)});
}

void instance_actor::finish(const write_done& written) {
  if (!committing_ || committing_->refusal) return;
  if (!written.outcome) return not_written(written.outcome.failure());
  if (!start_ && written.outcome->existed) return known_before();
  if (start_) finish_create(*written.outcome);
  if (committing_) finish_step(); // else it existed already: this actor has nothing to run
}

void instance_actor::finish_step() {
  const committing finished = std::move(*committing_);
  committing_.reset();
  keep_result(finished);
  announce(finished);
  finished.on_done({});
  follow_up(finished);
  refusals_ = 0;
  offer();
  run_next();
}

void instance_actor::finish_create(const storage::written& made) {
  key_ = made.instance;
  if (made.existed && start_->signal) // of a start whose outcome was unknown, perhaps with another signal
    start_->answer(error{errc::conflict, "the instance was started just before; send the signal again", uid_});
  else
    start_->answer(uid_);
  start_.reset();
  if (!made.existed) return;
  committing_.reset();
  quit(caf::exit_reason::user_shutdown);
}

// --- what the store did not take
//
// An executor's result is there once: it is kept until the store takes it. A caller's command is refused, so that the
// caller knows. Either way the state in memory goes back to the one on disk, so that what comes meanwhile, a
// cancellation above all, finds the instance where it stands.

void instance_actor::not_written(const error& why) {
  committing_->on_done(why);
  if (start_) {
    start_->answer(why);
    if (why.code == errc::storage) return give_up(why); // it may be there all the same
    telling_->sent = 0;
    return quit();
  }
  if (!is_of_the_surroundings(why.code)) return give_up(why);
  committing_->refusal = why;
  if (why.code != errc::storage) ask_what_is_there(); // else when the store was opened anew
}

// A signal whose key the instance knows is taken for done: nothing of this one was stored.
void instance_actor::known_before() {
  committing_->on_done({});
  committing_->refusal = error{errc::conflict, "a signal of that key came before", uid_};
  ask_what_is_there();
}

void instance_actor::ask_what_is_there() {
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(store_, use_store{[self, key = key_](storage::store& store) {
              caf::anon_send(self, rows_read_again{store.load(key)});
            }});
}

void instance_actor::learn_what_is_there(const rows_read_again& read) {
  if (!committing_ || !committing_->refusal) return;
  if (!read.rows) {
    if (stopping_ || !is_of_the_surroundings(read.rows.failure().code)) return give_up(read.rows.failure());
    delayed_anon_send(this, offer_pause, read_again{});
    return;
  }
  if (read.rows->header.revision == state_.revision) return finish_step(); // it was committed, and nobody could say so
  if (read.rows->header.revision != state_.revision - 1)
    return give_up({errc::conflict, "the store holds another revision than this actor left there", ""});
  auto before = storage::decode_state(*workflow_, *read.rows);
  if (!before) return give_up(before.failure());
  take_step_back(std::move(*before));
}

void instance_actor::take_step_back(core::state before) {
  const committing refused = std::move(*committing_);
  committing_.reset();
  state_ = std::move(before);
  ending_->decided = state_.closing.has_value();
  const bool is_of_time = std::holds_alternative<core::timer_fired>(refused.event.what) ||
                          std::holds_alternative<core::instance_timed_out>(refused.event.what);
  keeps_timers_ |= is_of_time;
  const bool was_asked_for = static_cast<bool>(refused.on_done); // and is refused: see not_written
  auto again = [this, what = refused.event.what, output = refused.output] {
    take(what, output, output ? std::optional(output->dump()) : std::nullopt, {});
  };
  if (!is_of_time && !was_asked_for) return keep(std::move(again), *refused.refusal);
  if (is_of_time) refusal_ = *refused.refusal;
  wait_to_offer();
  run_next();
}

void instance_actor::keep(std::function<void()> work, const error& why) {
  kept_.push_back(std::move(work));
  refusal_ = why;
  wait_to_offer();
  run_next();
}

void instance_actor::wait_to_offer() {
  if (!refusal_ || will_offer_ || stopping_) return;
  if (++refusals_ == refusals_until_told) anon_send(shared_->supervisor.get(), step_refused{uid_, *refusal_});
  will_offer_ = true;
  delayed_anon_send(this, offer_pause * (1 << std::min(refusals_ - 1, offer_doublings_max)), offer_again{});
}

void instance_actor::offer() {
  if (!refusal_) return;
  refusal_.reset();
  std::move(kept_.begin(), kept_.end(), std::back_inserter(inbox_));
  kept_.clear();
  if (std::exchange(keeps_timers_, false)) inbox_.push_back([this] { fire_due_timers(); });
  run_next();
}

// Attempts that run go on running, and what they answer is written into the new store.
void instance_actor::go_on_with(const caf::actor& store) {
  if (start_) return give_up({errc::storage, "the store was opened anew before its first step was answered", ""});
  store_ = store;
  if (loading_) tell_missed_events();
  for (const auto& [cursor, visit] : without_history_)
    ask_for_history(cursor);
  if (!committing_) return offer();
  if (!committing_->refusal) committing_->refusal = error{errc::storage, "the store was opened anew", ""};
  committing_->on_done(*committing_->refusal);
  ask_what_is_there();
}

// --- what follows

void instance_actor::follow_up(const committing& taken) {
  if (state_.closing) tell_attempts(taken.step.cursors_gone);
  carry_out(taken.step.effects);
}

void instance_actor::carry_out(const std::vector<core::effect>& effects) {
  const core::overloaded carrier{[this](const core::run_node& run) { dispatch(run.cursor); },
                                 [this](const core::set_timer& timer) {
                                   anon_send(shared_->timers.get(), timer_set{key_, uid_, timer.due_at, timer.line});
                                 }};
  for (const core::effect& e : effects)
    std::visit(carrier, e);
}

void instance_actor::keep_result(const committing& taken) {
  if (!taken.step.result) return;
  const core::recorded_result& r = *taken.step.result;
  const auto mention = workflow_->mentions.nodes.find(workflow_->nodes[r.node].id);
  if (mention == workflow_->mentions.nodes.end()) return;
  core::json_ptr output = r.error.empty() ? taken.output : core::share(nullptr);
  if (std::holds_alternative<core::timer_fired>(taken.event.what)) output = core::share(nullptr);
  if (last_.size() >= results_kept_max) last_.clear(); // what is needed again is in the store
  last_[r.node] = core::context_result{std::move(output), taken.event.at.engine, r.error};
}

void instance_actor::announce(const committing& taken) {
  shared_->feed->tell(*telling_, state_.revision, [&] {
    instance_event event;
    event.instance_id = uid_;
    event.entry = core::describe(*workflow_, state_, taken.event, taken.step);
    event.status = state_.status;
    if (const core::cursor* now = state_.deciding_cursor()) event.next_node = workflow_->nodes[now->node].id;
    return event;
  });
}

// --- running nodes

// What commands that came first have brought on its way already does not begin twice.
void instance_actor::carry_out_all() {
  ending_->decided = ending_->durable = state_.closing.has_value();
  std::vector<core::effect> effects = core::pending_effects(state_);
  std::erase_if(effects, [this](const core::effect& e) {
    const auto* run = std::get_if<core::run_node>(&e);
    return run != nullptr && undispatched_.count(run->cursor) == 0;
  });
  carry_out(effects);
}

void instance_actor::dispatch(core::cursor_id id) {
  if (stopping_) return;
  undispatched_.erase(id);
  const core::cursor* c = state_.find(id);
  if (whole_histories(*c).empty() && unknown_results(*c).empty()) return dispatch_with_history(id, {});
  ++running_;
  without_history_[id] = c->visit;
  ask_for_history(id);
}

// Those of which the expressions of the cursor's node mention all results.
std::vector<std::string> instance_actor::whole_histories(const core::cursor& c) const {
  const expression::mentions& mentions = workflow_->nodes[c.node].mentions;
  std::vector<std::string> whole;
  for (const auto& [node, what] : mentions.nodes)
    if (what.all && workflow_->find(node)) whole.push_back(node);
  if (!mentions.every_node_all) return whole;
  whole.clear();
  for (const auto& node : workflow_->nodes)
    whole.push_back(node.id);
  return whole;
}

// Nodes whose newest result the expressions of the cursor's node mention, and this actor has not seen.
std::vector<std::string> instance_actor::unknown_results(const core::cursor& c) const {
  const expression::mentions& mentions = workflow_->nodes[c.node].mentions;
  std::vector<std::string> unknown;
  if (mentions.every_node_all) return unknown;
  for (const auto& [node, what] : mentions.nodes) {
    const auto index = what.all ? std::nullopt : workflow_->find(node);
    if (index && state_.visits[*index] > 0 && last_.count(*index) == 0) unknown.push_back(node);
  }
  return unknown;
}

bool instance_actor::take_results(const history_loaded& loaded) {
  for (const std::string& node : loaded.asked)
    last_[*workflow_->find(node)] = std::nullopt;
  for (const storage::result_row& row : loaded.latest) {
    auto entry = context_entry(row);
    if (!entry) {
      give_up(entry.failure());
      return false;
    }
    if (const auto node = workflow_->find(row.node)) last_[*node] = std::move(*entry);
  }
  return true;
}

void instance_actor::ask_for_history(core::cursor_id id) {
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  const core::cursor* c = state_.find(id);
  if (c == nullptr) // it was cancelled meanwhile
    return anon_send(self, history_loaded{id, without_history_.at(id), std::vector<storage::result_row>()});
  anon_send(store_, use_store{[self, whole = whole_histories(*c), asked = unknown_results(*c), id, visit = c->visit,
                               key = key_, budget = shared_->history_max](storage::store& store) mutable {
              std::vector<storage::result_row> all;
              auto latest = store.last_results(key, asked);
              if (!latest) return caf::anon_send(self, history_loaded{id, visit, latest.failure()});
              for (const std::string& node : whole) {
                auto rows = store.results(key, node, budget);
                if (!rows) return caf::anon_send(self, history_loaded{id, visit, rows.failure()});
                for (const storage::result_row& row : *rows)
                  budget.bytes_max -= storage::bytes_of(row);
                std::move(rows->begin(), rows->end(), std::back_inserter(all));
              }
              caf::anon_send(self, history_loaded{id, visit, std::move(all), std::move(asked), std::move(*latest)});
            }});
}

void instance_actor::dispatch_with_history(core::cursor_id id, const std::vector<storage::result_row>& rows) {
  if (stopping_) return;
  const core::cursor* c = state_.find(id);
  std::vector<core::context_node> nodes;
  for (const storage::result_row& row : rows) {
    if (nodes.empty() || nodes.back().id != row.node) nodes.push_back({row.node, true, {}});
    auto entry = context_entry(row);
    if (!entry) return give_up(entry.failure());
    nodes.back().results.push_back(std::move(*entry));
  }
  const expression::mentions& mentions = workflow_->nodes[c->node].mentions;
  for (const auto& [node, what] : mentions.nodes) {
    if (what.all || mentions.every_node_all) continue;
    const auto index = workflow_->find(node);
    const auto last = index ? last_.find(*index) : last_.end();
    if (last != last_.end() && last->second) nodes.push_back({node, false, {*last->second}});
  }
  send_to_node(*c, std::move(nodes));
}

bool instance_actor::read_input() {
  if (input_) return true;
  auto input = storage::read_stored(input_text_, "the stored input");
  if (!input) {
    give_up(input.failure());
    return false;
  }
  input_ = core::share(std::move(*input));
  input_text_ = std::string();
  return true;
}

void instance_actor::send_to_node(const core::cursor& c, std::vector<core::context_node> nodes) {
  if (!read_input()) return;
  auto run = std::make_shared<nodes::execution>();
  run->workflow = workflow_;
  run->node = c.node;
  run->of = {c.id, c.visit, c.attempt()};
  run->key = c.key;
  run->payload = c.payload;
  run->node_state = c.node_state;
  run->timer_fired = c.timer_fired;
  run->signal = c.signal;
  for (const core::memory& m : state_.memories)
    if (m.scope == c.scope && m.node == c.node) run->memory.push_back({m.name, m.value});
  run->context = {input_,
                  shared_->globals,
                  {uid_, workflow_->nodes[c.node].id, c.visit, c.attempt(), shared_->time.now()},
                  std::move(nodes)};
  run->stopping = shared_->stopping;
  run->unwanted = is_dead_;
  run->ending = ending_;
  run->counts = shared_->attempts;
  run->labels = labels_;
  if (workflow_->nodes[c.node].timeout.count() > 0) run->control = std::make_shared<nodes::attempt_control>();
  ++running_;
  under_way_[c.id] = run;
  request_execution(std::move(run), 1);
}

// Also by an actor that died since, of the instance or of the node.
bool instance_actor::may_have_begun(const core::attempt_ref& of, int tries) const {
  if (tries > 1) return true;
  return std::find(from_before_.begin(), from_before_.end(), of) != from_before_.end();
}

// Its executor was not called this time. The attempt begins when it may, if the instance still waits for it.
void instance_actor::begin_again(const std::shared_ptr<const nodes::execution>& run, int tries) {
  const core::cursor* c = state_.find(run->of.cursor);
  const bool is_wanted =
      c != nullptr && c->phase == core::phase::ready && core::attempt_ref{c->id, c->visit, c->attempt()} == run->of;
  if (!is_wanted || stopping_ || under_way_.count(c->id) > 0) return;
  if (state_.closing) return take(core::given_up{run->of, may_have_begun(run->of, tries)}, nullptr, std::nullopt, {});
  ++running_;
  under_way_[run->of.cursor] = run;
  request_execution(run, tries);
}

// Whether somebody still waits for its answer; from now on nobody does.
bool instance_actor::take_back(const std::shared_ptr<const nodes::execution>& run) {
  const auto at = under_way_.find(run->of.cursor);
  if (at == under_way_.end() || at->second != run) return false;
  under_way_.erase(at);
  --running_;
  return true;
}

// The instance is being ended: what runs sees it, what waits for its turn does not begin, and nobody waits any more for
// the attempts of cursors that are gone.
void instance_actor::tell_attempts(const std::vector<core::cursor_id>& gone) {
  if (!ending_->durable.exchange(true))
    for (const auto& [cursor, run] : under_way_)
      drop(run, false);
  for (const core::cursor_id cursor : gone) {
    const auto at = under_way_.find(cursor);
    if (at == under_way_.end()) continue;
    const auto run = at->second;
    ++shared_->attempts->abandoned;
    drop(run, true);
    take_back(run);
  }
}

void instance_actor::drop(const std::shared_ptr<const nodes::execution>& run, bool also_running) {
  const auto& type = run->workflow->nodes[run->node].type;
  if (!type->can_time_out()) return; // it has no dispatcher
  if (const caf::actor dispatcher = shared_->pools.pick(type)) anon_send(dispatcher, drop_attempt{run, also_running});
}

// A node actor that dies takes its attempt with it: the attempt is made again, under the same key.
void instance_actor::request_execution(const std::shared_ptr<const nodes::execution>& run, int tries) {
  const caf::actor worker = shared_->pools.pick(run->workflow->nodes[run->node].type);
  if (!worker) {
    take_back(run);
    return park_if_idle();
  }
  request(worker, caf::infinite, execute_node{run})
      .then(
          [this, run, tries](const node_executed& answer) {
            if (!take_back(run)) {
              if (!answer.outcome.abandoned) ++shared_->attempts->late;
              return;
            }
            if (answer.outcome.not_begun) return when_idle([this, run, tries] { begin_again(run, tries); });
            if (answer.outcome.abandoned) return park_if_idle(); // stop_instance is here or on its way
            if (answer.outcome.store_failure) return wait_for_store(run, tries, *answer.outcome.store_failure);
            when_idle(
                [this, outcome = answer.outcome] { take(outcome.what, outcome.output, outcome.output_text, {}); });
          },
          [this, run, tries](const caf::error&) {
            shared_->log(fmt::format("{}: the actor of node '{}' died (attempt {} of the visit), try {}", place(),
                                     run->workflow->nodes[run->node].id, run->of.attempt, tries));
            if (tries < node_deaths_max)
              return delayed_anon_send(this, node_pause * tries, request_again{run, tries + 1});
            if (!take_back(run)) return;
            when_idle([this, run] {
              take(core::node_failed{run->of, "NodeActorDied: the node's actor died while it ran the attempt", true, 0,
                                     0},
                   nullptr, std::nullopt, {});
            });
          });
}

// The first try may have had its effect, and nothing new starts in an instance that is being ended.
void instance_actor::make_again(const std::shared_ptr<const nodes::execution>& run, int tries) {
  if (!ending_->decided) return request_execution(run, tries);
  if (take_back(run)) when_idle([this, run, tries] { begin_again(run, tries); });
}

// The store did not take what must be there before its executor is called.
void instance_actor::wait_for_store(const std::shared_ptr<const nodes::execution>& run, int tries, const error& why) {
  if (!is_of_the_surroundings(why.code)) return give_up(why);
  keep([this, run, tries] { begin_again(run, tries); }, why);
}

// --- commands

void instance_actor::resume_visit(const resume_instance& command) {
  auto chosen = core::choose_wait(*workflow_, state_, command.which.node, command.which.visit);
  if (!chosen) return command.answer(chosen.failure());
  if (auto fits = core::check_payload(*workflow_, *state_.find(chosen->cursor), command.payload); !fits)
    return command.answer(fits.failure());
  chosen->payload = command.payload;
  chosen->step_limit = command.which.step_limit;
  take(std::move(*chosen), nullptr, std::nullopt, command.answer);
}

// Storing it and looking for who waits is one transition, so that no signal is lost beside a wait that just begins.
void instance_actor::take_signal(const signal_instance& command) {
  const auto fits = core::check_signal(*workflow_, state_, command.what, shared_->signals_kept);
  if (!fits) return refuse_signal(command, fits.failure());
  take(command.what, nullptr, std::nullopt, command.answer);
}

// One that came before is done, whatever the instance would say of it now.
void instance_actor::refuse_signal(const signal_instance& command, const error& why) {
  if (command.what.key.empty()) return command.answer(why);
  anon_send(store_, use_store{[key = key_, command, why](storage::store& store) {
              const auto known = store.has_signal_key(key, command.what.key);
              command.answer(known && *known ? result<void>() : result<void>(why));
            }});
}

void instance_actor::cancel(const cancel_instance& command) {
  const auto verdict = core::check_cancel(state_, command.terminate);
  if (!verdict) return command.answer(verdict.failure());
  if (*verdict == core::cancel_verdict::duplicate) return command.answer({});
  take(core::cancelled{command.reason, command.terminate, shared_->grace_ms}, nullptr, std::nullopt, command.answer);
}

const core::cursor* instance_actor::first_due(const core::moment& now) const {
  const bool knows_calendar = shared_->time.is_trusted();
  const core::cursor* first = nullptr;
  for (const core::cursor& c : state_.cursors) {
    const bool counts = c.timer && (c.timer->line == core::timeline::steady || knows_calendar);
    if (!counts || late_ms(*c.timer, now) < 0) continue;
    if (first == nullptr || late_ms(*c.timer, now) > late_ms(*first->timer, now)) first = &c;
  }
  return first;
}

// Its own timer is due, and no other was before it.
bool instance_actor::is_time_over(const core::moment& now) const {
  if (!state_.timer || late_ms(*state_.timer, now) < 0) return false;
  const core::cursor* first = first_due(now);
  return first == nullptr || late_ms(*state_.timer, now) >= late_ms(*first->timer, now);
}

void instance_actor::fire_due_timers() {
  if (committing_) return;
  keeps_timers_ |= refusal_.has_value();
  if (refusal_) return;
  const core::moment now = shared_->time.read();
  if (is_time_over(now)) return fire_timer_of_instance();
  const core::cursor* first = first_due(now);
  if (first == nullptr) return ask_for_dated_timers();
  inbox_.push_back([this] { fire_due_timers(); }); // another may be due after this one
  take(core::timer_fired{first->id, first->visit}, nullptr, std::nullopt, {});
}

// Woken, and the wall clock was set back meanwhile: what was due is not due any more, and nobody thinks of it.
void instance_actor::ask_for_dated_timers() {
  for (const core::cursor& c : state_.cursors)
    if (c.timer && c.timer->line == core::timeline::calendar)
      anon_send(shared_->timers.get(), timer_set{key_, uid_, c.timer->due_at, c.timer->line});
}

// Its timeout is over; or its grace is, for one attempt after the other.
void instance_actor::fire_timer_of_instance() {
  inbox_.push_back([this] { fire_due_timers(); });
  if (!state_.closing) return take(core::instance_timed_out{shared_->grace_ms}, nullptr, std::nullopt, {});
  const core::cursor& runs = state_.cursors.front();
  take(core::given_up{{runs.id, runs.visit, runs.attempt()}, true}, nullptr, std::nullopt, {});
}

void instance_actor::answer_start_again(const start_again& request) {
  if (request.definition_id == definition_id_ && request.input_hash == input_hash_) return request.answer(uid_);
  request.answer(error{errc::conflict, "an instance of this id was started with another definition or input", uid_});
}

// --- coming and going

// Its results stay in the store until a node that runs mentions them: a wake costs what its cursor needs.
void instance_actor::tell_missed_events() {
  loading_ = true;
  if (telling_->told == state_.revision) return anon_send(this, missed_events_told{});
  const caf::actor self = caf::actor_cast<caf::actor>(this);
  anon_send(store_, use_store{[self, telling = telling_, uid = uid_, revision = state_.revision,
                               shared = shared_](storage::store& store) {
              const bool owes = telling->told < revision;
              caf::anon_send(self,
                             missed_events_told{owes ? shared->publish_missed(store, uid, *telling) : result<void>()});
            }});
}

void instance_actor::park_if_idle() {
  if (gone_ || committing_ || loading_ || running_ > 0 || !inbox_.empty()) return;
  const bool something_runs = state_.status == instance_status::active && !state_.closing;
  const bool keeps_something = refusal_.has_value();
  if ((something_runs || keeps_something) && !stopping_) return;
  anon_send(shared_->supervisor.get(), instance_parked{uid_, address(), handled_, rest_of(state_)});
}

void instance_actor::give_up(const error& why) {
  gone_ = true;
  shared_->log(fmt::format("{}: starts anew from the store: {}", place(), to_string(why)));
  quit(caf::error{static_cast<std::uint8_t>(why.code), gave_up_category});
}

std::string instance_actor::place() const { return fmt::format("instance '{}'", uid_); }

} // namespace pawl::actors
