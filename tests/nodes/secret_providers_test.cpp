// The sources `env` and `systemd`, and what of the options is refused.
#include "nodes/secrets/providers.hpp"
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace secret_providers_test {

using namespace pawl;
using namespace pawl::test;
using pawl::nodes::host_providers;

namespace {

/// A variable of the environment for as long as it lives.
class variable {
public:
  variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() { ::unsetenv(name_); }

private:
  const char* name_;
};

std::shared_ptr<secret_provider> only_provider(const secrets_options& options) {
  auto made = given(host_providers(options));
  REQUIRE(made.size() == 1);
  return made.front();
}

secrets_options with_environment(std::vector<named_secret> listed) {
  secrets_options options;
  options.environment = std::move(listed);
  return options;
}

secrets_options with_systemd(std::vector<named_secret> listed) {
  secrets_options options;
  options.systemd = std::move(listed);
  return options;
}

// The value, or the error's code; no error holds a value.
std::string fetched(secret_provider& from, const std::string& name) {
  const auto got = from.fetch(name);
  if (got) return std::string(got->bytes.view()) + got->version;
  CHECK(to_string(got.failure()).find("CANARY") == std::string::npos);
  return to_string(got.failure().code);
}

std::string code_of_policy(secret_provider& from, const std::string& name) {
  const auto got = from.policy(name);
  return got ? "" : to_string(got.failure().code);
}

std::string refusal_of(const secrets_options& options) {
  const auto made = host_providers(options);
  if (made) return "";
  return to_string(made.failure().code) + std::string(": ") + made.failure().message;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

vault_options good_vault() {
  vault_options vault;
  vault.address = "https://vault.example:8200";
  vault.token_file = "/etc/token";
  vault.secrets = {{"app/*", {}}};
  return vault;
}

std::string vault_refusal(const vault_options& vault) {
  secrets_options options;
  options.vault = vault;
  return refusal_of(options);
}

template <class Change> std::string vault_refusal_after(Change change) {
  vault_options vault = good_vault();
  change(vault);
  return vault_refusal(vault);
}

} // namespace

TEST_CASE("secret providers: each source that the options name, and no other") {
  CHECK(host_providers({})->empty());
  secrets_options options = with_environment({{"PAWL_TEST_A", {}}});
  options.systemd = {{"a", {}}};
  options.vault = good_vault();
  options.sealed_path = "/nowhere";
  const auto made = host_providers(options);
  REQUIRE(made);
  REQUIRE(made->size() == 3);
  CHECK((*made)[0]->source() == "env");
  CHECK((*made)[1]->source() == "systemd");
  CHECK((*made)[2]->source() == "vault");
}

TEST_CASE("secret providers: env gives what a listed variable holds at that moment") {
  secret_policy policy;
  policy.hosts = {"api.example"};
  const auto env = only_provider(with_environment({{"PAWL_TEST_A", policy}, {"PAWL_TEST_B", {}}}));
  CHECK(*env->policy("PAWL_TEST_A") == policy);
  CHECK(*env->policy("PAWL_TEST_B") == secret_policy());
  CHECK(fetched(*env, "PAWL_TEST_A") == "not_found");
  {
    const variable set("PAWL_TEST_A", "one\n");
    CHECK(fetched(*env, "PAWL_TEST_A") == "one\n");
    const variable again("PAWL_TEST_A", "two");
    CHECK(fetched(*env, "PAWL_TEST_A") == "two");
    CHECK_FALSE(env->fetch("PAWL_TEST_A")->expires_at_ms);
  }
  CHECK(fetched(*env, "PAWL_TEST_A") == "not_found");
  const variable empty("PAWL_TEST_B", "");
  CHECK(fetched(*env, "PAWL_TEST_B") == "not_found");
}

TEST_CASE("secret providers: env gives no variable that is not listed") {
  const auto env = only_provider(with_environment({{"PAWL_TEST_A", {}}}));
  const variable set("PAWL_TEST_AB", "CANARY");
  CHECK(fetched(*env, "PAWL_TEST_AB") == "not_found");
  CHECK(code_of_policy(*env, "PAWL_TEST_AB") == "not_found");
  CHECK(fetched(*env, "HOME") == "not_found");
  for (const char* name : {"", "A-B", "1A", "A=B", "A B", "PAWL_TEST_A\n", "\xC3\xA4"}) {
    CHECK(fetched(*env, name) == "invalid_argument");
    CHECK(code_of_policy(*env, name) == "invalid_argument");
  }
}

TEST_CASE("secret providers: env takes no more than a secret holds") {
  const auto env = only_provider(with_environment({{"PAWL_TEST_A", {}}}));
  const std::string largest = "CANARY" + std::string(secret_bytes_max - 6, 'x');
  {
    const variable set("PAWL_TEST_A", largest);
    CHECK(fetched(*env, "PAWL_TEST_A") == largest);
  }
  const variable set("PAWL_TEST_A", largest + "x");
  CHECK(fetched(*env, "PAWL_TEST_A") == "corrupt");
}

TEST_CASE("secret providers: systemd gives the bytes of a credential's file") {
  using namespace std::string_literals;
  const temp_folder folder;
  secret_policy policy;
  policy.definitions = {"d*"};
  const auto systemd = only_provider(with_systemd({{"a", policy}, {"b.c-d_e@f", {}}, {"gone", {}}, {"none", {}}}));
  CHECK(*systemd->policy("a") == policy);
  CHECK(fetched(*systemd, "a") == "access"); // no $CREDENTIALS_DIRECTORY
  {
    const variable relative("CREDENTIALS_DIRECTORY", "somewhere");
    CHECK(fetched(*systemd, "a") == "access");
  }
  const variable set("CREDENTIALS_DIRECTORY", folder.path());
  write(folder.file("a"), "with\0zero and newline\n"s);
  write(folder.file("b.c-d_e@f"), "x");
  write(folder.file("none"), "");
  CHECK(fetched(*systemd, "a") == "with\0zero and newline\n"s); // the newline is a part of it
  CHECK(fetched(*systemd, "b.c-d_e@f") == "x");
  CHECK(fetched(*systemd, "gone") == "not_found");
  CHECK(fetched(*systemd, "none") == "not_found");
  write(folder.file("a"), "changed");
  CHECK(fetched(*systemd, "a") == "changed");
}

TEST_CASE("secret providers: systemd leaves its folder by no name") {
  const temp_folder folder;
  REQUIRE(::mkdir(folder.file("in").c_str(), 0700) == 0);
  write(folder.file("out"), "CANARY");
  write(folder.file("in/unlisted"), "CANARY");
  const variable set("CREDENTIALS_DIRECTORY", folder.file("in"));
  const auto systemd = only_provider(with_systemd({{"a", {}}}));
  CHECK(fetched(*systemd, "unlisted") == "not_found");
  for (const char* name : {"", ".", "..", ".hidden", "../out", "a/b", "/etc/passwd", "a*", "a b", "a\n", "\xC3\xA4"}) {
    CHECK(fetched(*systemd, name) == "invalid_argument");
    CHECK(code_of_policy(*systemd, name) == "invalid_argument");
  }
  CHECK(fetched(*systemd, std::string(256, 'a')) == "invalid_argument");
}

TEST_CASE("secret providers: systemd takes ordinary files only, as large as a secret may be") {
  const temp_folder folder;
  const variable set("CREDENTIALS_DIRECTORY", folder.path());
  const auto systemd =
      only_provider(with_systemd({{"link", {}}, {"folder", {}}, {"pipe", {}}, {"large", {}}, {"largest", {}}}));
  write(folder.file("real"), "CANARY");
  REQUIRE(::symlink(folder.file("real").c_str(), folder.file("link").c_str()) == 0);
  REQUIRE(::mkdir(folder.file("folder").c_str(), 0700) == 0);
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  const std::string largest = "CANARY" + std::string(secret_bytes_max - 6, 'x');
  write(folder.file("largest"), largest);
  write(folder.file("large"), largest + "x");
  for (const char* name : {"link", "folder", "pipe"})
    CHECK(fetched(*systemd, name) == "access");
  CHECK(fetched(*systemd, "large") == "corrupt");
  CHECK(fetched(*systemd, "largest") == largest);
  for (const mode_t mode : {0404, 0420, 0402}) {
    REQUIRE(::chmod(folder.file("largest").c_str(), mode) == 0);
    CHECK(fetched(*systemd, "largest") == "access");
  }
  REQUIRE(::chmod(folder.file("largest").c_str(), 0440) == 0); // as systemd gives it to a service's user
  CHECK(fetched(*systemd, "largest") == largest);
}

TEST_CASE("secret providers: names that cannot be one are refused at the start") {
  for (const char* name : {"", "A*", "A-B", "1A", "A=B", "a b"})
    CHECK(refusal_of(with_environment({{name, {}}})).find("invalid_argument: secrets.environment: ") == 0);
  for (const char* name : {"", "a*", ".a", "..", "a/b", "a b"})
    CHECK(refusal_of(with_systemd({{name, {}}})).find("invalid_argument: secrets.systemd: ") == 0);
  CHECK(refusal_of(with_environment({{"A", {}}, {"B", {}}, {"A", {}}})).find("twice") != std::string::npos);
  CHECK(refusal_of(with_environment({{"A", {}}, {"B", {}}})).empty()); // the control
}

TEST_CASE("secret providers: policies that cannot be one are refused at the start") {
  secret_policy policy;
  policy.hosts = {"no host"};
  CHECK(refusal_of(with_environment({{"A", policy}})).find("invalid_argument: secrets.environment: ") == 0);
  CHECK(refusal_of(with_systemd({{"a", policy}})).find("invalid_argument: secrets.systemd: ") == 0);
  CHECK(vault_refusal_after([&](auto& v) { v.secrets[0].policy = policy; }).find("secrets.vault.secrets") !=
        std::string::npos);
  const auto made = host_providers(with_environment({{"B", {}}, {"A", policy}}));
  REQUIRE_FALSE(made);
  CHECK(made.failure().where == "A");
}

TEST_CASE("secret providers: options of vault that cannot be used are refused at the start") {
  const temp_folder folder;
  CHECK(vault_refusal(good_vault()).empty());
  for (const char* address :
       {"vault.example", "ftp://vault.example", "http://vault.example:8200", "http://localhost:8200", "http://10.0.0.1",
        "https://user:word@vault.example", "https://vault.example/v1", "https://vault.example/?a=b",
        "https://vault.example#f", "https://vault.example:99999", "https://", "http://127.0.0.1.example", " "}) {
    INFO(address);
    CHECK(vault_refusal_after([&](auto& v) { v.address = address; }).find("invalid_argument: secrets.vault.address") ==
          0);
  }
  for (const char* address :
       {"https://vault.example", "https://vault.example/", "HTTPS://VAULT.example:1", "https://10.0.0.1",
        "https://[fd00::1]:8200", "http://127.0.0.1:8200", "http://127.8.8.8", "http://[::1]:8200/"}) {
    INFO(address);
    CHECK(vault_refusal_after([&](auto& v) { v.address = address; }).empty());
  }
  for (const char* mount : {"", "/", "a/", "/a", "a//b", "..", "a/../b", ".", "a b", "\n"})
    CHECK(vault_refusal_after([&](auto& v) { v.mount = mount; }).find("invalid_argument: secrets.vault.mount") == 0);
  CHECK(vault_refusal_after([&](auto& v) { v.mount = "kv/team-1"; }).empty());
  for (const char* space : {"a b", "a\r\nX-Other: 1", "\xC3\xA4"})
    CHECK(vault_refusal_after([&](auto& v) {
            v.vault_namespace = space;
          }).find("invalid_argument: secrets.vault.vault_namespace") == 0);
  for (const std::string& file : {std::string("/no/such/file"), folder.path()})
    CHECK(vault_refusal_after([&](auto& v) { v.ca_file = file; }).find("invalid_argument: secrets.vault.ca_file") == 0);
  for (const std::int64_t ms : {-1, 0, 600'001})
    CHECK(vault_refusal_after([&](auto& v) { v.timeout_ms = ms; }).find("invalid_argument: secrets.vault.timeout_ms") ==
          0);
  for (const std::int64_t ms : {-1, 86'400'001})
    CHECK(vault_refusal_after([&](auto& v) { v.cache_ms = ms; }).find("invalid_argument: secrets.vault.cache_ms") == 0);
  for (const std::int64_t ms : {0, 86'400'000})
    CHECK(vault_refusal_after([&](auto& v) { v.cache_ms = ms; }).empty());
}

TEST_CASE("secret providers: vault has one way in") {
  const auto refused = [](const char* token_file, const char* role_id, const char* secret_id_file) {
    return !vault_refusal_after([&](auto& v) {
              v.token_file = token_file;
              v.role_id = role_id;
              v.secret_id_file = secret_id_file;
            }).empty();
  };
  CHECK_FALSE(refused("t", "", ""));
  CHECK_FALSE(refused("", "r", "s"));
  CHECK(refused("", "", ""));
  CHECK(refused("", "r", ""));
  CHECK(refused("", "", "s"));
  CHECK(refused("t", "r", "s"));
  CHECK(refused("t", "r", ""));
  CHECK(refused("t", "", "s"));
  CHECK(refused("", "r r", "s"));
}

TEST_CASE("secret providers: vault's names are PATH#FIELD or the beginning of such") {
  const auto refused = [](const char* name) {
    return !vault_refusal_after([&](auto& v) { v.secrets = {{name, {}}}; }).empty();
  };
  for (const char* name : {"a#b", "a/b#c", "a/b#*", "a/*", "*", "a*", "a#b#c"})
    CHECK_FALSE(refused(name));
  for (const char* name :
       {"", "a", "a/b", "a#", "#b", "a//b#c", "/a#b", "a/#b", "../a#b", "a/./b#c", "*a", "a*#b", "a b#c"})
    CHECK(refused(name));
}

} // namespace secret_providers_test
