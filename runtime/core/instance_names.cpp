// Names of the public enumerations, as in snapshots.
#include <pawl/instance.hpp>

namespace pawl {

const char* to_string(instance_status status) noexcept {
  switch (status) {
    case instance_status::active: return "active";
    case instance_status::paused: return "paused";
    case instance_status::error: return "error";
    case instance_status::completed: return "completed";
    case instance_status::failed: return "failed";
    case instance_status::cancelled: return "cancelled";
    case instance_status::compensating: return "compensating";
    case instance_status::queued: return "queued";
    case instance_status::suspended: return "suspended";
    case instance_status::quarantined: return "quarantined";
  }
  return "unknown";
}

const char* to_string(wait_kind kind) noexcept {
  switch (kind) {
    case wait_kind::payload: return "payload";
    case wait_kind::timer: return "timer";
    case wait_kind::retry: return "retry";
    case wait_kind::signal: return "signal";
  }
  return "unknown";
}

} // namespace pawl
