// What tells one start of an instance's id from another.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace pawl::core {

/// The same for equal JSON, however it is written.
std::string start_hash(const nlohmann::json& input, const std::map<std::string, std::string>& labels);

} // namespace pawl::core
