// Writes and reads what a sealed store holds. The index as JSON, and the values in a row. The values stand in the order
// of the index without gaps, so there are no places to lie about.
#include "storage/sealed/contents.hpp"

#include "runtime/core/json.hpp"
#include "runtime/core/secret_policy.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::storage::sealed {
namespace {

using nlohmann::json;

constexpr std::size_t masked_bytes_min = 8;
constexpr core::json_limits index_limits{index_bytes_max, 8, 4'000'000};
constexpr std::size_t private_key_box = box_overhead + 32;

// ---- writing

json version_json(const sealed_value& kept) {
  json made = to_json(kept.settings);
  made["version"] = kept.version;
  made["changed_at_ms"] = kept.changed_at_ms;
  made["size"] = kept.size;
  return made;
}

// ---- reading: whatever does not fit throws json::exception or `misfit`, caught at the room's edge below

struct misfit {
  const char* what;
};

void need(bool holds, const char* what) {
  if (!holds) throw misfit{what};
}

std::int64_t whole(const json& value, std::int64_t least) {
  need(value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX),
       "holds a number that is none");
  const auto number = value.get<std::int64_t>();
  need(number >= least, "holds a number that cannot be");
  return number;
}

std::optional<std::int64_t> time_of(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(whole(value, 0));
}

secret_settings read_settings(const json& members) {
  secret_settings made;
  if (members.contains("owners")) made.policy.owners = members.at("owners").get<std::vector<std::string>>();
  made.policy.definitions = members.at("definitions").get<std::vector<std::string>>();
  made.policy.node_types = members.at("node_types").get<std::vector<std::string>>();
  made.policy.hosts = members.at("hosts").get<std::vector<std::string>>();
  made.policy.labels = members.at("labels").get<std::map<std::string, std::string>>();
  made.expires_at_ms = time_of(members.at("expires_at_ms"));
  need(members.at("no_mask").is_boolean(), "holds settings that are none");
  made.no_mask = members.at("no_mask").get<bool>();
  return made;
}

class index_reader {
public:
  explicit index_reader(std::string_view values) : left_(values) {}

  contents read(const json& index) {
    need(index.at("values").get_ref<const std::string&>() == hex(digest(left_)),
         "has other values than its index says");
    contents made;
    made.private_key = take(private_key_box);
    for (const auto& [name, versions] : index.at("secrets").items())
      made.secrets.emplace(name, read_versions(name, versions));
    need(left_.empty(), "has values that its index does not know");
    for (const auto& [name, version] : index.at("given").items())
      made.given.emplace(name, whole(version, 1));
    made.signers = index.at("signers").get<std::vector<std::string>>();
    for (const auto& [id, until] : index.at("imported").items())
      made.imported.emplace(id, time_of(until));
    check_counts(made);
    return made;
  }

private:
  std::string take(std::size_t size) {
    need(size <= left_.size(), "has fewer values than its index says");
    std::string taken(left_.substr(0, size));
    left_.remove_prefix(size);
    return taken;
  }

  std::vector<sealed_value> read_versions(const std::string& name, const json& versions) {
    need(core::is_sealed_name(name) && versions.is_array() && !versions.empty() && versions.size() <= versions_max,
         "holds a secret that cannot be");
    std::vector<sealed_value> made;
    for (const json& one : versions) {
      sealed_value kept{whole(one.at("version"), 1),
                        read_settings(one),
                        whole(one.at("changed_at_ms"), INT64_MIN),
                        static_cast<std::size_t>(whole(one.at("size"), 1)),
                        {}};
      need(kept.size <= secret_bytes_max && (made.empty() || made.back().version < kept.version),
           "holds a version that cannot be");
      kept.box = take(box_overhead + kept.size);
      made.push_back(std::move(kept));
    }
    return made;
  }

  static void check_counts(const contents& made) {
    need(made.secrets.size() <= secrets_max, "holds too many secrets");
    for (const auto& [name, versions] : made.secrets) {
      const auto given = made.given.find(name);
      need(given != made.given.end() && given->second >= versions.back().version, "counts versions wrongly");
    }
  }

  std::string_view left_;
};

void put_texts(std::string& to, const std::vector<std::string>& texts) {
  put_number(to, texts.size());
  for (const std::string& text : texts)
    put_text(to, text);
}

} // namespace

const sealed_value* contents::newest(const std::string& name) const {
  const auto found = secrets.find(name);
  return found == secrets.end() ? nullptr : &found->second.back();
}

const sealed_value* contents::find(const std::string& name, std::int64_t version) const {
  const auto found = secrets.find(name);
  if (found == secrets.end()) return nullptr;
  const auto one = std::find_if(found->second.begin(), found->second.end(),
                                [version](const sealed_value& v) { return v.version == version; });
  return one == found->second.end() ? nullptr : &*one;
}

