// pawl schedule: the commands that look at schedules, and the small changes.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/schedule_commands.hpp"
#include "tools/pawl/secrets_arguments.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <pawl/maintenance.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pawl::tool {
namespace {

using nlohmann::json;

constexpr std::size_t schedules_page = 1000;
constexpr std::size_t times_shown = 5;
constexpr std::size_t input_columns_max = 90;
constexpr std::int64_t clocks_differ_ms_max = 60'000;

const char* const schedule_footer =
    R"(A schedule starts instances of a workflow by the calendar or at an interval, while somebody
owns the store: pawl schedule run, pawl run, pawl resume, or a host of yours. What was due
while nobody did is made up as --missed says.

Examples:
  pawl schedule add report.json --id nightly --cron '0 2 * * *' --zone Europe/Berlin
  pawl schedule add probe.json --id probe --every 15m --overlap skip --missed none
  pawl schedule run --store pawl.db
  pawl schedule show nightly)";

struct schedule_arguments {
  common_arguments common;
  secrets_arguments keys;
  std::string id;
  std::vector<std::string> ids;
};

std::string time_or_dash(const std::optional<std::int64_t>& at) { return at ? time_text(*at) : "-"; }

std::string interval_text(std::int64_t ms) {
  for (const auto& [unit, name] : {std::pair{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}})
    if (ms % unit == 0) return fmt::format("{}{}", ms / unit, name);
  return fmt::format("{} ms", ms);
}

int list_schedules(const schedule_arguments& given) {
  store_reader reader = open_for_reading(given.common.store());
  list_output out(given.common.how, "schedules", {"SCHEDULE", "WORKFLOW", "WHEN", "NEXT", "STARTED", "LAST INSTANCE"});
  std::string last;
  for (bool more = true; more;) {
    const auto found = need(reader.list_schedules(schedules_page, last));
    more = found.size() == schedules_page;
    for (const schedule_info& s : found) {
      last = s.spec.id;
      const auto row = [&]() -> std::vector<std::string> {
        return {printable(s.spec.id),         printable(s.spec.definition_id),
                printable(when_text(s.spec)), s.paused ? "paused" : time_or_dash(s.next_due_ms),
                std::to_string(s.started),    s.last_instance.empty() ? "-" : printable(s.last_instance)};
      };
      if (!out.add([&] { return to_json(s); }, row)) return exit_code::done;
    }
  }
  out.finish();
  return exit_code::done;
}

// From the next one that is due, or from now where nothing is: what a paused one would do.
std::vector<std::int64_t> times_to_come(const schedule_info& info) {
  const auto from = info.next_due_ms ? *info.next_due_ms - 1 : now_ms();
  const auto times = next_times(info.spec, from, times_shown);
  return times ? *times : std::vector<std::int64_t>();
}

void print_schedule(const schedule_info& info) {
  const auto line = [](const char* name, const std::string& value) { print_line(name_and_value(name, value)); };
  line("schedule", printable(info.spec.id));
  line("workflow", printable(info.spec.definition_id));
  line("when", printable(when_text(info.spec)));
  line("overlap", to_string(info.spec.overlap));
  line("missed",
       fmt::format("{}, window {}", to_string(info.spec.missed), interval_text(info.spec.catch_up_window_ms)));
  line("input", brief(*info.input, input_columns_max));
  for (const auto& [name, value] : info.spec.labels)
    line("label", printable(fmt::format("{}={}", name, value)));
  line("created", time_text(info.created_at_ms));
  line("runs", fmt::format("{} started, {} skipped, {} missed, {} failed, {} waiting", info.started, info.skipped,
                           info.missed, info.failed, info.waiting_ms.size()));
  if (!info.last_instance.empty()) line("last", printable(info.last_instance));
  if (!info.last_error.empty()) line("error", printable(shortened(info.last_error, 1000)));
  if (info.paused) line("paused", "yes; without that the next ones would be");
  for (const std::int64_t at : times_to_come(info))
    line("next", time_text(at));
  if (info.last_due_ms && *info.last_due_ms > now_ms() + clocks_differ_ms_max)
    line("ahead",
         fmt::format("it started or dropped what was due up to {}, which is yet to come by this machine's clock; "
                     "nothing starts before. To begin anew from now: pawl schedule rm, then add",
                     time_text(*info.last_due_ms)));
}

[[noreturn]] void no_schedule(const std::string& id, const std::string& store) {
  throw command_failure(
      exit_code::not_found,
      fmt::format("there is no schedule '{}' in {}; 'pawl schedule list' shows which there are", id, store));
}

int show_schedule(const schedule_arguments& given) {
  auto found = open_for_reading(given.common.store(), given.keys.if_named()).find_schedule(given.id);
  if (!found && found.failure().code == errc::not_found) no_schedule(given.id, given.common.store());
  const schedule_info info = need(std::move(found));
  if (given.common.how == format::table) {
    print_schedule(info);
  } else {
    json shown = to_json(info);
    shown["nextTimes"] = times_to_come(info);
    print_json(json{{"schedule", shown}}, given.common.how);
  }
  flush_output();
  return exit_code::done;
}

