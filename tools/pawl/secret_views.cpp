// Members are named as elsewhere in the command's JSON, times in milliseconds since 1970.
#include "tools/pawl/secret_views.hpp"

#include "tools/pawl/failure.hpp"
#include "tools/pawl/output.hpp"
#include "tools/pawl/text.hpp"
#include "tools/pawl/times.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::tool {

using nlohmann::json;

namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list)
    text += (text.empty() ? "" : ", ") + one;
  return printable(text);
}

std::vector<std::string> label_texts(const secret_policy& policy) {
  std::vector<std::string> texts;
  for (const auto& [label, pattern] : policy.labels)
    texts.push_back(fmt::format("{}={}", label, pattern));
  return texts;
}

std::string expiry_text(const std::optional<std::int64_t>& expires_at_ms) {
  return expires_at_ms ? time_text(*expires_at_ms) : "never";
}

std::string list_or(const std::vector<std::string>& list, const char* when_empty) {
  return list.empty() ? when_empty : joined(list);
}

// Only what bounds it, in one line.
std::string policy_text(const secret_policy& policy) {
  std::string text;
  for (const auto& [name, list] : {std::pair("owners", policy.owners), std::pair("definitions", policy.definitions),
                                   std::pair("types", policy.node_types), std::pair("hosts", policy.hosts),
                                   std::pair("labels", label_texts(policy))})
    if (!list.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, joined(list));
  return text.empty() ? "any" : shortened(text, 60);
}

} // namespace

json to_json(const secret_summary& secret) {
  const secret_policy& policy = secret.settings.policy;
  json shown{{"name", secret.name},
             {"version", secret.version},
             {"olderVersions", secret.older},
             {"size", secret.size},
             {"changedAt", secret.changed_at_ms},
             {"masked", !secret.settings.no_mask},
             {"policy",
              {{"definitions", policy.definitions},
               {"nodeTypes", policy.node_types},
               {"hosts", policy.hosts},
               {"labels", policy.labels}}}};
  if (!policy.owners.empty()) shown["policy"]["owners"] = policy.owners;
  if (secret.settings.expires_at_ms) shown["expiresAt"] = *secret.settings.expires_at_ms;
  return shown;
}

std::vector<std::string> secret_header() { return {"SECRET", "VERSION", "BYTES", "CHANGED", "EXPIRES", "MAY HAVE IT"}; }

std::vector<std::string> secret_row(const secret_summary& secret) {
  return {printable(secret.name),
          std::to_string(secret.version),
          std::to_string(secret.size),
          time_text(secret.changed_at_ms),
          expiry_text(secret.settings.expires_at_ms),
          policy_text(secret.settings.policy)};
}

std::string version_text(const std::string& name, std::int64_t version) {
  return fmt::format("secret '{}' is version {}", printable(name), version);
}

std::vector<std::string> settings_lines(const secret_settings& settings) {
  const secret_policy& policy = settings.policy;
  const bool is_past = settings.expires_at_ms && *settings.expires_at_ms <= now_ms();
  std::vector<std::string> lines{
      name_and_value("definitions", list_or(policy.definitions, "any")),
      name_and_value("node types", list_or(policy.node_types, "any")),
      name_and_value("hosts",
                     policy.hosts.empty()
                         ? "none: nodes that say where they send, as http does, do not get it"
                         : joined(policy.hosts) + " (only nodes that say where they send, as http does, get it)"),
      name_and_value("labels", list_or(label_texts(policy), "any instance")),
      name_and_value("expires",
                     expiry_text(settings.expires_at_ms) + (is_past ? ", which is past: no node gets it" : ""))};
  if (!policy.owners.empty()) lines.insert(lines.begin(), name_and_value("owners", joined(policy.owners)));
  if (settings.no_mask) lines.push_back(name_and_value("masked", "no: results and logs may show it"));
  return lines;
}

secret_summary need_secret(const secret_store& store, const std::string& name) {
  const auto all = store.list();
  const auto found = std::find_if(all.begin(), all.end(), [&](const secret_summary& s) { return s.name == name; });
  if (found != all.end()) return *found;
  throw command_failure(exit_code::not_found,
                        fmt::format("the store holds no secret '{}'; 'pawl secrets list' shows which there are", name));
}

} // namespace pawl::tool
