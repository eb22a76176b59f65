// The source `vault`: asks once, and once more with another token where Vault refused the first.
#include "nodes/secrets/vault_provider.hpp"

#include "nodes/secrets/json_in_place.hpp"
#include "nodes/secrets/vault_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace pawl::nodes {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t cache_ms_max = 24LL * 3600 * 1000;
constexpr std::size_t missing_max = 256;
constexpr std::chrono::milliseconds missing_time_max{5'000};
constexpr std::size_t kept_max = 64; // each takes a page of locked memory, which is scarce

result<void> is_vault_name(const std::string& name) {
  const auto read = read_vault_name(name);
  if (!read) return read.failure();
  return {};
}

bool is_version(const json_wanted& value) {
  return value.kind == json_kind::number && value.text.size() < 20 &&
         value.text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

result<std::shared_ptr<secret_provider>> vault_provider::of(const vault_options& options, steady_now now) {
  auto connection = vault_connection::of(options);
  if (!connection) return connection.failure();
  auto mount = encode_vault_path(options.mount);
  if (!mount)
    return error{errc::invalid_argument, "secrets.vault.mount is a path without empty parts, '.' and '..'", ""};
  if (options.cache_ms < 0 || options.cache_ms > cache_ms_max)
    return error{errc::invalid_argument, fmt::format("secrets.vault.cache_ms is not from 0 to {}", cache_ms_max), ""};
  auto permitted = permitted_secrets::of("secrets.vault.secrets", options.secrets, is_vault_pattern);
  if (!permitted) return permitted.failure();
  auto token = vault_token_of(options, *connection, now);
  if (!token) return token.failure();
  return std::shared_ptr<secret_provider>(
      new vault_provider(std::move(*permitted), std::move(*connection), std::move(*token), std::move(*mount),
                         std::chrono::milliseconds(options.cache_ms), std::move(now)));
}

vault_provider::vault_provider(permitted_secrets permitted, vault_connection connection,
                               std::unique_ptr<vault_token> token, std::string mount,
                               std::chrono::milliseconds cache_time, steady_now now)
    : permitted_provider("vault", is_vault_name, std::move(permitted)), connection_(std::move(connection)),
      token_(std::move(token)), mount_(std::move(mount)), cache_time_(cache_time), now_(std::move(now)) {}

result<provided_secret> vault_provider::read(const std::string& name) {
  const auto place = read_vault_name(name);
  if (!place) return place.failure();
  if (auto again = kept(name)) return std::move(*again);
  if (const auto missing = missing_.find(name); missing != missing_.end()) return missing->second.why;
  const auto asked_at = now_();
  auto answer = ask(place->path);
  if (!answer) return answer.failure();
  auto secret = answer->status == 200 ? read_answer(answer->body, place->field)
                                      : result<provided_secret>(refusal(answer->status));
  if (secret)
    keep(name, *secret, asked_at);
  else if (secret.failure().code == errc::not_found)
    keep_missing(name, secret.failure(), asked_at);
  return secret;
}

result<vault_answer> vault_provider::ask(const std::string& path) {
  const std::string place = fmt::format("{}/data/{}", mount_, path);
  for (bool is_second = false;; is_second = true) {
    const auto token = token_->get();
    if (!token) return token.failure();
    auto answer = connection_.get(place, **token);
    if (!answer) return answer;
    if (answer->status == 200 || answer->status == 404) token_->has_worked();
    if (answer->status != 403 || is_second || !token_->is_replaceable()) return answer;
  }
}

error vault_provider::refusal(int status) const {
  if (may_pass_later(status)) return passing_failure(connection_, status);
  const auto failed = [&](errc code, const char* why) {
    return connection_.failed(code, fmt::format("{} (status {})", why, status));
  };
  // Also where the newest version was deleted.
  if (status == 404) return failed(errc::not_found, "it has no such secret");
  if (status == 401 || status == 403)
    return failed(errc::access, "the token may not read this secret, or is good no more");
  return failed(errc::invalid_argument, "it takes the request for a bad one: look at mount and vault_namespace");
}

result<provided_secret> vault_provider::read_answer(secret_bytes& answer, const std::string& field) const {
  std::vector<json_wanted> wanted{{{"data", "data"}}, {{"data", "data", field}}, {{"data", "metadata", "version"}}};
  if (auto good = read_json_in_place(answer, wanted); !good)
    return connection_.failed(errc::corrupt, fmt::format("the answer: {}", to_string(good.failure())));
  if (wanted[0].kind != json_kind::object || !is_version(wanted[2]))
    return connection_.failed(errc::corrupt, "the answer is none of a key-value engine of version 2");
  if (wanted[1].kind == json_kind::missing) return connection_.failed(errc::not_found, "the secret has no such field");
  if (wanted[1].kind != json_kind::string) return connection_.failed(errc::corrupt, "the secret's field is no text");
  if (wanted[1].text.empty()) return connection_.failed(errc::not_found, "the secret's field is empty");
  auto bytes = secret_bytes::copy_of(wanted[1].text);
  if (!bytes) return bytes.failure();
  return provided_secret{std::move(*bytes), std::string(wanted[2].text), std::nullopt};
}

// What is over goes at the next fetch, whatever that asks for.
std::optional<provided_secret> vault_provider::kept(const std::string& name) {
  const auto now = now_();
  const auto is_over = [now](const auto& entry) { return entry.second.until <= now; };
  std::erase_if(kept_, is_over);
  std::erase_if(missing_, is_over);
  const auto found = kept_.find(name);
  if (found == kept_.end()) return std::nullopt;
  auto copy = secret_bytes::copy_of(found->second.bytes.view());
  if (!copy) return std::nullopt;
  return provided_secret{std::move(*copy), found->second.version, std::nullopt};
}

// So that a workflow that asks for what is not there over and over does not hold up those that ask for something.
void vault_provider::keep_missing(const std::string& name, const error& why, steady_clock::time_point asked_at) {
  if (missing_.size() < missing_max)
    missing_.insert_or_assign(name, missing_secret{why, asked_at + std::min(cache_time_, missing_time_max)});
}

void vault_provider::keep(const std::string& name, const provided_secret& secret, steady_clock::time_point asked_at) {
  if (cache_time_.count() == 0) return;
  auto copy = secret_bytes::copy_of(secret.bytes.view());
  if (!copy) return; // no memory to lock: then without
  if (kept_.size() >= kept_max)
    kept_.erase(std::min_element(kept_.begin(), kept_.end(),
                                 [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
  kept_.insert_or_assign(name, kept_secret{std::move(*copy), secret.version, asked_at + cache_time_});
}

} // namespace pawl::nodes
