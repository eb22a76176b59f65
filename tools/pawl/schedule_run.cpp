// pawl schedule run: owns a store in the foreground, so that its schedules start instances and these go on.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/foreground.hpp"
#include "tools/pawl/schedule_commands.hpp"
#include "tools/pawl/times.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace pawl::tool {
namespace {

constexpr auto look_every = std::chrono::milliseconds(100);
constexpr auto wait_for_event_max = std::chrono::hours(1);

struct schedule_run_arguments {
  common_arguments common;
  foreground_arguments foreground;
  bool quiet = false;
  bool until_idle = false;
};

// Waiting runs whose earlier instance rests are no work: only somebody from outside, or time, moves that on.
bool has_work(const runtime& rt, const schedule_info& info) {
  if (info.paused) return false;
  if (info.next_due_ms && *info.next_due_ms <= now_ms()) return true;
  if (info.waiting_ms.empty()) return false;
  if (info.last_instance.empty()) return true;
  const auto last = rt.query(info.last_instance);
  return !last || has_ended(last->status()) || last->status() == instance_status::active;
}

// Ends when nothing is active and nothing is due.
void run_until_idle(const runtime& rt) {
  auto events = need(rt.subscribe());
  for (;;) {
    need(rt.drain(wait_for_event_max));
    const auto all = need(rt.list_schedules(schedules_max));
    if (std::none_of(all.begin(), all.end(), [&](const schedule_info& s) { return has_work(rt, s); })) break;
    (void)events.next(look_every);
  }
  need(rt.drain(wait_for_event_max));
}

// Until a signal stops the runtime.
void run_for_ever(const runtime& rt) {
  auto events = need(rt.subscribe());
  for (;;)
    need(events.next(wait_for_event_max));
}

int run_schedules_in(foreground& here, const schedule_run_arguments& given) {
  here.shown().follow("", 0); // none in particular: they are shown as they come
  const runtime& rt = here.own();
  const std::size_t count = need(rt.list_schedules(schedules_max)).size();
  here.shown().say(fmt::format("{} schedule{}{}", count, count == 1 ? "" : "s",
                               given.until_idle ? "" : "; ends with SIGINT or SIGTERM"));
  flush_output();
  if (given.until_idle)
    run_until_idle(rt);
  else
    run_for_ever(rt);
  flush_output();
  return exit_code::done;
}

int run_schedules(schedule_run_arguments given) {
  given.foreground.verbose |= !given.quiet;
  foreground here(given.common, given.foreground);
  return here.carry_out("", [&] { return run_schedules_in(here, given); });
}

} // namespace

void add_schedule_run(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_run_arguments>();
  CLI::App& command = *schedule.add_subcommand(
      "run", "Own the store in the foreground: start what is due and run it, until SIGINT or SIGTERM");
  add_common(command, given->common);
  command.add_flag("--until-idle", given->until_idle, "End when nothing is active and nothing is due");
  command.add_flag("-q,--quiet", given->quiet, "Do not show the steps of instances");
  add_foreground(command, given->foreground);
  command.footer("");
  command.callback([given, &chosen] { chosen = [given] { return run_schedules(*given); }; });
}

} // namespace pawl::tool
