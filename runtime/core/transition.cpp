// transition(): one function per event, each reads like the rule it carries out (runtime/SEMANTICS.md, Moving on,
// Pausing, Failure and retry, Ending).
#include "runtime/core/transition.hpp"

#include "runtime/core/closing.hpp"
#include "runtime/core/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace pawl::core {
namespace {

constexpr const char* error_handle = "error";
constexpr const char* timeout_handle = "timeout";
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t rest_ms_min = 1000; ///< what waits as long is no runaway loop

using verdict = std::variant<step, rejected>;

rejected refuse(errc code, std::string reason) { return {code, std::move(reason)}; }

// Carries out one event on a state that it may change: the checks come first in every handler.
class transitioner {
public:
  transitioner(const workflow& w, state& s, const event& e)
      : workflow_(w), state_(s), at_(e.at), version_(e.core_version) {}

  verdict operator()(const started& e) {
    if (state_.revision != 0) return refuse(errc::conflict, "the instance has started already");
    if (e.node >= workflow_.nodes.size()) return refuse(errc::invalid_argument, "no such start node");
    state_.created_at = at_.engine;
    state_.step_limit = e.step_limit;
    enter(state_.next_cursor++, 0, e.node, e.payload);
    if (workflow_.timeout_ms > 0) set_timer_of_instance(workflow_.timeout_ms);
    if (e.signal) {
      note_key(e.signal->key);
      step_.note = fmt::format("signal '{}'", e.signal->name);
      keep_for_later(*e.signal);
    }
    return commit();
  }

  verdict operator()(const node_succeeded& e) {
    cursor* c = running(e.of);
    if (c == nullptr) return not_running(e.of);
    record(*c, "");
    for (const memory_change& change : e.memory)
      remember(*c, change);
    if (state_.closing)
      done_without_edges(*c, e.handle);
    else
      leave(*c, e.handle);
    return commit();
  }

  verdict operator()(const node_failed& e) {
    cursor* c = running(e.of);
    if (c == nullptr) return not_running(e.of);
    record(*c, e.error);
    if (state_.closing)
      end_cursor(*c);
    else if (e.retryable && static_cast<double>(e.of.attempt) <= e.max_attempts)
      retry_later(*c, e.delay_ms);
    else
      fail_or_leave(*c);
    return commit();
  }

  verdict operator()(const node_paused& e) {
    cursor* c = running(e.of);
    if (c == nullptr) return not_running(e.of);
    if (e.kind == wait_kind::retry) return refuse(errc::invalid_argument, "a node cannot ask for a retry wait");
    if (e.kind == wait_kind::timer && !e.timer_ms && !e.until)
      return refuse(errc::invalid_argument, "a delay needs a duration or an end");
    if (e.timer_ms && e.until) return refuse(errc::invalid_argument, "a pause has one end, not two");
    if (e.kind == wait_kind::signal && e.signals.empty())
      return refuse(errc::invalid_argument, "a wait for a signal needs a name");
    if (state_.closing) {
      step_.note = "its pause does not begin";
      end_without_result(*c);
      return commit();
    }
    c->phase = phase::waiting;
    c->wait = wait_state{e.kind, e.reason, at_.engine, 0, {}};
    if (e.kind == wait_kind::signal) {
      c->wait->order = state_.revision + 1;
      c->wait->signals = e.signals;
    }
    c->node_state = e.node_state;
    c->payload_schema = e.payload_schema;
    c->timer_fired = false;
    if (take_buffered(*c)) return commit();
    if (const auto timer = timer_of(*c, e)) start_timer(*c, *timer);
    touch(*c);
    return commit();
  }

  verdict operator()(const resumed& e) {
    if (takes_nothing(state_)) return refuse(errc::finished, why_it_takes_nothing(state_));
    cursor* c = state_.find(e.cursor);
    const bool takes_payload =
        c != nullptr && c->visit == e.visit &&
        (c->phase == phase::retry_wait || (c->phase == phase::waiting && c->wait->kind == wait_kind::payload));
    if (!takes_payload) return refuse(errc::not_waiting, "that visit does not wait for a payload");
    if (e.payload) {
      c->payload = e.payload;
      c->signal.clear();
    }
    state_.steps = 0;
    state_.step_limit = e.step_limit;
    make_ready(*c);
    return commit();
  }

  verdict operator()(const signalled& e) {
    if (takes_nothing(state_)) return refuse(errc::finished, why_it_takes_nothing(state_));
    if (state_.revision == 0) return refuse(errc::conflict, "the instance has not started");
    if (e.name.empty()) return refuse(errc::invalid_argument, "a signal needs a name");
    note_key(e.key);
    step_.note = fmt::format("signal '{}'", e.name);
    if (const cursor* c = state_.oldest_wait_for(e.name))
      deliver(*state_.find(c->id), e.name, e.payload);
    else
      keep_for_later(e);
    return commit();
  }

