// Lists versions and removes those that nothing needs.
#include "runtime/host/definitions.hpp"

#include "runtime/host/arguments.hpp"

#include <fmt/format.h>

namespace pawl::host {
namespace {

constexpr std::size_t versions_page = 64; ///< each with a text of up to megabytes: the store's thread is not held long

definition_info info_of(storage::definition_version v) {
  return {v.number, std::move(v.id), std::move(v.hash), v.latest_since, v.instances, std::move(v.owner)};
}

} // namespace

result<void> check(const load_options& how) {
  if (how.adopts_id && how.owner.empty())
    return error{errc::invalid_argument, "adopts_id needs an owner, who then has the id", ""};
  return check_owner(how.owner);
}

std::string_view fallback_id_of(const load_options& how) {
  return how.fallback_id.empty() ? how.required_id : how.fallback_id;
}

result<void> check_claimed_id(std::string_view id, const load_options& how) {
  if (!how.required_id.empty() && id != how.required_id)
    return error{errc::bad_definition,
                 fmt::format("/id: the definition is '{}' and must be '{}'; change its id", id, how.required_id),
                 "/id"};
  if (id.substr(0, how.id_prefix.size()) != how.id_prefix)
    return error{
        errc::bad_definition,
        fmt::format("/id: the definition is '{}', and its id must begin with '{}'; change its id", id, how.id_prefix),
        "/id"};
  return {};
}

storage::definition_row row_of(const core::workflow& w, const load_options& how) {
  return {w.hash, w.id, w.text, how.owner, how.adopts_id};
}

result<std::vector<definition_info>> read_definitions(storage::reader& from, std::size_t limit, std::int64_t after) {
  auto versions = from.definitions(after, limit);
  if (!versions) return versions.failure();
  std::vector<definition_info> list;
  for (storage::definition_version& v : *versions)
    list.push_back(info_of(std::move(v)));
  return list;
}

result<void> prune_definitions_page(storage::store& store, bool dry_run, std::optional<std::int64_t>& after,
                                    std::vector<definition_info>& removed) {
  auto versions = store.definitions(after.value_or(0), versions_page);
  if (!versions) return versions.failure();
  after = versions->size() == versions_page ? std::optional(versions->back().number) : std::nullopt;
  for (storage::definition_version& v : *versions) {
    if (v.latest_since || v.instances > 0) continue;
    if (const auto gone = dry_run ? result<void>() : store.remove_definition(v.id, v.hash); !gone) {
      error why = gone.failure();
      if (!removed.empty()) why.message += fmt::format("; {} versions were removed before that", removed.size());
      return why;
    }
    removed.push_back(info_of(std::move(v)));
  }
  return {};
}

} // namespace pawl::host
