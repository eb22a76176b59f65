// What the rows of one step owe each other. A step that breaks a rule would be stored as it is, and found out only when
// its instance is loaded again, if at all: a timer without its mark wakes nobody.
#include "storage/store.hpp"

#include <algorithm>

namespace pawl::storage {
namespace {

template <class Rows, class Number>
bool holds_one_of(const Rows& rows, const std::vector<std::int64_t>& numbers, Number number) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
    return std::find(numbers.begin(), numbers.end(), row.*number) != numbers.end();
  });
}

// Timers come in the order of their cursors, so that nearly always the next one fits.
bool lacks_its_cursor(const step_write& w) {
  auto next = w.cursors_set.begin();
  const auto is_set = [&](std::int64_t cursor) {
    const auto fits = [cursor](const cursor_row& c) { return c.cursor == cursor; };
    next = std::find_if(next, w.cursors_set.end(), fits);
    if (next == w.cursors_set.end()) next = std::find_if(w.cursors_set.begin(), w.cursors_set.end(), fits);
    return next != w.cursors_set.end();
  };
  return std::any_of(w.timers_set.begin(), w.timers_set.end(),
                     [&](const timer_row& t) { return t.cursor != 0 && !is_set(t.cursor); });
}

bool comes_before_its_mark(const timer_row& timer, const instance_row& header) {
  const auto& mark = timer.line == core::timeline::steady ? header.wake_at : header.wake_on;
  return !mark || *mark > timer.due_at;
}

const char* broken_header(const instance_row& h, const step_row& step) {
  if (h.revision != step.revision) return "the header and the step have different revisions";
  if (has_ended(h.status) && (h.in_flight || h.wake_at || h.wake_on))
    return "an instance that has ended is to go on, or to be woken";
  if (!step.is_result && step.output) return "an output that is no result";
  return nullptr;
}

const char* broken_cursors(const step_write& w) {
  if (holds_one_of(w.cursors_set, w.cursors_gone, &cursor_row::cursor)) return "a cursor is set and gone";
  for (const cursor_row& c : w.cursors_set) {
    if (c.cursor < 1 || c.cursor >= w.header.next_cursor) return "a cursor has a number that was not given out";
    if (c.visit < 1) return "a cursor is on no visit";
  }
  for (const visit_row& v : w.visits_set)
    if (v.count < 1) return "a visit counts nothing";
  return nullptr;
}

const char* broken_timers(const step_write& w) {
  if (holds_one_of(w.timers_set, w.timers_gone, &timer_row::cursor)) return "a timer is set and gone";
  if (lacks_its_cursor(w)) return "a timer is set without its cursor";
  if (has_ended(w.header.status)) return nullptr; // its timers wake nobody
  for (const timer_row& t : w.timers_set)
    if (comes_before_its_mark(t, w.header)) return "a timer is due before the instance is to be woken";
  return nullptr;
}

const char* broken_rest(const step_write& w) {
  if (holds_one_of(w.signals_set, w.signals_gone, &signal_row::number)) return "a signal is kept and gone";
  const bool is_end = !w.closing_set || w.closing_set->end == instance_status::cancelled ||
                      w.closing_set->end == instance_status::failed;
  return is_end ? nullptr : "an instance is to end as something that is no end from outside";
}

const char* broken_step(const step_write& w) {
  if (const char* broken = broken_header(w.header, w.step)) return broken;
  if (const char* broken = broken_cursors(w)) return broken;
  if (const char* broken = broken_timers(w)) return broken;
  return broken_rest(w);
}

} // namespace

const char* broken_rule(const change& wanted) noexcept {
  struct judge {
    const char* operator()(const create_write& w) const {
      return w.first.header.revision == 1 ? broken_step(w.first) : "the first step makes another revision than 1";
    }
    const char* operator()(const step_write& w) const {
      if (w.instance < 1) return "a step of no instance";
      return w.header.revision > 1 ? broken_step(w) : "a later step makes the first revision";
    }
    // One row each, or none.
    const char* operator()(const remove_write&) const { return nullptr; }
    const char* operator()(const audit_write&) const { return nullptr; }
    const char* operator()(const sealed_write&) const { return nullptr; }
    const char* operator()(const schedule_write&) const { return nullptr; }
    const char* operator()(const schedule_advance&) const { return nullptr; }
    const char* operator()(const schedule_remove&) const { return nullptr; }
    const char* operator()(const clock_write&) const { return nullptr; }
  };
  return std::visit(judge{}, wanted);
}

} // namespace pawl::storage
