// Checks the names that callers hand in, ids and labels: their length and their characters.
#include "runtime/host/arguments.hpp"

#include "runtime/core/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::host {
namespace {

using nlohmann::json;

constexpr std::size_t instance_id_bytes_max = 200;
constexpr std::size_t schedule_id_bytes_max = 150; ///< with the time of a run behind it it is an instance's id
constexpr std::size_t owner_bytes_max = 200;
constexpr std::size_t labels_max = 32;
constexpr std::size_t label_name_bytes_max = 64;
constexpr std::size_t label_value_bytes_max = 256;

result<void> check_name(std::string_view name, std::size_t bytes_max, const char* what) {
  if (!name.empty() && name.size() <= bytes_max && core::is_plain_text(name)) return {};
  return error{errc::invalid_argument,
               fmt::format("{} has 1 to {} bytes of UTF-8 without control characters", what, bytes_max), ""};
}

} // namespace

result<void> check_id(std::string_view id) { return check_name(id, instance_id_bytes_max, "an instance id"); }

result<void> check_schedule_id(std::string_view id) { return check_name(id, schedule_id_bytes_max, "a schedule's id"); }

result<void> check_owner(std::string_view owner) {
  if (owner.empty()) return {};
  return check_name(owner, owner_bytes_max, "an owner's name");
}

result<void> check_labels(const std::map<std::string, std::string>& labels) {
  const auto is_good = [](const auto& label) {
    const auto& [name, value] = label;
    return !name.empty() && name.size() <= label_name_bytes_max && value.size() <= label_value_bytes_max &&
           core::is_plain_text(name) && core::is_plain_text(value);
  };
  if (labels.size() <= labels_max && std::all_of(labels.begin(), labels.end(), is_good)) return {};
  return error{
      errc::invalid_argument,
      fmt::format("an instance has at most {} labels, with names of 1 to {} bytes and values of up to {}, UTF-8 "
                  "without control characters",
                  labels_max, label_name_bytes_max, label_value_bytes_max),
      ""};
}

} // namespace pawl::host
