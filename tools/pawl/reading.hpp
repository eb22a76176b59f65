// Looking at a store that belongs to somebody else, or to nobody.
#pragma once

#include <pawl/store_reader.hpp>

#include <optional>
#include <string>

namespace pawl::tool {

// `keys` opens encrypted payloads; without them words stand in their places that say so.

/// Whether an owner must migrate the store before anybody can read it.
bool is_old(const std::string& store);
/// Ends the command (not_found, with a hint on --store) when there is no such file.
store_reader open_for_reading(const std::string& store, const secrets_options& keys = {});
/// Ends the command (not_found) when there is no such instance.
snapshot read_instance(const std::string& store, const std::string& id, const secrets_options& keys = {});
/// Nothing when there is no such instance or no such store.
std::optional<snapshot> find_instance(const std::string& store, const std::string& id,
                                      const secrets_options& keys = {});

} // namespace pawl::tool