  verdict operator()(const timer_fired& e) {
    cursor* c = state_.find(e.cursor);
    if (c == nullptr || c->visit != e.visit || !c->timer) return refuse(errc::not_waiting, "that timer is not set");
    if (at_.on(c->timer->line) < c->timer->due_at) return refuse(errc::invalid_argument, "that timer is not due");
    if (c->phase == phase::retry_wait) {
      make_ready(*c);
    } else if (c->wait->kind == wait_kind::timer) {
      rested(*c);
      c->timer_fired = true;
      make_ready(*c);
    } else {
      rested(*c);
      time_out(*c);
    }
    return commit();
  }

  verdict operator()(const cancelled& e) {
    if (state_.revision == 0) return refuse(errc::conflict, "the instance has not started");
    if (has_ended(state_.status)) return refuse(errc::finished, why_it_takes_nothing(state_));
    if (state_.closing && !e.terminate) return refuse(errc::conflict, why_it_takes_nothing(state_));
    step_.note = cancel_note(e);
    if (state_.closing)
      set_timer_of_instance(0);
    else
      close(instance_status::cancelled, e.reason, e.terminate ? 0 : e.grace_ms);
    if (e.terminate) lose_first(e.terminate);
    return commit();
  }

  verdict operator()(const instance_timed_out& e) {
    if (state_.revision == 0) return refuse(errc::conflict, "the instance has not started");
    if (takes_nothing(state_)) return refuse(errc::finished, why_it_takes_nothing(state_));
    if (!state_.timer) return refuse(errc::invalid_argument, "the instance has no timeout");
    if (at_.steady < state_.timer->due_at) return refuse(errc::invalid_argument, "the instance's timeout is not over");
    const std::string reason = fmt::format("the instance's timeout of {} ms is over", state_.timer->duration_ms);
    step_.note = reason;
    close(instance_status::failed, reason, e.grace_ms);
    return commit();
  }

  verdict operator()(const given_up& e) {
    cursor* c = running(e.of);
    if (c == nullptr) return not_running(e.of);
    if (!state_.closing) return refuse(errc::invalid_argument, "only an instance that is closing gives an attempt up");
    if (e.had_begun) {
      lose(*c);
    } else {
      step_.note = "the attempt had not begun, and does not any more";
      end_without_result(*c);
    }
    return commit();
  }

private:
  // The cursor that the answer is for, if it still runs that very attempt.
  cursor* running(const attempt_ref& of) {
    if (has_ended(state_.status)) return nullptr;
    cursor* c = state_.find(of.cursor);
    const bool same_attempt =
        c != nullptr && c->phase == phase::ready && c->visit == of.visit && c->attempt() == of.attempt;
    return same_attempt ? c : nullptr;
  }

  rejected not_running(const attempt_ref& of) const {
    if (has_ended(state_.status)) return refuse(errc::finished, "the instance has ended");
    return refuse(errc::conflict,
                  fmt::format("cursor {} does not run attempt {} of visit {}", of.cursor, of.attempt, of.visit));
  }

  void record(const cursor& c, std::string error) {
    step_.result = recorded_result{c.node, c.id, c.scope, c.visit, c.attempt(), std::move(error)};
  }

  void remember(const cursor& c, const memory_change& change) {
    const auto place = std::lower_bound(
        state_.memories.begin(), state_.memories.end(), std::tie(c.scope, c.node, change.name),
        [](const memory& m, const auto& wanted) { return std::tie(m.scope, m.node, m.name) < wanted; });
    memory made{c.scope, c.node, change.name, change.value};
    step_.memories_set.push_back(made);
    const bool known = place != state_.memories.end() && place->scope == c.scope && place->node == c.node &&
                       place->name == change.name;
    if (!change.value) {
      if (known) state_.memories.erase(place);
    } else if (known) {
      *place = std::move(made);
    } else {
      state_.memories.insert(place, std::move(made));
    }
  }

  // A pause for which a signal is there already does not begin: it takes the oldest that it names.
  bool take_buffered(cursor& c) {
    const auto found = std::find_if(state_.signals.begin(), state_.signals.end(),
                                    [&](const buffered_signal& s) { return c.wait->names(s.name); });
    if (found == state_.signals.end()) return false;
    const buffered_signal taken = std::move(*found);
    state_.signals.erase(found);
    step_.signals_gone.push_back(taken.number);
    step_.note = fmt::format("took a signal that had come before, at revision {}", taken.number);
    deliver(c, taken.name, taken.payload);
    return true;
  }

  void deliver(cursor& c, const std::string& name, const json_ptr& payload) {
    c.payload = payload;
    c.signal = name;
    state_.steps = 0;
    make_ready(c);
  }

