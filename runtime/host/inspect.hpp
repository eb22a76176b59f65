// Public views made of a store's rows: the Snapshot in Refluxo's shape, lists, histories. Needs no compiled workflow,
// so that an instance can be looked at where its node types are not registered.
#pragma once

#include "storage/store.hpp"

#include <pawl/instance.hpp>
#include <pawl/store_reader.hpp>
#include <pawl/subscription.hpp>

namespace pawl::host {

/// With the sizes of the files at `path`.
result<store_info> info_of(storage::reader& store, const std::string& path);
/// Its timers by the calendar.
instance_summary summary_of(storage::summary_row row, const core::clock_offsets& offsets);
result<snapshot> read_snapshot(storage::reader& from, std::string_view uid);
result<std::vector<instance_summary>> read_list(storage::reader& from, std::size_t limit, std::string_view after_uid);
result<std::vector<history_entry>> read_history(storage::reader& from, std::string_view uid,
                                                std::int64_t after_revision, std::size_t limit);
/// As read_history, as events: without outputs, empty for an instance that is not there, and the status only with the
/// instance's last one.
result<std::vector<instance_event>> read_events(storage::reader& from, const std::string& uid,
                                                std::int64_t after_revision, std::size_t limit);

} // namespace pawl::host
