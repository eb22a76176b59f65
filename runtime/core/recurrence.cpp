// Local times become instants span by span of the zone: within one, clocks and time run alike. What happens between two
// is the rule of <pawl/schedule.hpp>, that of Vixie's cron.
#include "runtime/core/recurrence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::core {
namespace {

constexpr std::int64_t end_s = recurrence_end_ms / 1000;
constexpr std::int64_t begin_s = -end_s; ///< far enough before anything, and no sum overflows

/// Two neighbouring spans of a zone.
struct neighbours {
  std::optional<zone_span> before; ///< nothing: the zone knows none
  zone_span here;
};

result<neighbours> spans_at(const time_zone& zone, std::int64_t utc_s) {
  const auto here = zone.span_at(utc_s);
  if (!here) return here.failure();
  neighbours found{std::nullopt, *here};
  if (here->begin_s <= begin_s) return found;
  const auto before = zone.span_at(here->begin_s - 1);
  if (!before) return before.failure();
  found.before = *before;
  return found;
}

/// A time of the day that the clocks left out when this span began: it happens at that moment.
bool was_left_out(const cron_fields& c, const neighbours& at) {
  if (!c.is_time_of_day || !at.before || at.before->offset_s >= at.here.offset_s) return false;
  return next_match(c, at.here.begin_s + at.before->offset_s, at.here.begin_s + at.here.offset_s).has_value();
}

/// What a time of the day had already when this span set the clocks back.
local_seconds first_unseen(const cron_fields& c, const neighbours& at) {
  if (!c.is_time_of_day || !at.before) return INT64_MIN;
  return at.here.begin_s + at.before->offset_s;
}

} // namespace

result<recurrence> recurrence::of_cron(std::string_view text, std::string_view zone) {
  recurrence made;
  const auto cron = parse_cron(text);
  if (!cron) return cron.failure();
  made.cron_ = *cron;
  auto found = time_zone::find(zone);
  if (!found) return found.failure();
  made.zone_ = *found;
  return made;
}

result<recurrence> recurrence::of_interval(std::int64_t every_ms, timestamp_ms anchor) {
  if (every_ms < interval_ms_min || every_ms > interval_ms_max)
    return error{errc::invalid_argument,
                 fmt::format("an interval is {} to {} ms (10 years)", interval_ms_min, interval_ms_max), ""};
  if (anchor < 0 || anchor >= recurrence_end_ms)
    return error{errc::invalid_argument, "an interval begins between the years 1970 and 9999", ""};
  recurrence made;
  made.every_ms_ = every_ms;
  made.anchor_ = anchor;
  return made;
}

result<std::optional<timestamp_ms>> recurrence::next_after(timestamp_ms at) const {
  if (at >= recurrence_end_ms) return std::optional<timestamp_ms>();
  if (every_ms_ == 0) return next_cron(std::max<timestamp_ms>(at, -1));
  if (at < anchor_) return std::optional(anchor_);
  const timestamp_ms next = anchor_ + ((at - anchor_) / every_ms_ + 1) * every_ms_;
  return next < recurrence_end_ms ? std::optional(next) : std::nullopt;
}

// From 1970 on. Each span is searched from its own local times; a zone has two a year, and the last one has no end.
result<std::optional<timestamp_ms>> recurrence::next_cron(timestamp_ms at) const {
  for (std::int64_t from = floor_div(at, 1000) + 1; from < end_s;) {
    const auto spans = spans_at(zone_, from);
    if (!spans) return spans.failure();
    const zone_span& here = spans->here;
    if (here.begin_s == from && was_left_out(cron_, *spans)) return std::optional(from * 1000);
    const std::int64_t span_end_s = std::min(here.end_s, end_s);
    const local_seconds first = std::max(from + here.offset_s, first_unseen(cron_, *spans));
    if (const auto found = next_match(cron_, first, span_end_s + here.offset_s))
      return std::optional((*found - here.offset_s) * 1000);
    from = span_end_s;
  }
  return std::optional<timestamp_ms>();
}

} // namespace pawl::core
