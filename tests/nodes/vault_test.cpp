// The source `vault` against a server that is written to Vault's documented HTTP API, on a clock of the test's own.
#include "nodes/secrets/vault_provider.hpp"
#include "tests/nodes/attempt.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/python_server.hpp"

#include <chrono>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace vault_test {

using namespace pawl;
using namespace pawl::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string canary = "CANARY-secret-value-0123456789";
const std::string role_id = "role-\"1\"";
constexpr char static_token[] = "hvs.CANARY-static-token";

/// A server as it was when it started, and a client of its.
class vault {
public:
  vault() : vault(running()) {}
  explicit vault(python_server& server) : server_(server) {
    call("reset");
    options.address = server.url("");
    options.secrets = {{"*", {}}};
    options.cache_ms = 0;
  }

  void use_token(const std::string& text = static_token) { options.token_file = file("token", text); }
  void use_role(const std::string& secret_id = "CANARY-secret-id\\\n") {
    options.role_id = role_id;
    options.secret_id_file = file("secret-id", secret_id);
  }
  std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    std::string path = folder_.file(name);
    std::ofstream(path, std::ios::binary) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return path;
  }

  /// The value and version, or the error's code. No error holds anything secret.
  std::string fetch(const std::string& name) {
    const auto got = provider().fetch(name);
    if (got) return std::string(got->bytes.view()) + "@" + got->version;
    last_error = to_string(got.failure());
    CHECK(last_error.find("CANARY") == std::string::npos);
    CHECK(last_error.find(role_id) == std::string::npos);
    return to_string(got.failure().code);
  }
  secret_provider& provider() {
    if (!provider_) {
      auto made = nodes::vault_provider::of(options, [this] { return now; });
      if (!made) FAIL(to_string(made.failure()));
      provider_ = *made;
    }
    return *provider_;
  }

  json call(const std::string& what, const json& body = json::object()) {
    nodes::built_in_settings settings;
    settings.http.allow_private = true;
    const attempted done = attempt(types_with(settings), "http",
                                   {{"url", server_.url("/test/" + what)}, {"method", "POST"}, {"json", body}});
    REQUIRE(done.error.empty());
    return done.output["body"];
  }
  int logins() { return call("seen")["logins"].get<int>(); }
  int reads() { return call("seen")["reads"].get<int>(); }

  vault_options options;
  std::chrono::steady_clock::time_point now{1h};
  std::string last_error;

private:
  static python_server& running() {
    static python_server server("PAWL_VAULT_SERVER");
    return server;
  }

  python_server& server_;
  temp_folder folder_;
  std::shared_ptr<secret_provider> provider_;
};

} // namespace

