// What every store owes to who loads and removes definitions. Pure.
#pragma once

#include "storage/store.hpp"

namespace pawl::storage {

/// The owner that an id has once `wanted` is saved, where it has been `owner`'s. Errors: `conflict`.
result<std::string> owner_after(std::string_view owner, const definition_row& wanted);

/// Which of an id's versions go when the one with that hash (empty: all) is to be removed; `schedule` is one that names
/// the id, if there is any. Errors: `unknown_definition`, `in_use`.
result<std::vector<definition_version>> removable(const std::vector<definition_version>& of_id, std::string_view id,
                                                  std::string_view hash, const std::optional<std::string>& schedule);

} // namespace pawl::storage
