// What is known of secrets, as JSON and in words. Never a value: the library does not even hand one out.
#pragma once

#include <pawl/secret_store.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::tool {

nlohmann::json to_json(const secret_summary& secret);

std::vector<std::string> secret_header();
std::vector<std::string> secret_row(const secret_summary& secret);

/// `secret 'mail' is version 2`.
std::string version_text(const std::string& name, std::int64_t version);
/// Who may have it and until when, a line each; says what every empty list means.
std::vector<std::string> settings_lines(const secret_settings& settings);

/// Ends the command (not_found) when there is no such secret.
secret_summary need_secret(const secret_store& store, const std::string& name);

} // namespace pawl::tool