TEST_CASE("vault: gives a field of the newest version", "[server]") {
  vault at;
  at.use_token();
  CHECK(at.provider().source() == "vault");
  CHECK(at.fetch("app/db#password") == canary + "@3");
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.fetch("app/other#password") == "another@3");
  CHECK(at.fetch("app/db#escaped") ==
        std::string("\"\\/\b\f\n\r\t\0\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 ", 19) + canary + "@3");
  CHECK(at.fetch("fits#x") == std::string(60'000, 'y') + "@3");
  CHECK_FALSE(at.provider().fetch("app/db#user")->expires_at_ms);
}

TEST_CASE("vault: asks as the documentation says", "[server]") {
  vault at;
  at.use_token(std::string(static_token) + "\n");
  CHECK(at.fetch("app/db#password") == canary + "@3");
  const json seen = at.call("seen")["last"];
  CHECK(seen["method"] == "GET");
  CHECK(seen["path"] == "/v1/secret/data/app/db");
  CHECK(seen["headers"]["x-vault-token"] == static_token);
  CHECK(seen["headers"]["x-vault-request"] == "true");
  for (const char* name : {"x-vault-namespace", "cookie", "authorization", "accept-encoding", "content-type", "expect"})
    CHECK_FALSE(seen["headers"].contains(name));
  CHECK(at.fetch("a-b%2e./c#x") == "not_found");
  CHECK(at.call("seen")["last"]["path"] == "/v1/secret/data/a-b%252e./c");
  CHECK(at.fetch("app/db#user#password") == "not_found"); // a field of app/db, whose pattern is app/db#*
  CHECK(at.call("seen")["last"]["path"] == "/v1/secret/data/app/db");
}

TEST_CASE("vault: a namespace and a mount are where the host says", "[server]") {
  vault at;
  at.use_token();
  at.options.vault_namespace = "team-a/x";
  at.options.mount = "kv/team";
  CHECK(at.fetch("ns/only#x") == "of a namespace@3");
  CHECK(at.call("seen")["last"]["path"] == "/v1/kv/team/data/ns/only");
  CHECK(at.fetch("app/db#password") == "not_found");
  vault without; // the control
  without.use_token();
  CHECK(without.fetch("ns/only#x") == "not_found");
}

TEST_CASE("vault: gives what the host permits and asks for nothing else", "[server]") {
  vault at;
  at.use_token();
  secret_policy policy;
  policy.node_types = {"http"};
  at.options.secrets = {{"app/db#user", {}}, {"app/db#*", policy}, {"app/o*", {}}};
  CHECK(*at.provider().policy("app/db#user") == secret_policy());
  CHECK(*at.provider().policy("app/db#password") == policy);
  CHECK(at.fetch("app/db#password") == canary + "@3");
  CHECK(at.fetch("app/other#password") == "another@3");
  const int before = at.reads();
  for (const char* name : {"app/dbx#user", "ap#x", "App/db#user"}) {
    CHECK(at.fetch(name) == "not_found");
    CHECK(to_string(at.provider().policy(name).failure().code) == std::string("not_found"));
  }
  for (const char* name : {"", "app/db", "app/db#", "#x", "app//db#x", "/app/db#x", "app/o/../db#password",
                           "app/o/./x#y", "app/o x#y", "app/o\n#y", "app/o\xC3\xA4#y"}) {
    CHECK(at.fetch(name) == "invalid_argument");
    CHECK_FALSE(at.provider().policy(name));
  }
  CHECK(at.reads() == before);
}

TEST_CASE("vault: what is not there is not found", "[server]") {
  vault at;
  at.use_token();
  for (const char* name : {"app/none#x", "deleted/a#x", "app/db#none-such", "app/db#empty", "status/404#x", "loud/a#x"})
    CHECK(at.fetch(name) == "not_found");
}

TEST_CASE("vault: a field that is no text, and an answer that is no good one, are corrupt", "[server]") {
  vault at;
  at.use_token();
  for (const char* name : {"app/db#port", "app/db#none", "app/db#list", "app/db#on"})
    CHECK(at.fetch(name) == "corrupt");
  for (const char* name :
       {"empty", "cut", "twice", "deep", "utf8", "surrogate", "html", "v1", "no-version", "text-version", "null"}) {
    INFO(name);
    CHECK(at.fetch(std::string("raw/") + name + "#x") == "corrupt");
  }
  CHECK(at.fetch("large#x") == "corrupt");
  CHECK(at.last_error.find("65536") != std::string::npos);
}

TEST_CASE("vault: statuses tell whether to try again", "[server]") {
  vault at;
  at.use_token();
  const std::pair<const char*, const char*> rows[] = {
      {"status/429#x", "busy"},
      {"status/503#x", "busy"},
      {"status/412#x", "busy"},
      {"status/500#x", "storage"},
      {"status/502#x", "storage"},
      {"status/408#x", "storage"},
      {"moved/a#x", "busy"},
      {"busy-half/a#x", "busy"},
      {"half/a#x", "storage"},
      {"status/403#x", "access"},
      {"status/401#x", "access"},
      {"forbidden/a#x", "access"},
      {"status/400#x", "invalid_argument"},
  };
  for (const auto& [name, expected] : rows) {
    INFO(name);
    CHECK(at.fetch(name) == expected);
    CHECK(at.last_error.find(at.options.address) != std::string::npos);
  }
  CHECK(at.call("seen")["last"]["path"] == "/v1/secret/data/status/400"); // no redirect was followed behind it
}

TEST_CASE("vault: a server that does not answer in time, or at all, may be asked again", "[server]") {
  vault slow;
  slow.use_token();
  slow.options.timeout_ms = 100;
  CHECK(slow.fetch("slow/a#x") == "timed_out");
  python_server gone("PAWL_VAULT_SERVER");
  vault down(gone);
  down.use_token();
  CHECK(down.fetch("app/db#user") == "u-0123456789@3");
  gone.kill();
  CHECK(down.fetch("app/db#user") == "storage");
}

TEST_CASE("vault: a secret is kept for cache_ms and no longer", "[server]") {
  vault at;
  at.use_token();
  at.options.cache_ms = 30'000;
  CHECK(at.fetch("app/other#password") == "another@3");
  at.call("set", {{"data", {{"app/other", {{"password", "changed"}}}}}});
  at.now += 29'999ms;
  CHECK(at.fetch("app/other#password") == "another@3");
  CHECK(at.reads() == 1);
  at.now += 1ms;
  CHECK(at.fetch("app/other#password") == "changed@3");
  CHECK(at.reads() == 2);
  at.now += 30s;
  at.call("revoke");
  CHECK(at.fetch("app/other#password") == "access"); // nothing old instead
  vault never;                                       // the control
  never.use_token();
  CHECK(never.fetch("app/other#password") == "another@3");
  CHECK(never.fetch("app/other#password") == "another@3");
  CHECK(never.reads() == 2);
}

TEST_CASE("vault: what is not there is not asked for again at once, other failures are", "[server]") {
  vault at;
  at.use_token();
  at.options.cache_ms = 60'000;
  for (int i = 0; i < 10; ++i)
    CHECK(at.fetch("app/none#x") == "not_found");
  CHECK(at.reads() == 1);
  at.now += 4'999ms;
  CHECK(at.fetch("app/none#x") == "not_found");
  CHECK(at.reads() == 1);
  at.now += 1ms;
  CHECK(at.fetch("app/none#x") == "not_found");
  CHECK(at.reads() == 2);
  CHECK(at.fetch("app/db#nowhere") == "not_found"); // a field
  CHECK(at.fetch("app/db#nowhere") == "not_found");
  CHECK(at.reads() == 3);
}

TEST_CASE("vault: failures are kept no longer than secrets, and keeping many does not end the keeping", "[server]") {
  vault at;
  at.use_token();
  at.options.cache_ms = 1000;
  CHECK(at.fetch("app/new#x") == "not_found");
  json data;
  for (int i = 0; i < 100; ++i)
    data["many/" + std::to_string(i)] = {{"x", "value"}};
  data["app/new"] = {{"x", "value"}};
  at.call("set", {{"data", data}});
  at.now += 1s;
  CHECK(at.fetch("app/new#x") == "value@3");
  for (int i = 0; i < 100; ++i) {
    CHECK(at.fetch("many/" + std::to_string(i) + "#x") == "value@3");
    at.now += 1ms;
  }
  const int before = at.reads();
  CHECK(at.fetch("many/99#x") == "value@3");
  CHECK(at.reads() == before);
  CHECK(at.fetch("app/new#x") == "value@3"); // the oldest had to go
  CHECK(at.reads() == before + 1);
}

TEST_CASE("vault: a token file that changes is read again", "[server]") {
  vault at;
  at.use_token("hvs.CANARY-old\n");
  CHECK(at.fetch("app/db#user") == "access");
  CHECK(at.reads() == 1); // the same token is not tried twice
  at.use_token();
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.logins() == 0);
}

