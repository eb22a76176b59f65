// Opening for reading, with the hints that belong to it.
#include "tools/pawl/reading.hpp"

#include "tools/pawl/failure.hpp"

#include <fmt/format.h>

namespace pawl::tool {

store_reader open_for_reading(const std::string& store, const secrets_options& keys) {
  auto opened = store_reader::open(store, keys);
  if (opened) return std::move(*opened);
  if (opened.failure().code != errc::not_found || opened.failure().where == keys.sealed_path)
    throw failure_of(opened.failure());
  throw command_failure(exit_code::not_found,
                        fmt::format("there is no store {}; name it with --store FILE or in $PAWL_STORE", store));
}

bool is_old(const std::string& store) {
  const auto opened = store_reader::open(store);
  return !opened && opened.failure().code == errc::old_store;
}

snapshot read_instance(const std::string& store, const std::string& id, const secrets_options& keys) {
  auto found = open_for_reading(store, keys).query(id);
  if (found) return std::move(*found);
  if (found.failure().code != errc::not_found) throw failure_of(found.failure());
  throw command_failure(exit_code::not_found,
                        fmt::format("there is no instance '{}' in {}; 'pawl list' shows which there are", id, store));
}

std::optional<snapshot> find_instance(const std::string& store, const std::string& id, const secrets_options& keys) {
  if (auto is_there = store_reader::open(store); !is_there && is_there.failure().code == errc::not_found)
    return std::nullopt;
  auto opened = store_reader::open(store, keys);
  if (!opened) throw failure_of(opened.failure());
  auto found = opened->query(id);
  if (found) return std::move(*found);
  if (found.failure().code == errc::not_found) return std::nullopt;
  throw failure_of(found.failure());
}

} // namespace pawl::tool
