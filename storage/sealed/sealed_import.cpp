// Envelopes and signers of a sealed store, and what deserves a look. The order of an import: who signed, for whom,
// when, and whether it was here before; only then what is in it.
#include "storage/sealed/sealed_store.hpp"

#include "storage/files.hpp"
#include "storage/sealed/crypto.hpp"
#include "storage/sealed/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::storage {

using namespace sealed;

namespace {

constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
constexpr std::int64_t soon_days = 30;

result<void> check_signer(const std::vector<std::string>& listed, const std::string& signer) {
  if (listed.empty() || std::find(listed.begin(), listed.end(), signer) != listed.end()) return {};
  return error{errc::access,
               signer.empty() ? "the envelope is not signed, and the store accepts signed ones only: seal it with a "
                                "signing key that the store lists (pawl secrets signer)"
                              : "the envelope is signed by somebody whom the store does not list: add the signer (pawl "
                                "secrets signer add), or do not trust it",
               ""};
}

result<void> check_time(const opened_envelope& from, std::int64_t now_ms) {
  const auto over = [&](const std::optional<std::int64_t>& end) { return end && *end <= now_ms; };
  if (over(from.valid_until_ms))
    return error{errc::timed_out, "the envelope was to be imported earlier and is not accepted any more: seal it anew",
                 ""};
  if (over(from.settings.expires_at_ms))
    return error{errc::timed_out, "the secret in the envelope has expired: seal a new one", ""};
  return {};
}

result<void> check_turn(const opened_envelope& from, const contents& held) {
  if (held.imported.count(from.id) != 0)
    return error{errc::conflict, "the envelope was imported before: it is accepted once", ""};
  const auto given = held.given.find(from.name);
  const std::int64_t next = given == held.given.end() ? 1 : given->second + 1;
  if (from.version == 0 || from.version == next) return {};
  return error{errc::conflict,
               fmt::format("the envelope holds version {} of its secret, and the next one of this store is {}: {}",
                           from.version, next,
                           from.version < next ? "it was imported before, or is older than what is here"
                                               : "import those before it first, or seal it anew"),
               ""};
}

// Without signers anybody who knows the public key can seal.
result<void> check_settings(const opened_envelope& from, const contents& held) {
  const auto there = held.secrets.find(from.name);
  if (there == held.secrets.end()) return {};
  const secret_settings& kept = there->second.back().settings;
  if (kept.policy == from.settings.policy && kept.no_mask == from.settings.no_mask) return {};
  return error{errc::access,
               fmt::format("the envelope changes who may have the secret '{}' and is signed by nobody whom the store "
                           "lists: seal it with the policy that the secret has, list its signer (pawl secrets signer "
                           "add), or say that the policy is to be replaced (--replace-policy)",
                           from.name),
               ""};
}

// Only what comes without a version could come twice. What is past its time is refused for that.
result<void> remember(contents& next, const opened_envelope& from, std::int64_t now_ms) {
  for (auto at = next.imported.begin(); at != next.imported.end();)
    at = at->second && *at->second <= now_ms ? next.imported.erase(at) : std::next(at);
  if (from.version != 0) return {};
  if (next.imported.size() >= imported_max)
    return error{errc::limit,
                 "the store remembers too many envelopes: seal with a version, or with a time until which it is valid",
                 ""};
  next.imported.emplace(from.id, from.valid_until_ms);
  return {};
}

bool is_unbounded(const secret_policy& policy) { return policy == secret_policy{}; }

void look_at(std::vector<std::string>& found, const secret_summary& secret, std::int64_t now_ms) {
  const auto& expiry = secret.settings.expires_at_ms;
  if (expiry && *expiry <= now_ms)
    found.push_back(fmt::format("the secret '{}' has expired: no node gets it", secret.name));
  else if (expiry && *expiry - now_ms <= soon_days * day_ms)
    found.push_back(fmt::format("the secret '{}' expires in {} days", secret.name, (*expiry - now_ms) / day_ms));
  if (is_unbounded(secret.settings.policy))
    found.push_back(fmt::format("the secret '{}' has an empty policy: any definition may use it", secret.name));
  if (secret.settings.no_mask)
    found.push_back(fmt::format("the secret '{}' is not masked in results and logs", secret.name));
}

} // namespace

result<secret_summary> sealed_store::import(std::string_view text, std::int64_t now_ms, bool replace_policy) {
  const auto sealed = read_envelope(text);
  if (!sealed) return sealed.failure();
  if (auto listed = check_signer(at_.held.signers, sealed->signer); !listed) return listed.failure();
  const auto values_key = subkey(at_.data_key, purpose::values);
  if (!values_key) return values_key.failure();
  const auto key = decrypt(*values_key, at_.held.private_key, associated_with_private_key(at_.head.store_id));
  if (!key && key.failure().code == errc::corrupt) return tampered(path_, "has a private key of another store");
  if (!key) return key.failure();
  const auto from = open_envelope(*sealed, at_.head.public_key, *key);
  if (!from) return from.failure();
  if (from->store_id != id())
    return error{errc::corrupt, "the envelope is for another store: seal it for this one (pawl secrets public-key)",
                 ""};
  if (from->name == payload_key_name)
    return error{errc::invalid_argument, "the envelope is for the key of payloads, which nobody sets", ""};
  if (auto in_time = check_time(*from, now_ms); !in_time) return in_time.failure();
  if (auto in_turn = check_turn(*from, at_.held); !in_turn) return in_turn.failure();
  if (at_.held.signers.empty() && !replace_policy)
    if (auto same = check_settings(*from, at_.held); !same) return same.failure();
  contents next = at_.held;
  if (auto kept = remember(next, *from, now_ms); !kept) return kept.failure();
  const auto version = put(next, from->name, from->value, from->settings, 1, now_ms);
  if (!version) return version.failure();
  if (auto written = replace(std::move(next)); !written) return written.failure();
  return summary_of(from->name, at_.held.secrets.at(from->name));
}

result<void> sealed_store::add_signer(const std::string& key) {
  if (!is_signer(key))
    return error{errc::invalid_argument, "a signer is one whole line that begins with pawl-signer-1:", ""};
  contents next = at_.held;
  if (std::find(next.signers.begin(), next.signers.end(), key) != next.signers.end()) return {};
  if (next.signers.size() >= signers_max)
    return error{errc::limit, fmt::format("a sealed store lists at most {} signers", signers_max), ""};
  next.signers.push_back(key);
  return replace(std::move(next));
}

result<void> sealed_store::remove_signer(const std::string& key) {
  contents next = at_.held;
  const auto found = std::find(next.signers.begin(), next.signers.end(), key);
  if (found == next.signers.end()) return error{errc::not_found, "the store does not list this signer", ""};
  next.signers.erase(found);
  return replace(std::move(next));
}

std::vector<std::string> sealed_store::concerns(std::int64_t now_ms) const {
  std::vector<std::string> found;
  for (const secret_summary& secret : list())
    look_at(found, secret, now_ms);
  const auto key_file =
      source_.key_file.empty() ? result<std::string>(std::string()) : canonical_path(source_.key_file);
  if (key_file && !key_file->empty() && folder_of(*key_file) == folder_of(path_))
    found.push_back("the key file lies beside the store: whoever copies the folder has both");
  return found;
}

} // namespace pawl::storage
