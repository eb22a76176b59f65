// Gets the token for Vault, from a file or by an AppRole's login.
#include "nodes/secrets/vault_token.hpp"

#include "nodes/secrets/json_in_place.hpp"
#include "nodes/secrets/locked_buffer.hpp"
#include "nodes/secrets/secret_file.hpp"
#include "nodes/secrets/vault_name.hpp"
#include "nodes/secrets/vault_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/stat.h>

namespace pawl::nodes {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Without what an editor or `echo` puts behind it. A header would break at anything that is not printable.
result<secret_bytes> read_word(const std::string& path, const char* what) {
  auto bytes = read_secret_file(path, what, S_IRWXO | S_IWGRP | S_IXGRP);
  if (!bytes) {
    // Not the secret that was asked for is missing: whoever looks for that would look in the wrong place.
    if (bytes.failure().code == errc::not_found) bytes.failure().code = errc::access;
    return bytes;
  }
  bytes->shrink(bytes->view().find_last_not_of(" \t\r\n") + 1);
  if (!bytes->empty() && is_printable(bytes->view())) return bytes;
  return error{errc::access, fmt::format("{} {} holds no single line of printable characters", what, path), path};
}

class token_file final : public vault_token {
public:
  explicit token_file(std::string path) : path_(std::move(path)) {}

  result<const secret_bytes*> get() override {
    auto read = read_word(path_, what);
    if (!read) return read.failure();
    token_ = std::move(*read);
    return &token_;
  }

  bool is_replaceable() override {
    const auto read = read_word(path_, what);
    return read && read->view() != token_.view();
  }

private:
  static constexpr char what[] = "the token file";

  std::string path_;
  secret_bytes token_; ///< as it was read last
};

/// How long after a login a token that has not worked yet is believed to be good, so that a path which Vault refuses
/// does not cause a login every time: secret ids may be good for a number of logins.
constexpr auto trust_in_new_token = std::chrono::seconds(30);
constexpr std::int64_t lease_s_max = 10LL * 365 * 24 * 3600;

std::optional<std::int64_t> read_seconds(const json_wanted& value) {
  std::int64_t seconds = 0;
  if (value.kind != json_kind::number) return std::nullopt;
  const char* const end = value.text.data() + value.text.size();
  const auto read = std::from_chars(value.text.data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end || seconds < 0) return std::nullopt;
  return std::min(seconds, lease_s_max);
}

result<void> append_escaped(locked_buffer& body, std::string_view text) {
  for (const char& c : text) {
    if (c == '"' || c == '\\')
      if (auto added = body.append("\\"); !added) return added;
    if (auto added = body.append({&c, 1}); !added) return added;
  }
  return {};
}

result<secret_bytes> login_body(std::string_view role_id, std::string_view secret_id) {
  locked_buffer body;
  if (auto added = body.append(R"({"role_id":")"); !added) return added.failure();
  if (auto added = append_escaped(body, role_id); !added) return added.failure();
  if (auto added = body.append(R"(","secret_id":")"); !added) return added.failure();
  if (auto added = append_escaped(body, secret_id); !added) return added.failure();
  if (auto added = body.append(R"("})"); !added) return added.failure();
  return body.take();
}

class app_role final : public vault_token {
public:
  app_role(std::string role_id, std::string secret_id_file, vault_connection connection, steady_now now)
      : role_id_(std::move(role_id)), secret_id_file_(std::move(secret_id_file)), connection_(std::move(connection)),
        now_(std::move(now)) {}

  result<const secret_bytes*> get() override {
    if (token_.empty() || now_() >= renew_at_)
      if (auto done = log_in(); !done) return done.failure();
    return &token_;
  }

  void has_worked() override { worked_ = true; }

  bool is_replaceable() override {
    if (!worked_ && now_() < got_at_ + trust_in_new_token) return false;
    token_ = {};
    return true;
  }

private:
  result<void> log_in() {
    const auto asked_at = now_();
    token_ = {};
    auto answer = ask();
    if (!answer) return answer.failure();
    if (may_pass_later(answer->status)) return passing_failure(connection_, answer->status);
    if (answer->status != 200)
      return connection_.failed(errc::access,
                                fmt::format("it refuses the login of the AppRole (status {}): look at secrets.vault's "
                                            "role_id and secret_id_file, and at auth/approle there",
                                            answer->status));
    return take(answer->body, asked_at);
  }

  result<vault_answer> ask() const {
    const auto secret_id = read_word(secret_id_file_, "the file of the AppRole's secret id");
    if (!secret_id) return secret_id.failure();
    const auto body = login_body(role_id_, secret_id->view());
    if (!body) return body.failure();
    return connection_.post("auth/approle/login", *body);
  }

  result<void> take(secret_bytes& answer, steady_clock::time_point asked_at) {
    std::vector<json_wanted> wanted{{{"auth", "client_token"}}, {{"auth", "lease_duration"}}};
    const auto read = read_json_in_place(answer, wanted);
    const auto lease_s = read ? read_seconds(wanted[1]) : std::nullopt;
    const std::string_view token = wanted[0].text;
    if (!lease_s || wanted[0].kind != json_kind::string || token.empty() || !is_printable(token))
      return connection_.failed(errc::corrupt, "its answer to the login is no good one of an AppRole");
    auto copy = secret_bytes::copy_of(token);
    if (!copy) return copy.failure();
    token_ = std::move(*copy);
    worked_ = false;
    got_at_ = asked_at;
    // 0: it does not end.
    renew_at_ = *lease_s == 0 ? steady_clock::time_point::max() : asked_at + milliseconds(*lease_s * 1000 * 2 / 3);
    return {};
  }

  std::string role_id_;
  std::string secret_id_file_;
  vault_connection connection_;
  steady_now now_;
  secret_bytes token_;
  bool worked_ = false;
  steady_clock::time_point got_at_;
  steady_clock::time_point renew_at_;
};

error refused(const char* why) { return {errc::invalid_argument, why, ""}; }

} // namespace

result<std::unique_ptr<vault_token>> vault_token_of(const vault_options& options, vault_connection connection,
                                                    steady_now now) {
  const bool has_role = !options.role_id.empty() || !options.secret_id_file.empty();
  if (has_role == !options.token_file.empty())
    return refused("secrets.vault has one way in: a token_file, or role_id and secret_id_file");
  for (const std::string* path : {&options.token_file, &options.secret_id_file})
    if (path->find('\0') != std::string::npos) return refused("the name of a file of secrets.vault holds a zero byte");
  if (!has_role) return std::unique_ptr<vault_token>(std::make_unique<token_file>(options.token_file));
  if (options.role_id.empty() || options.secret_id_file.empty())
    return refused("secrets.vault: an AppRole has both, role_id and secret_id_file");
  if (!is_printable(options.role_id))
    return refused("secrets.vault.role_id holds blanks or characters outside of ASCII");
  return std::unique_ptr<vault_token>(
      std::make_unique<app_role>(options.role_id, options.secret_id_file, std::move(connection), std::move(now)));
}

} // namespace pawl::nodes
