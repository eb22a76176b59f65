// Versions stay while something that is in the store needs them.
#include "storage/definition_rules.hpp"

#include <fmt/format.h>

namespace pawl::storage {
namespace {

constexpr std::size_t hash_digits_shown = 12;

std::string version_words(const definition_version& v) {
  return fmt::format("version {} of the definition '{}'", v.hash.substr(0, hash_digits_shown), v.id);
}

error has_instances(const definition_version& v) {
  return {errc::in_use,
          fmt::format("{} is needed by {} instance{}, ended or not, for the history: remove them first (pawl rm, "
                      "pawl prune)",
                      version_words(v), v.instances, v.instances == 1 ? "" : "s"),
          ""};
}

} // namespace

// Says nothing of who the other one is: whoever loads may be anybody.
result<std::string> owner_after(std::string_view owner, const definition_row& wanted) {
  if (owner == wanted.owner || (owner.empty() && wanted.adopts)) return wanted.owner;
  return error{errc::conflict,
               owner.empty() ? fmt::format("/id: the id '{}' was loaded without an owner; take another id, or have the "
                                           "host adopt it (load_options::adopts_id)",
                                           wanted.id)
                             : fmt::format("/id: the id '{}' belongs to another owner; take another id", wanted.id),
               "/id"};
}

result<std::vector<definition_version>> removable(const std::vector<definition_version>& of_id, std::string_view id,
                                                  std::string_view hash, const std::optional<std::string>& schedule) {
  std::vector<definition_version> going;
  for (const definition_version& v : of_id)
    if (hash.empty() || v.hash == hash) going.push_back(v);
  if (going.empty())
    return error{errc::unknown_definition,
                 fmt::format("there is no definition '{}'{}", id, hash.empty() ? "" : " of that hash"), ""};
  for (const definition_version& v : going) {
    if (v.instances > 0) return has_instances(v);
    if (!v.latest_since) continue;
    if (going.size() < of_id.size())
      return error{errc::in_use,
                   fmt::format("{} is the latest one: load another one first, or remove the id with all its versions",
                               version_words(v)),
                   ""};
    if (schedule)
      return error{errc::in_use,
                   fmt::format("the schedule '{}' starts the definition '{}': remove the schedule first (pawl schedule "
                               "rm)",
                               *schedule, id),
                   ""};
  }
  return going;
}

} // namespace pawl::storage
