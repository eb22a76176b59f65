// Schedules in terms of the storage port: what the runtime, pawl::maintenance and pawl::store_reader share.
#pragma once

#include "storage/store.hpp"

#include <pawl/schedule.hpp>

namespace pawl::host {

/// The row of a new schedule, with everything but its input. Errors: `invalid_argument` (of a cron expression `where`
/// says the byte), `access` (no time zone database).
result<storage::schedule_row> row_of(const schedule_spec& spec, storage::timestamp_ms now);

/// `has_anchor`: an interval with another beginning is another content. Errors: `conflict`, `limit`, those of
/// store::write.
result<schedule_info> put_schedule(storage::store& store, storage::schedule_row row, bool has_anchor,
                                   const add_schedule_options& how, storage::timestamp_ms now);
/// Errors: `not_found`, those of store::write. The answer is always true.
result<bool> drop_schedule(storage::store& store, const std::string& id);
/// Does nothing when it is so already. Errors: as above; those of recurrence::next_after.
result<schedule_info> set_paused(storage::store& store, const std::string& id, bool paused, storage::timestamp_ms now);

result<std::vector<schedule_info>> read_schedules(storage::reader& from, std::size_t limit, std::string_view after_id);
/// Errors: `not_found`.
result<schedule_info> read_schedule(storage::reader& from, std::string_view id);

} // namespace pawl::host