  void keep_for_later(const signalled& e) {
    const std::int64_t number = state_.revision + 1;
    state_.signals.push_back({number, e.name, at_.engine, e.payload, e.payload ? text_bytes(*e.payload) : 0});
    step_.signals_set.push_back(number);
    step_.note += ", kept until something waits for it";
  }

  void note_key(const std::string& key) {
    if (key.empty()) return;
    step_.signal_keys_set.push_back(key);
  }

  void touch(const cursor& c) { step_.cursors_set.push_back(c.id); }

  timer_state timer_of(std::int64_t duration_ms) const {
    // No addition on hostile durations may overflow: a thousand years is for ever.
    const std::int64_t bounded = std::clamp<std::int64_t>(duration_ms, 0, std::int64_t{1000} * 365 * day_ms);
    return {at_.steady + bounded, bounded, timeline::steady};
  }

  void set_timer_of(cursor& c, std::int64_t duration_ms) { start_timer(c, timer_of(duration_ms)); }

  static timer_state calendar_timer(timestamp_ms until) {
    constexpr timestamp_ms year_9999_end = 253'402'300'799'999;
    return {std::clamp<timestamp_ms>(until, 0, year_9999_end), 0, timeline::calendar};
  }

  std::int64_t left_ms(const timer_state& timer) const { return timer.due_at - at_.on(timer.line); }

  // When a pause ends by itself. A deadline belongs to the visit: a later pause may only shorten it, unless it says so.
  std::optional<timer_state> timer_of(cursor& c, const node_paused& e) const {
    std::optional<timer_state> timer;
    if (e.timer_ms) timer = timer_of(*e.timer_ms);
    if (e.until) timer = calendar_timer(*e.until);
    if (e.kind == wait_kind::timer || version_ < 2) return timer;
    const bool is_longer = c.deadline && (!timer || left_ms(*timer) > left_ms(*c.deadline));
    if (is_longer && !e.extends) return c.deadline;
    c.deadline = timer;
    return timer;
  }

  // The fuse burns on through rests that are too short to slow a loop down.
  void rested(const cursor& c) {
    const std::int64_t rest_ms = c.timer->line == timeline::steady ? c.timer->duration_ms : at_.engine - c.wait->since;
    if (version_ < 2 || rest_ms >= rest_ms_min) state_.steps = 0;
  }

  void start_timer(cursor& c, const timer_state& timer) {
    c.timer = timer;
    step_.effects.push_back(set_timer{c.id, timer.due_at, timer.line});
  }

  void set_timer_of_instance(std::int64_t duration_ms) {
    state_.timer = timer_of(duration_ms);
    step_.instance_timer_changed = true;
    step_.effects.push_back(set_timer{0, state_.timer->due_at});
  }

  void clear_timer(cursor& c) {
    if (c.timer) step_.timers_gone.push_back(c.id);
    c.timer.reset();
  }

  void make_ready(cursor& c) {
    if (over_step_limit()) {
      state_.step_limit_exceeded = true;
      return fail_at(c);
    }
    c.phase = phase::ready;
    c.wait.reset();
    clear_timer(c);
    touch(c);
    step_.effects.push_back(run_node{c.id});
  }

  void retry_later(cursor& c, std::int64_t delay_ms) {
    const std::int64_t attempts = c.attempt();
    c.phase = phase::retry_wait;
    set_timer_of(c, delay_ms);
    c.retry = retry_state{attempts, c.timer->due_at};
    ++state_.steps; // the fuse counts executions, repeated ones too
    state_.retry_reason = attempts;
    touch(c);
  }

  // A visit that cannot succeed any more leaves by its error edge, or fails the instance where it stands.
  void fail_or_leave(cursor& c) {
    if (workflow_.nodes[c.node].find_exit(error_handle) != nullptr) return leave(c, error_handle);
    fail_at(c);
  }

  void fail_at(cursor& c) {
    c.phase = phase::failed;
    c.retry.reset();
    c.wait.reset();
    clear_timer(c);
    touch(c);
  }

  void time_out(cursor& c) {
    const bool handled = workflow_.nodes[c.node].find_exit(timeout_handle) != nullptr;
    record(c, handled ? "" : "Timeout: nothing came " + span_of(*c.timer));
    if (handled)
      leave(c, timeout_handle);
    else
      fail_or_leave(c);
  }

  static std::string span_of(const timer_state& timer) {
    return timer.line == timeline::steady ? fmt::format("within {} ms", timer.duration_ms) : "in time";
  }

  // Nothing new starts: what waits ends here, with its timers; what runs may answer until the grace is over.
  void close(instance_status end, const std::string& reason, std::int64_t grace_ms) {
    state_.closing = closing_state{end, reason};
    step_.began_closing = true;
    std::vector<cursor_id> waiting;
    for (const cursor& c : state_.cursors)
      if (c.phase != phase::ready) waiting.push_back(c.id);
    for (const cursor_id id : waiting)
      end_cursor(*state_.find(id));
    set_timer_of_instance(grace_ms);
  }

