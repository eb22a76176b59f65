// The only include of Howard Hinnant's time zone library, which throws; here that becomes errors.
#include "runtime/core/time_zone.hpp"

#include <date/tz.h>

#include <fmt/format.h>

#include <exception>

namespace pawl::core {
namespace {

error unreadable(const std::exception& e) {
  return {errc::access, fmt::format("the time zone database cannot be read (Debian: package tzdata): {}", e.what()),
          ""};
}

} // namespace

result<time_zone> time_zone::find(std::string_view name) {
  time_zone found;
  if (name.empty() || name == "UTC") return found;
  if (name.size() > time_zone_bytes_max)
    return error{errc::invalid_argument,
                 fmt::format("the name of a time zone has at most {} bytes", time_zone_bytes_max), ""};
  try {
    (void)date::get_tzdb();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return unreadable(e);
  }
  try {
    found.zone_ = date::locate_zone(name);
    return found;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return error{
        errc::invalid_argument,
        fmt::format("there is no time zone '{}' on this system; write an IANA name such as Europe/Berlin, or UTC",
                    name),
        ""};
  }
}

result<zone_span> time_zone::span_at(std::int64_t utc_s) const {
  if (zone_ == nullptr) return zone_span{};
  try {
    const date::sys_info here = zone_->get_info(date::sys_seconds(std::chrono::seconds(utc_s)));
    return zone_span{here.begin.time_since_epoch().count(), here.end.time_since_epoch().count(), here.offset.count()};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return unreadable(e);
  }
}

} // namespace pawl::core
