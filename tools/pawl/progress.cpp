// Prints a line for each step while an instance runs.
#include "tools/pawl/progress.hpp"

#include "tools/pawl/text.hpp"
#include "tools/pawl/views.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <unistd.h>

namespace pawl::tool {
namespace {

std::int64_t steady_now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string where_to(const instance_event& event) {
  if (event.status && has_ended(*event.status)) return fmt::format(" → {}", to_string(*event.status));
  if (event.status == instance_status::error) return " → tries again";
  if (event.entry.event == "paused") return "";
  return " → " + printable(event.next_node);
}

// Colours of a terminal's own palette, by what the line says.
const char* colour(const instance_event& event) {
  if (event.entry.event == "failed") return "\x1b[31m";
  if (event.entry.event == "paused") return "\x1b[33m";
  return event.status == instance_status::completed ? "\x1b[32m" : "";
}

} // namespace

progress::progress(format how, bool all)
    : how_(how), all_(all), live_(how == format::table && ::isatty(STDOUT_FILENO) == 1), started_ms_(steady_now_ms()) {}

double progress::seconds_since_start(std::int64_t at_ms) const {
  return static_cast<double>(std::max<std::int64_t>(0, at_ms - started_ms_)) / 1000;
}

void progress::tell(const instance_event& event) {
  const std::lock_guard lock(mutex_);
  if (followed_)
    show(event);
  else
    early_.push_back(event);
}

void progress::follow(const std::string& id, std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  followed_ = id;
  revision_ = revision;
  for (const instance_event& event : std::exchange(early_, {}))
    show(event);
}

void progress::catch_up(std::int64_t revision) {
  std::unique_lock lock(mutex_);
  shown_.wait_for(lock, std::chrono::seconds(5), [&] { return revision_ >= revision; });
  wipe();
}

void progress::show(const instance_event& event) {
  if (event.missed > 0) {
    if (how_ == format::table)
      print_line(fmt::format("({} steps are not shown: they came faster than they could be)", event.missed));
    if (how_ == format::jsonl) print_json({{"missed", event.missed}}, how_);
    return;
  }
  const bool own = event.instance_id == *followed_;
  if (own || all_) {
    if (how_ == format::jsonl) print_json(to_json(event), how_);
    if (how_ == format::table) show_line(event);
    std::fflush(stdout);
  }
  if (!own) return;
  ++steps_;
  revision_ = event.entry.revision;
  now_ = event.entry.event == "paused" ? "waits at " + printable(event.next_node) : "at " + printable(event.next_node);
  shown_.notify_all();
}

void progress::show_line(const instance_event& event) {
  wipe();
  const std::string who = all_ ? printable(event.instance_id) + "  " : "";
  const char* const paint = live_ ? colour(event) : "";
  print_line(fmt::format("{:>9.3f} s  {}{:<18} {}{}{}{}", seconds_since_start(event.entry.at_ms), who,
                         node_and_visit(event.entry.node, event.entry.visit), paint, what_happened(event.entry),
                         where_to(event), *paint != '\0' ? "\x1b[0m" : ""));
}

void progress::say(const std::string& line) {
  if (how_ != format::table) return;
  const std::lock_guard lock(mutex_);
  wipe();
  print_line(line);
  std::fflush(stdout);
}

void progress::say_aside(const std::string& line) {
  const std::lock_guard lock(mutex_);
  wipe();
  std::fflush(stdout);
  std::fputs((line + "\n").c_str(), stderr);
}

void progress::draw() {
  if (!live_) return;
  const std::lock_guard lock(mutex_);
  const std::string line = fmt::format("\r\x1b[K{:>9.3f} s  \x1b[2m{} · {} steps\x1b[0m",
                                       seconds_since_start(steady_now_ms()), now_, steps_);
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void progress::wipe() {
  if (live_) std::fputs("\r\x1b[K", stdout);
}

std::int64_t progress::steps() const {
  const std::lock_guard lock(mutex_);
  return steps_;
}

} // namespace pawl::tool
