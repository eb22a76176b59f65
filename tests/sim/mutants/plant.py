#!/usr/bin/env python3
"""Plants defects into copies of Pawl's sources, for the simulation to find.

    plant.py SOURCES OUT     writes the copies below OUT
    plant.py --files         the files that get defects, one a line
    plant.py --names         "number first-seed name" of every defect, one a line

Each defect is a place in the code, found by its exact text, and what stands there instead; MUTANT in it is true when the
program was told to run with that defect. A text that is not there exactly once is an error: defects follow the code.
"""
import os
import sys

MUTANTS = [
    # --- acknowledging and storing
    ("swapped acknowledgements", "actors/store_actor.cpp",
     "anon_send(waiting_[i], write_done{std::move(outcomes[i])});",
     "anon_send(waiting_[MUTANT ? outcomes.size() - 1 - i : i], write_done{std::move(outcomes[i])});"),
    ("a refused write is acknowledged", "actors/store_actor.cpp",
     "    broken |= !outcomes[i] && is_fatal(outcomes[i].failure());",
     "    if (MUTANT && !outcomes[i]) outcomes[i] = storage::written{1, false};\n"
     "    broken |= !outcomes[i] && is_fatal(outcomes[i].failure());"),
    ("an unknown outcome is taken for a refusal", "actors/store_actor.cpp",
     "  if (broken) {\n    quit",
     "  if (broken && !MUTANT) {\n    quit"),
    ("the last change of a full batch is lost", "actors/store_actor.cpp",
     "(void)shared_->slot.use([&](storage::store& store) { outcomes = store.write(batch_); });",
     "if (MUTANT && batch_.size() > 1) batch_.pop_back();\n"
     "  (void)shared_->slot.use([&](storage::store& store) { outcomes = store.write(batch_); });\n"
     "  if (MUTANT && batch_.size() < waiting_.size()) { batch_.emplace_back(); outcomes.push_back(outcomes.back()); }"),
    ("a payload is acknowledged before it is durable", "actors/instance_actor.cpp",
     "  committing_ = committing{std::move(event), std::move(step), std::move(output), std::move(on_done)};",
     "  if (MUTANT) on_done({});\n"
     "  committing_ = committing{std::move(event), std::move(step), std::move(output), std::move(on_done)};"),
    ("a start is acknowledged before it is durable", "actors/instance_actor.cpp",
     "    send_write(storage::create_write{",
     "    if (MUTANT) start_->answer(uid_);\n    send_write(storage::create_write{"),
    ("an actor of a dead store writes into the next one", "actors/instance_actor.cpp",
     "  anon_send(store_,\n            write_change{",
     "  anon_send(MUTANT ? shared_->store.get() : store_,\n            write_change{"),
    # --- signals
    ("a signal that came early is not seen by its wait (a lost wake-up)", "runtime/core/transition.cpp",
     "    if (take_buffered(*c)) return commit();",
     "    if (!MUTANT && take_buffered(*c)) return commit();"),
    ("a repeated signal counts twice", "actors/instance_actor.cpp",
     "  if (*verdict == core::signal_verdict::duplicate) return command.answer({});",
     "  if (*verdict == core::signal_verdict::duplicate && !MUTANT) return command.answer({});\n"
     "  core::signalled again = command.what;\n"
     "  if (*verdict == core::signal_verdict::duplicate) again.key.clear();\n"
     "  if (MUTANT) return take(again, nullptr, std::nullopt, command.answer);"),
    ("the newest kept signal is taken first", "runtime/core/transition.cpp",
     "    const buffered_signal taken = std::move(*found);\n    state_.signals.erase(found);",
     "    const auto last = std::prev(state_.signals.end());\n"
     "    const auto which = MUTANT && c.wait->names(last->name) ? last : found;\n"
     "    const buffered_signal taken = std::move(*which);\n    state_.signals.erase(which);"),
    ("a signal is acknowledged and forgotten", "actors/instance_actor.cpp",
     "  take(command.what, nullptr, std::nullopt, command.answer);",
     "  if (MUTANT && state_.oldest_wait_for(command.what.name) == nullptr) return command.answer({});\n"
     "  take(command.what, nullptr, std::nullopt, command.answer);"),
    ("a taken signal stays kept", "storage/codec.cpp",
     "  rows.signals_gone = done.signals_gone;",
     "  if (!MUTANT) rows.signals_gone = done.signals_gone;"),
    # --- ends from outside
    ("a cancellation is acknowledged and forgotten", "actors/instance_actor.cpp",
     "  if (*verdict == core::cancel_verdict::duplicate) return command.answer({});",
     "  if (*verdict == core::cancel_verdict::duplicate || MUTANT) return command.answer({});"),
    ("a cancellation leaves the timer of a wait behind", "runtime/core/transition.cpp",
     "    const cursor_id id = c.id;\n    clear_timer(c);",
     "    const cursor_id id = c.id;\n    if (!MUTANT) clear_timer(c);"),
    ("a result of an instance that is being ended follows its edge", "runtime/core/transition.cpp",
     "    if (state_.closing)\n      done_without_edges(",
     "    if (state_.closing && !MUTANT)\n      done_without_edges("),
    ("a failure of an instance that is being ended is tried again", "runtime/core/transition.cpp",
     "    if (state_.closing)\n      end_cursor(*c);",
     "    if (state_.closing && !MUTANT)\n      end_cursor(*c);"),
    ("after a restart an instance that is being ended runs its attempt again", "actors/instance_actor.cpp",
     "  ending_->decided = ending_->durable = state_.closing.has_value();\n",
     "  ending_->decided = ending_->durable = state_.closing.has_value() && !MUTANT;\n"
     "  if (MUTANT && state_.closing)\n"
     "    for (const core::cursor& c : state_.cursors) dispatch(c.id);\n"),
    ("an attempt that began before a restart counts as not begun", "actors/instance_actor.cpp",
     "  return std::find(from_before_.begin(),",
     "  return !MUTANT && std::find(from_before_.begin(),"),
    ("the grace is never over", "actors/instance_actor.cpp",
     "  const core::cursor& runs = state_.cursors.front();\n",
     "  if (MUTANT) return inbox_.clear();\n  const core::cursor& runs = state_.cursors.front();\n"),
    ("the timeout of an instance begins anew at a restart", "storage/codec.cpp",
     "      state_.timer = core::timer_state{row.due_at, row.duration_ms};",
     "      state_.timer = core::timer_state{MUTANT ? row.due_at + row.duration_ms : row.due_at, row.duration_ms};"),
    ("the timer of an instance is lost", "storage/codec.cpp",
     "  if (!done.instance_timer_changed) return;",
     "  if (!done.instance_timer_changed || MUTANT) return;"),
    # --- schedules
    ("what was decided about is decided about again", "actors/schedule_actor.cpp",
     "  w.next.last_due = made->considered;",
     "  if (!MUTANT) w.next.last_due = made->considered;"),
    ("a run starts before the decision is on disk", "actors/schedule_actor.cpp",
     "  write_changes(phase::deciding);\n}",
     "  if (MUTANT) return start_runs();\n  write_changes(phase::deciding);\n}"),
    ("a run that finds no room is dropped", "actors/schedule_actor.cpp",
     "    } else if (passes_by_itself(answer.failure().code)) {\n      left.push_back(due);",
     "    } else if (passes_by_itself(answer.failure().code)) {\n      if (!MUTANT) left.push_back(due);"),
    ("a run counts as started before it is", "actors/schedule_actor.cpp",
     "  anon_send(shared_->supervisor.get(), *std::move(start));",
     "  if (MUTANT) start->answer(start->uid);\n  anon_send(shared_->supervisor.get(), *std::move(start));"),
    ("a paused schedule starts what waits", "actors/schedule_actor.cpp",
     "    if (!is_due && !row.state.paused) due->push_back(std::move(row));",
     "    if (!is_due && (MUTANT || !row.state.paused)) due->push_back(std::move(row));"),
    ("queued runs start side by side", "runtime/core/schedule.cpp",
     "  if (overlap == overlap_policy::allow) return pending;",
     "  if (overlap == overlap_policy::allow || (MUTANT && overlap == overlap_policy::queue)) return pending;"),
    ("a run is accepted although one runs", "runtime/core/schedule.cpp",
     "return pending.empty() && !is_running;",
     "return pending.empty() && (MUTANT || !is_running);"),
    ("all missed runs are made up where the last one was to be", "runtime/core/schedule.cpp",
     "  const std::size_t limit = how.missed == missed_policy::all ? made_up_runs_max : 1;",
     "  const std::size_t limit = MUTANT || how.missed == missed_policy::all ? made_up_runs_max : 1;"),
    ("the window is not looked at", "runtime/core/schedule.cpp",
     "(how.missed != missed_policy::none && late <= how.window_ms);",
     "(how.missed != missed_policy::none && (MUTANT || late <= how.window_ms));"),
    ("what was due during a pause is made up", "runtime/host/schedules.cpp",
     "    state.last_due = std::max(state.last_due, now); // what was due meanwhile is not made up",
     "    if (!MUTANT) state.last_due = std::max(state.last_due, now); // what was due meanwhile is not made up"),
    ("a schedule that was changed meanwhile is written all the same", "storage/memory_store.cpp",
     "  if (row.state.revision != wanted.state.revision - 1 || row.created_at != wanted.created_at)",
     "  if (!MUTANT && (row.state.revision != wanted.state.revision - 1 || row.created_at != wanted.created_at))"),
    ("a schedule actor that died is not replaced", "actors/supervisor.cpp",
     "    return spawn_schedules();",
     "    return MUTANT ? void() : spawn_schedules();"),
    # --- running
    ("a node is dispatched twice", "actors/instance_actor.cpp",
     "if (const auto* run = std::get_if<core::run_node>(&e)) dispatch(run->cursor);",
     "if (const auto* run = std::get_if<core::run_node>(&e)) dispatch(run->cursor);\n"
     "    if (const auto* run = std::get_if<core::run_node>(&e); run && MUTANT) dispatch(run->cursor);"),
    ("what follows a step runs before its commit", "actors/instance_actor.cpp",
     "  storage::step_write write = storage::encode_step(",
     "  if (MUTANT && !start_) follow_up({event, step, output, {}});\n"
     "  storage::step_write write = storage::encode_step("),
    ("the last result is not kept for the next node", "actors/instance_actor.cpp",
     "  last_[r.node] = {std::move(output), taken.event.at.engine, r.error};",
     "  if (!MUTANT || last_.count(r.node) == 0) last_[r.node] = {std::move(output), taken.event.at.engine, r.error};\n"
     "  if (MUTANT && r.attempt > 1) last_.erase(r.node);"),
    ("nobody watches the time of an attempt", "actors/node_actor.cpp",
     "  if (!run.control) return;",
     "  if (!run.control || MUTANT) return;"),
    ("an attempt that timed out in the queue runs", "nodes/attempt.cpp",
     "  return has_timed_out(run);",
     "  return !MUTANT && has_timed_out(run);"),
    ("an attempt whose actor died is forgotten", "actors/instance_actor.cpp",
     "return delayed_anon_send(this, node_pause * tries, request_again{run, tries + 1});",
     "return MUTANT ? void() : delayed_anon_send(this, node_pause * tries, request_again{run, tries + 1});"),
    ("more attempts than allowed are under way", "actors/node_actor.cpp",
     "if (type_->is_async() && owed_.size() >= type_->concurrency) return false;",
     "if (!MUTANT && type_->is_async() && owed_.size() >= type_->concurrency) return false;"),
    # --- time
    ("a timer behind the mark is lost", "actors/timer_actor.cpp",
     "    anon_send(shared_->supervisor.get(), wake_uid{set.uid});\n    return;",
     "    if (!MUTANT) anon_send(shared_->supervisor.get(), wake_uid{set.uid});\n    return;"),
    ("a timer actor that died is not replaced", "actors/supervisor.cpp",
     "    if (stopping_) return;\n    shared_->log(\"the timer actor died",
     "    if (stopping_ || MUTANT) return;\n    shared_->log(\"the timer actor died"),
    ("a restart begins a deadline anew", "storage/codec.cpp",
     "c->timer = core::timer_state{row.due_at, row.duration_ms, row.line};",
     "c->timer = core::timer_state{MUTANT ? row.due_at + row.duration_ms : row.due_at, row.duration_ms, row.line};"),
    ("a timer that fired stays set (a doubled timer)", "storage/codec.cpp",
     "    if (const core::cursor* c = s.find(id); c == nullptr || !c->timer) rows.timers_gone.push_back(id);",
     "    if (const core::cursor* c = s.find(id); !MUTANT && (c == nullptr || !c->timer)) rows.timers_gone.push_back(id);"),
    ("a retry does not wait", "runtime/core/transition.cpp",
     "    set_timer_of(c, delay_ms);",
     "    set_timer_of(c, MUTANT ? 0 : delay_ms);"),
    ("time goes back with the clock", "actors/engine_time.cpp",
     "  offsets_.engine_ms = std::max(offsets_.engine_ms, offsets_.calendar_ms);",
     "  offsets_.engine_ms = MUTANT ? offsets_.calendar_ms : std::max(offsets_.engine_ms, offsets_.calendar_ms);"),
    ("delays end when the clock is set forward", "actors/engine_time.cpp",
     "  if (is_step)\n",
     "  if (is_step && (!MUTANT || apart < 0))\n"),
    ("dates that were handed out are forgotten when the clock is set back", "actors/timer_actor.cpp",
     "if (std::exchange(offsets_, offsets) != offsets) of",
     "if (std::exchange(offsets_, offsets) != offsets && !MUTANT) of"),
    # --- coming back
    ("recovery forgets an instance", "actors/supervisor.cpp",
     "  for (const storage::due_row& row : *found.page)\n    wake(row.uid);",
     "  for (const storage::due_row& row : *found.page)\n    if (!MUTANT || &row != &found.page->front()) wake(row.uid);"),
    ("a live instance is adopted as it is when the store is opened anew", "actors/supervisor.cpp",
     "    if (!e.actor) continue;\n    let_go(e);",
     "    if (!e.actor || MUTANT) continue;\n    let_go(e);"),
    ("a message to an instance that parks is lost", "actors/supervisor.cpp",
     "  if (notice.handled != e.sent) return;",
     "  if (!MUTANT && notice.handled != e.sent) return;"),
    ("whoever waits for room is forgotten", "actors/supervisor.cpp",
     "[this](const room_given_back&) { wake_waiting(); },",
     "[this](const room_given_back&) { if (!MUTANT) wake_waiting(); },"),
    ("an instance that died is left alone", "actors/supervisor.cpp",
     "  start_anew(uid, cause_of(reason));\n}",
     "  if (!MUTANT) start_anew(uid, cause_of(reason));\n}"),
    ("what a node remembers is lost at a restart", "storage/codec.cpp",
     "    for (const memory_row& m : rows_.memories)\n      take_memory(m);",
     "    for (const memory_row& m : rows_.memories)\n      if (!MUTANT) take_memory(m);"),
    ("a resumed visit loses its payload at a restart", "storage/codec.cpp",
     "    c.payload = parsed(row.payload, \"stored payload\");",
     "    if (!MUTANT) c.payload = parsed(row.payload, \"stored payload\");"),
    # --- telling
    ("an event of a commit whose actor died is not told", "actors/event_feed.cpp",
     "kept->second == of && was_last && of->told >= of->sent) tellings_.erase(kept);",
     "kept->second == of && was_last && (MUTANT || of->told >= of->sent)) tellings_.erase(kept);"),
    ("what was told of a removed instance is taken for its successor's", "actors/supervisor.cpp",
     "    shared_->feed->forget(uid);",
     "    if (!MUTANT) shared_->feed->forget(uid);"),
    # --- secrets
    ("a secret is given before the audit says so", "actors/secrets_actor.cpp",
     "        unwritten_.push_back(std::move(next));",
     "        if (MUTANT) next.to.deliver(next.what);\n"
     "        unwritten_.push_back(std::move(next));"),
    ("a line of the audit that the store did not take counts as taken", "actors/secrets_actor.cpp",
     "  if (!outcome.outcome) next.what =",
     "  if (!outcome.outcome && !MUTANT) next.what ="),
    ("a secrets actor that died is not replaced", "actors/supervisor.cpp",
     "    return spawn_desk(*source);",
     "    return MUTANT ? void() : spawn_desk(*source);"),
    ("an attempt that waits for its secret dies silently with the secrets actor", "actors/node_actor.cpp",
     "            [this, number](const caf::error&) { try_again(number); });",
     "            [this, number](const caf::error&) { if (!MUTANT) try_again(number); });"),
    ("an attempt whose instance died runs all the same", "nodes/attempt.cpp",
     "  if (is_unwanted(run)) return true;",
     "  if (is_unwanted(run) && !MUTANT) return true;"),
]

# Where the search begins for defects that few seeds show.
FIRST_SEEDS = {
    "an actor of a dead store writes into the next one": 3001,
    "an attempt whose instance died runs all the same": 20001,
}


def planted(sources, file):
    with open(os.path.join(sources, file)) as f:
        text = f.read()
    for number, (name, where, old, new) in enumerate(MUTANTS, 1):
        if where != file:
            continue
        if text.count(old) != 1:
            sys.exit(f"plant.py: defect {number}, '{name}': its place stands {text.count(old)} times in {file}")
        text = text.replace(old, new.replace("MUTANT", f"(pawl::sim::planted_mutant == {number})"))
    return '#include "tests/sim/mutant.hpp"\n#line 1 "' + file + '"\n' + text


def files():
    return sorted({where for _, where, _, _ in MUTANTS})


def main():
    if sys.argv[1] == "--files":
        print("\n".join(files()))
    elif sys.argv[1] == "--names":
        print("\n".join(f"{number} {FIRST_SEEDS.get(name, 1)} {name}" for number, (name, *_) in enumerate(MUTANTS, 1)))
    else:
        sources, out = sys.argv[1:3]
        for file in files():
            target = os.path.join(out, file)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w") as f:
                f.write(planted(sources, file))


main()