TEST_CASE("vault: a token file that cannot be one is the host's fault, and nobody is asked", "[server]") {
  vault at;
  at.use_token();
  const std::string path = at.options.token_file;
  for (const char* text : {"", "\n", "CANARY\nCANARY", "CANARY CANARY", "CANARY\r\nX-Other: 1", "CANARY\xC3\xA4"}) {
    at.use_token(text);
    CHECK(at.fetch("app/db#user") == "access");
    CHECK(at.last_error.find(path) != std::string::npos);
  }
  at.file("token", static_token, 0644);
  CHECK(at.fetch("app/db#user") == "access");
  CHECK(at.last_error.find("others") != std::string::npos);
  REQUIRE(::unlink(path.c_str()) == 0);
  CHECK(at.fetch("app/db#user") == "access");
  CHECK(at.reads() == 0);
  for (const mode_t mode : {0660, 0620, 0604}) {
    at.file("token", static_token, mode);
    CHECK(at.fetch("app/db#user") == "access");
  }
  if (::geteuid() == 0) {
    const std::string foreign = at.file("token", static_token, 0600);
    REQUIRE(::chown(foreign.c_str(), 12'345, 0) == 0);
    CHECK(at.fetch("app/db#user") == "access");
    CHECK_THAT(at.last_error, Catch::Contains("belongs to another user"));
    REQUIRE(::chown(foreign.c_str(), 0, 0) == 0);
  }
  at.file("token", static_token, 0640); // the control, and what Vault's agent writes
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
}

TEST_CASE("vault: an AppRole logs in once, and again when two thirds of the lease are over", "[server]") {
  vault at;
  at.use_role();
  at.call("set", {{"lease", 90}});
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.call("seen")["last"]["headers"]["x-vault-token"] == "hvs.CANARY-login-1");
  at.now += 59'999ms;
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.logins() == 1);
  at.now += 1ms;
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.logins() == 2);
  CHECK(at.call("seen")["last"]["headers"]["x-vault-token"] == "hvs.CANARY-login-2");
}

