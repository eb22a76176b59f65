// The words of the port's errors (store.hpp): every store says the same.
#include "storage/store.hpp"

#include <fmt/format.h>

namespace pawl::storage {

error no_such_instance(instance_key instance) {
  return {errc::not_found, fmt::format("there is no instance with the key {}", instance), ""};
}

error rolled_back(std::int64_t known_generation, const sealed_write& wanted) {
  const std::string what =
      known_generation == wanted.generation
          ? fmt::format("has another content than the generation {} that was used here before", known_generation)
          : fmt::format("is at generation {}, but generation {} was used here before", wanted.generation,
                        known_generation);
  return {errc::corrupt,
          "the sealed store of secrets " + what +
              ": another copy was put in its place. Put the newest one back; or accept this one "
              "(secrets_options::accept_rollback, --accept-rollback), which the audit will show",
          ""};
}

secret_audit_entry another_sealed_store(const sealed_write& wanted) {
  secret_audit_entry line;
  line.at_ms = wanted.at_ms;
  line.secret = "sealed:";
  line.version = std::to_string(wanted.generation);
  line.allowed = true;
  line.reason = "another sealed store than before is used: " + wanted.store_id;
  return line;
}

error not_finished(std::string_view uid) {
  return {errc::not_finished, fmt::format("instance '{}' has not ended; only what has ended can be removed", uid), ""};
}

error no_such_schedule(std::string_view id) {
  return {errc::not_found, fmt::format("there is no schedule '{}'", id), ""};
}

error schedule_moved_on(std::string_view id) {
  return {errc::conflict, fmt::format("the schedule '{}' was changed meanwhile", id), ""};
}

error too_many_schedules() {
  return {errc::limit, fmt::format("a store has at most {} schedules; remove some", schedules_max), ""};
}

error history_too_large(const result_limits& allowed, std::string_view node) {
  return {errc::limit,
          fmt::format("history_too_large: the node has more than {} results, or {} bytes of them", allowed.results_max,
                      allowed.bytes_max),
          std::string(node)};
}

} // namespace pawl::storage
