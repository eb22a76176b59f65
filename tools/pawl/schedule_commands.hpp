// The commands below `pawl schedule`, and what they share.
#pragma once

#include "tools/pawl/commands.hpp"

#include <pawl/schedule.hpp>

#include <nlohmann/json_fwd.hpp>

namespace pawl::tool {

void add_schedule_add(CLI::App& schedule, action& chosen);
void add_schedule_list(CLI::App& schedule, action& chosen);
void add_schedule_show(CLI::App& schedule, action& chosen);
void add_schedule_pause(CLI::App& schedule, action& chosen);
void add_schedule_resume(CLI::App& schedule, action& chosen);
void add_schedule_rm(CLI::App& schedule, action& chosen);
void add_schedule_run(CLI::App& schedule, action& chosen);

nlohmann::json to_json(const schedule_info& info);
/// `0 2 * * *, Europe/Berlin` or `every 15m`.
std::string when_text(const schedule_spec& spec);

} // namespace pawl::tool