TEST_CASE("vault: a lease of 0 does not end, and a very long one does not end early", "[server]") {
  for (const std::int64_t lease_s : {std::int64_t{0}, INT64_MAX}) {
    vault at;
    at.use_role();
    at.call("set", {{"lease", lease_s}});
    CHECK(at.fetch("app/db#user") == "u-0123456789@3");
    at.now += 24h * 365;
    CHECK(at.fetch("app/db#user") == "u-0123456789@3");
    CHECK(at.logins() == 1);
  }
}

TEST_CASE("vault: an AppRole logs in as the documentation says", "[server]") {
  vault at;
  at.use_role();
  at.options.vault_namespace = "team-a/x";
  at.call("set", {{"login_status", 400}});
  CHECK(at.fetch("ns/only#x") == "access");
  const json seen = at.call("seen")["last"];
  CHECK(seen["method"] == "POST");
  CHECK(seen["path"] == "/v1/auth/approle/login");
  CHECK(seen["headers"]["x-vault-namespace"] == "team-a/x");
  CHECK(seen["headers"]["content-type"] == "application/json");
  CHECK_FALSE(seen["headers"].contains("x-vault-token"));
  CHECK(json::parse(seen["body"].get<std::string>()) ==
        json{{"role_id", role_id}, {"secret_id", "CANARY-secret-id\\"}});
}

TEST_CASE("vault: an AppRole whose token was revoked logs in once more", "[server]") {
  vault at;
  at.use_role();
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  at.call("revoke");
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.logins() == 2);
  CHECK(at.reads() == 3);
}

TEST_CASE("vault: tokens that are good for one use do no harm", "[server]") {
  vault at;
  at.use_role();
  at.call("set", {{"uses", 1}});
  for (int i = 1; i <= 3; ++i) {
    CHECK(at.fetch("app/db#user") == "u-0123456789@3");
    CHECK(at.logins() == i);
  }
}

TEST_CASE("vault: a path that Vault refuses does not cause a login each time", "[server]") {
  vault at;
  at.use_role();
  for (int i = 0; i < 5; ++i)
    CHECK(at.fetch("forbidden/a#x") == "access");
  CHECK(at.logins() == 1);
  at.now += 30s; // the token may have become bad meanwhile
  CHECK(at.fetch("forbidden/a#x") == "access");
  CHECK(at.logins() == 2);
  CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  CHECK(at.logins() == 2);
}

TEST_CASE("vault: a login that is refused, fails or is nonsense is told as such", "[server]") {
  const std::pair<int, const char*> rows[] = {{400, "access"}, {403, "access"}, {404, "access"},
                                              {429, "busy"},   {503, "busy"},   {500, "storage"}};
  for (const auto& [status, expected] : rows) {
    vault at;
    at.use_role();
    at.call("set", {{"login_status", status}});
    CHECK(at.fetch("app/db#user") == expected);
    CHECK(at.reads() == 0);
    at.call("set", {{"login_status", 200}});
    CHECK(at.fetch("app/db#user") == "u-0123456789@3");
  }
  for (const json& lease : {json("1"), json(-1), json(1.5), json(nullptr)}) {
    vault at;
    at.use_role();
    at.call("set", {{"lease", lease}});
    CHECK(at.fetch("app/db#user") == "corrupt");
  }
  vault wrong;
  wrong.use_role("CANARY-another");
  CHECK(wrong.fetch("app/db#user") == "access");
  wrong.use_role("");
  CHECK(wrong.fetch("app/db#user") == "access");
  wrong.use_role(); // the file is read at each login
  CHECK(wrong.fetch("app/db#user") == "u-0123456789@3");
}

TEST_CASE("vault: a server without a certificate that is trusted gets no token", "[server]") {
  const temp_folder folder;
  make_certificate(folder, "127.0.0.1", "IP");
  python_server secure("PAWL_VAULT_SERVER", {folder.file("certificate.pem"), folder.file("key.pem")});
  const auto fetched = [&](const std::string& ca_file, const std::string& host) {
    vault at;
    at.use_token();
    at.options.address = "https://" + host + ":" + secure.port();
    at.options.ca_file = ca_file;
    return at.fetch("app/db#user");
  };
  CHECK(fetched("", "127.0.0.1") == "access");
  CHECK(fetched(folder.file("certificate.pem"), "127.0.0.1") == "u-0123456789@3"); // the control
  CHECK(fetched(folder.file("certificate.pem"), "localhost") == "access");         // another name
  std::ofstream(folder.file("broken.pem")) << "-----BEGIN CERTIFICATE-----\nbroken\n";
  CHECK(fetched(folder.file("broken.pem"), "127.0.0.1") == "access");
}

} // namespace vault_test
