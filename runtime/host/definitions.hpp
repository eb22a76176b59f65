// Versions of definitions in terms of the storage port: what the runtime, pawl::maintenance and pawl::store_reader
// share.
#pragma once

#include "runtime/core/workflow.hpp"
#include "storage/store.hpp"

#include <pawl/definition.hpp>

namespace pawl::host {

/// Errors: `invalid_argument`.
result<void> check(const load_options& how);
/// The id of a document that has none.
std::string_view fallback_id_of(const load_options& how);
/// Errors: `bad_definition`.
result<void> check_claimed_id(std::string_view id, const load_options& how);
storage::definition_row row_of(const core::workflow& w, const load_options& how);

result<std::vector<definition_info>> read_definitions(storage::reader& from, std::size_t limit, std::int64_t after);

/// Removes the versions of one page that nothing needs and that are no latest ones; with `dry_run` only says which they
/// are. `after` moves on; nothing: that was the last page. An error says how many were removed before it.
result<void> prune_definitions_page(storage::store& store, bool dry_run, std::optional<std::int64_t>& after,
                                    std::vector<definition_info>& removed);

} // namespace pawl::host