  // A step records one result: the others are given up one by one, as the timer is due at once.
  void lose_first(bool is_terminated) {
    if (!state_.cursors.empty()) lose(state_.cursors.front(), is_terminated);
  }

  void lose(cursor& c, bool is_terminated = false) {
    record(c, unknown_error(*state_.closing, is_terminated));
    end_cursor(c);
  }

  // A result that came in time is kept, and no edge is followed.
  void done_without_edges(cursor& c, const std::optional<std::string>& handle) {
    ++state_.version;
    ++state_.steps;
    step_.left_by = handle;
    step_.note = "no edge is followed any more";
    end_cursor(c);
  }

  void end_without_result(cursor& c) {
    step_.ended_without_result = c;
    end_cursor(c);
  }

  void end_cursor(cursor& c) {
    const cursor_id id = c.id;
    clear_timer(c);
    std::erase_if(state_.cursors, [id](const cursor& other) { return other.id == id; });
    step_.cursors_gone.push_back(id);
  }

  bool over_step_limit() const { return state_.steps >= state_.step_limit.value_or(workflow_.step_limit); }

  // The cursor has done with its node: version and fuse count, then the edges of `handle` decide.
  void leave(cursor& c, const std::optional<std::string>& handle) {
    ++state_.version;
    ++state_.steps;
    step_.left_by = handle;
    const exit* way = workflow_.nodes[c.node].find_exit(handle);
    const cursor_id id = c.id;
    const scope_id scope = c.scope;
    clear_timer(c);
    std::erase_if(state_.cursors, [id](const cursor& other) { return other.id == id; });
    if (way == nullptr) {
      if (handle) step_.note = fmt::format("no edge carries the handle '{}': the branch ends here", *handle);
      step_.cursors_gone.push_back(id);
      return;
    }
    enter(id, scope, way->targets.front(), nullptr);
  }

  // Puts cursor `id` on a node: the visit and its idempotency key are made here and kept.
  void enter(cursor_id id, scope_id scope, node_index node, json_ptr payload) {
    cursor c;
    c.id = id;
    c.scope = scope;
    c.node = node;
    c.visit = ++state_.visits[node];
    c.key = idempotency_key(state_.key_seed, workflow_.nodes[node].id, c.visit);
    c.payload = std::move(payload);
    step_.visits_set.push_back(node);
    const auto place = std::lower_bound(state_.cursors.begin(), state_.cursors.end(), id,
                                        [](const cursor& other, cursor_id wanted) { return other.id < wanted; });
    make_ready(*state_.cursors.insert(place, std::move(c)));
  }

  step commit() {
    const instance_status before = state_.revision == 0 ? instance_status::paused : state_.status;
    state_.status = derived_status(state_);
    if (state_.status == instance_status::failed) step_.effects.clear(); // a failed instance starts nothing new
    if (before != instance_status::active) state_.last_started_at = at_.engine;
    if (state_.status != instance_status::active)
      state_.execution_ms += std::max<std::int64_t>(0, at_.engine - state_.last_started_at);
    if (has_ended(state_.status)) end();
    ++state_.revision;
    state_.updated_at = at_.engine;
    return std::move(step_);
  }

  void end() {
    if (state_.timer) {
      state_.timer.reset();
      step_.instance_timer_changed = true;
    }
    if (state_.closing)
      std::erase_if(step_.effects, [](const effect& e) { return std::holds_alternative<set_timer>(e); });
    if (state_.signals.empty()) return;
    if (!step_.note.empty()) step_.note += "; ";
    step_.note += fmt::format("{} signal{} never consumed", state_.signals.size(),
                              state_.signals.size() == 1 ? " was" : "s were");
  }

  const workflow& workflow_;
  state& state_;
  moment at_;
  int version_; ///< of the rules
  step step_;
};

} // namespace

std::variant<step, rejected> apply(const workflow& w, state& s, const event& e) {
  return std::visit(transitioner(w, s, e), e.what);
}

std::variant<transitioned, rejected> transition(const workflow& w, const state& s, const event& e) {
  transitioned done{s, {}};
  auto answer = apply(w, done.next, e);
  if (auto* no = std::get_if<rejected>(&answer)) return std::move(*no);
  done.step = std::get<step>(std::move(answer));
  return done;
}

state initial_state(const workflow& w, std::string instance_id, std::string key_seed) {
  state s;
  s.instance_id = std::move(instance_id);
  s.key_seed = std::move(key_seed);
  s.visits.assign(w.nodes.size(), 0);
  return s;
}

} // namespace pawl::core
