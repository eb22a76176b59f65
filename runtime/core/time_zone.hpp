// What clocks on the wall show where: the IANA time zone database of the system. The one place of the core that reads
// something beside its arguments: the files in /usr/share/zoneinfo, once a process and zone.
#pragma once

#include <pawl/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace pawl::core {

inline constexpr std::size_t time_zone_bytes_max = 64;

/// A stretch of time in which a zone's clocks stay as far from UTC as they are. Seconds since 1970.
struct zone_span {
  std::int64_t begin_s = INT64_MIN;
  std::int64_t end_s = INT64_MAX;
  std::int64_t offset_s = 0; ///< local time = UTC + this
};

/// A copy is as good as the original. Thread-safe.
class time_zone {
public:
  /// UTC, which needs no database.
  time_zone() = default;
  /// By its IANA name (`Europe/Berlin`); empty and `UTC` are UTC. Errors: `invalid_argument` (there is no such zone
  /// here), `access` (there is no database: Debian's package tzdata).
  static result<time_zone> find(std::string_view name);

  /// Errors: `access` (the zone's file cannot be read any more).
  result<zone_span> span_at(std::int64_t utc_s) const;

private:
  const date::time_zone* zone_ = nullptr; ///< lives as long as the process; null: UTC
};

} // namespace pawl::core
