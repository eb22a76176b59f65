// What callers may hand in as names.
#pragma once

#include <pawl/result.hpp>

#include <map>
#include <string>
#include <string_view>

namespace pawl::host {

/// Errors: `invalid_argument`.
result<void> check_id(std::string_view id);
result<void> check_schedule_id(std::string_view id);
result<void> check_owner(std::string_view owner);
result<void> check_labels(const std::map<std::string, std::string>& labels);

} // namespace pawl::host