int set_paused(const schedule_arguments& given, bool paused) {
  maintenance store = need(maintenance::open(given.common.store()));
  auto changed = paused ? store.pause_schedule(given.id) : store.resume_schedule(given.id);
  if (!changed && changed.failure().code == errc::not_found) no_schedule(given.id, given.common.store());
  const schedule_info info = need(std::move(changed));
  if (given.common.how == format::table)
    print_line(paused
                   ? fmt::format("schedule {} is paused", printable(given.id))
                   : fmt::format("schedule {} goes on, next {}", printable(given.id), time_or_dash(info.next_due_ms)));
  else
    print_json(json{{"schedule", to_json(info)}}, given.common.how);
  flush_output();
  return exit_code::done;
}

// One that cannot be removed does not hinder the others; the first failure decides the exit code.
int rm_schedule(const schedule_arguments& given) {
  maintenance store = need(maintenance::open(given.common.store()));
  list_output out(given.common.how, "removed", {"REMOVED"});
  int code = exit_code::done;
  for (const std::string& id : given.ids) {
    if (const auto removed = store.remove_schedule(id); !removed) {
      const command_failure failure = failure_of(removed.failure());
      complain(failure.what());
      if (code == exit_code::done) code = failure.code();
      continue;
    }
    out.add([&] { return json{{"scheduleId", id}}; }, [&] { return std::vector{printable(id)}; });
  }
  out.finish();
  return code;
}

// A command for one schedule.
CLI::App& add_one(CLI::App& schedule, const char* name, const char* help, schedule_arguments& given) {
  CLI::App& command = *schedule.add_subcommand(name, help);
  command.add_option("ID", given.id, "The schedule")->required()->check(not_empty());
  add_common(command, given.common);
  command.footer("");
  return command;
}

} // namespace

std::string when_text(const schedule_spec& spec) {
  if (spec.every_ms != 0) return "every " + interval_text(spec.every_ms);
  return fmt::format("{}, {}", spec.cron, spec.time_zone);
}

json to_json(const schedule_info& info) {
  const schedule_spec& spec = info.spec;
  json shown{{"scheduleId", spec.id},
             {"workflowId", spec.definition_id},
             {"overlap", to_string(spec.overlap)},
             {"missedPolicy", to_string(spec.missed)},
             {"windowMs", spec.catch_up_window_ms},
             {"input", *info.input},
             {"paused", info.paused},
             {"createdAt", info.created_at_ms},
             {"waiting", info.waiting_ms},
             {"started", info.started},
             {"skipped", info.skipped},
             {"missed", info.missed},
             {"failed", info.failed}};
  if (spec.every_ms != 0) {
    shown["everyMs"] = spec.every_ms;
    shown["startAt"] = spec.start_at_ms.value_or(0);
  } else {
    shown["cron"] = spec.cron;
    shown["timeZone"] = spec.time_zone;
  }
  if (!spec.labels.empty()) shown["labels"] = spec.labels;
  if (info.last_due_ms) shown["lastDue"] = *info.last_due_ms;
  if (info.next_due_ms) shown["nextDue"] = *info.next_due_ms;
  if (!info.last_instance.empty()) shown["lastInstance"] = info.last_instance;
  if (!info.last_error.empty()) shown["lastError"] = info.last_error;
  if (info.encrypted) shown["encrypted"] = true;
  return shown;
}

void add_schedule_list(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_arguments>();
  CLI::App& command = *schedule.add_subcommand("list", "The schedules of a store, by id");
  add_common(command, given->common);
  command.footer("");
  command.callback([given, &chosen] { chosen = [given] { return list_schedules(*given); }; });
}

void add_schedule_show(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_arguments>();
  CLI::App& command = add_one(schedule, "show", "One schedule, with its next five times", *given);
  add_reading_secrets(command, given->keys);
  command.callback([given, &chosen] { chosen = [given] { return show_schedule(*given); }; });
}

void add_schedule_pause(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_arguments>();
  CLI::App& command = add_one(schedule, "pause", "Start nothing more; what is due meanwhile is not made up", *given);
  command.callback([given, &chosen] { chosen = [given] { return set_paused(*given, true); }; });
}

void add_schedule_resume(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_arguments>();
  CLI::App& command = add_one(schedule, "resume", "Start again from now on", *given);
  command.callback([given, &chosen] { chosen = [given] { return set_paused(*given, false); }; });
}

void add_schedule_rm(CLI::App& schedule, action& chosen) {
  auto given = std::make_shared<schedule_arguments>();
  CLI::App& command = *schedule.add_subcommand("rm", "Remove schedules; their instances stay");
  add_common(command, given->common);
  command.add_option("ID", given->ids, "Their ids")->required()->type_name("");
  command.footer("");
  command.callback([given, &chosen] { chosen = [given] { return rm_schedule(*given); }; });
}

void add_schedule(CLI::App& app, action& chosen) {
  CLI::App& schedule = *app.add_subcommand("schedule", "Start instances by the calendar or at an interval");
  schedule.require_subcommand(1);
  schedule.footer(schedule_footer);
  for (auto add : {add_schedule_add, add_schedule_list, add_schedule_show, add_schedule_pause, add_schedule_resume,
                   add_schedule_rm, add_schedule_run})
    add(schedule, chosen);
}

} // namespace pawl::tool