secret_summary summary_of(const std::string& name, const std::vector<sealed_value>& versions) {
  const sealed_value& newest = versions.back();
  secret_summary made{name, newest.version, {}, newest.changed_at_ms, newest.size, newest.settings};
  for (std::size_t i = 0; i + 1 < versions.size(); ++i)
    made.older.push_back(versions[i].version);
  return made;
}

result<void> check_secret(const std::string& name, std::size_t size, const secret_settings& settings) {
  const auto wrong = [](std::string why) { return error{errc::invalid_argument, std::move(why), ""}; };
  if (!core::is_sealed_name(name)) return wrong("a secret is named by 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'");
  if (size == 0) return wrong(fmt::format("the secret '{}' has no bytes", name));
  if (size > secret_bytes_max)
    return error{errc::limit, fmt::format("the secret '{}' has {} bytes, the most is {}", name, size, secret_bytes_max),
                 ""};
  if (size < masked_bytes_min && !settings.no_mask)
    return wrong(fmt::format("the secret '{}' has under {} bytes, which is too short to be masked in results and logs: "
                             "take a longer one, or say that it need not be masked (--no-mask)",
                             name, masked_bytes_min));
  if (settings.expires_at_ms && *settings.expires_at_ms <= 0)
    return wrong(fmt::format("the secret '{}' would expire before 1970", name));
  if (auto good = pawl::check(settings.policy); !good) return good;
  if (auto text = core::to_text(to_json(settings), "the policy", index_limits); !text)
    return wrong(fmt::format("the policy of the secret '{}' holds text that is not UTF-8", name));
  return {};
}

std::string associated_with(std::string_view store_id, const std::string& name, std::int64_t version,
                            const secret_settings& settings) {
  std::string made = "pawl sealed value 1";
  put_text(made, store_id);
  put_text(made, name);
  put_number(made, static_cast<std::uint64_t>(version));
  put_texts(made, settings.policy.definitions);
  put_texts(made, settings.policy.node_types);
  put_texts(made, settings.policy.hosts);
  put_number(made, settings.policy.labels.size());
  for (const auto& [label, pattern] : settings.policy.labels) {
    put_text(made, label);
    put_text(made, pattern);
  }
  put_number(made, settings.expires_at_ms ? 1 : 0);
  put_number(made, static_cast<std::uint64_t>(settings.expires_at_ms.value_or(0)));
  put_number(made, settings.no_mask ? 1 : 0);
  if (!settings.policy.owners.empty()) put_texts(made, settings.policy.owners); // stores from before have none
  return made;
}

std::string associated_with_private_key(std::string_view store_id) {
  std::string made = "pawl sealed private key 1";
  put_text(made, store_id);
  return made;
}

json to_json(const secret_settings& settings) {
  json made = {{"definitions", settings.policy.definitions},
               {"node_types", settings.policy.node_types},
               {"hosts", settings.policy.hosts},
               {"labels", settings.policy.labels},
               {"no_mask", settings.no_mask},
               {"expires_at_ms", nullptr}};
  if (settings.expires_at_ms) made["expires_at_ms"] = *settings.expires_at_ms;
  if (!settings.policy.owners.empty()) made["owners"] = settings.policy.owners;
  return made;
}

result<secret_settings> settings_from(const json& members) {
  try {
    return read_settings(members);
  } catch (const json::exception&) {
    return error{errc::corrupt, "holds settings that are none", ""};
  } catch (const misfit& fault) {
    return error{errc::corrupt, fault.what, ""};
  }
}

std::string values_of(const contents& held) {
  std::string made = held.private_key;
  for (const auto& [name, versions] : held.secrets)
    for (const sealed_value& one : versions)
      made += one.box;
  return made;
}

result<std::string> index_of(const contents& held, std::string_view values) {
  json index = {{"secrets", json::object()},
                {"given", held.given},
                {"signers", held.signers},
                {"imported", json::object()},
                {"values", hex(digest(values))}};
  for (const auto& [name, versions] : held.secrets) {
    json& list = index["secrets"][name] = json::array();
    for (const sealed_value& one : versions)
      list.push_back(version_json(one));
  }
  for (const auto& [id, until] : held.imported)
    index["imported"][id] = until ? json(*until) : json(nullptr);
  auto text = core::to_text(index, "the index",
                            {index_bytes_max - box_overhead, index_limits.depth_max, index_limits.values_max});
  if (!text) return error{errc::limit, "the store's list of names and policies would be too long: remove some", ""};
  return text;
}

result<contents> read_contents(std::string_view index, std::string_view values) {
  const auto parsed = core::parse_json(index, "the index", index_limits);
  if (!parsed) return error{errc::corrupt, "has an index that is none", ""};
  try {
    return index_reader(values).read(*parsed);
  } catch (const json::exception&) {
    return error{errc::corrupt, "has an index that lacks something", ""};
  } catch (const misfit& fault) {
    return error{errc::corrupt, fault.what, ""};
  }
}

} // namespace pawl::storage::sealed
