// What requests leave in the heap: those of the http node and of the source vault. The controls are the same requests
// where a host has started libcurl with the C library's functions.
#include "nodes/curl_handle.hpp"
#include "nodes/curl_memory.hpp"
#include "nodes/secrets/vault_provider.hpp"
#include "runtime/core/secret_bytes.hpp"
#include "tests/nodes/attempt.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/memory_search.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/random.h>
#include <unistd.h>

using namespace pawl;
using namespace pawl::test;
using nlohmann::json;

namespace {

// Of vault_server.py. In memory that nobody writes, which is not looked through.
constexpr std::string_view vault_value = "CANARY-secret-value-0123456789";
constexpr std::string_view vault_token = "hvs.CANARY-static-token";
constexpr std::string_view vault_secret_id = "CANARY-secret-id\\";

/// `user:` and 32 random digits, which never were anywhere else.
secret_bytes random_credentials() {
  constexpr std::string_view user = "user:";
  auto made = *secret_bytes::of_size(user.size() + 32);
  REQUIRE(::getrandom(made.data(), made.size(), 0) == static_cast<ssize_t>(made.size()));
  for (std::size_t i = 0; i < made.size(); ++i)
    made.data()[i] = static_cast<char>('a' + (made.data()[i] & 15));
  user.copy(made.data(), user.size());
  return made;
}

class context_with_secret final : public fake_context {
public:
  context_with_secret(json data, std::shared_ptr<const secret_bytes> secret)
      : fake_context(std::move(data)), secret_(std::move(secret)) {}
  std::shared_ptr<const secret_bytes> secret(std::string_view) const override { return secret_; }

private:
  std::shared_ptr<const secret_bytes> secret_;
};

/// A server with or without TLS, in a folder of its own.
template <class Server> class served {
public:
  explicit served(bool is_secure) {
    if (is_secure) make_certificate(folder_, "127.0.0.1", "IP");
    is_secure ? start(folder_.file("certificate.pem"), folder_.file("key.pem")) : start();
  }
  std::string url(const std::string& path) const {
    return (ca_file().empty() ? "http://127.0.0.1:" : "https://127.0.0.1:") + server_->port() + path;
  }
  std::string ca_file() const { return is_secure_ ? folder_.file("certificate.pem") : ""; }
  /// A private file with these bytes, which go no other way.
  std::string file(const std::string& name, std::string_view bytes) const {
    const int made = ::open(folder_.file(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(::write(made, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    ::close(made);
    return folder_.file(name);
  }

private:
  template <class... Files> void start(const Files&... files) {
    is_secure_ = sizeof...(files) > 0;
    if constexpr (std::is_same_v<Server, http_server>)
      server_.emplace(files...);
    else
      server_.emplace("PAWL_VAULT_SERVER", std::vector<std::string>{files...});
  }

  temp_folder folder_;
  bool is_secure_ = false;
  std::optional<Server> server_;
};

void add_parts(std::vector<needle>& needles, const std::string& name, std::string_view secret) {
  constexpr std::size_t part_bytes = 16;
  for (; secret.size() >= part_bytes; secret.remove_prefix(part_bytes / 2))
    needles.emplace_back(name, secret.substr(0, part_bytes));
}

/// What is left of a secret that went to a server as `scheme` has it.
memory_found after_http_requests(const char* scheme, bool is_secure) {
  const served<http_server> at(is_secure);
  const auto secret = std::make_shared<const secret_bytes>(random_credentials());
  const secret_bytes base64 = *core::base64_of(secret->view());
  std::vector<needle> needles; // parts, for a block that was freed loses its beginning first
  add_parts(needles, "raw", secret->view().substr(5));
  add_parts(needles, "base64", base64.view().substr(8, 40));
  nodes::built_in_settings settings;
  settings.http.allow_private = true;
  settings.http.ca_file = at.ca_file();
  const auto types = types_with(settings);
  for (const char* path : {"/json/good", "/gzip/2000", "/missing"}) {
    context_with_secret context({{"url", at.url(path)}, {"auth", scheme}}, secret);
    const attempted done = attempt(types, "http", context);
    CHECK((done.error.empty() || done.error_name == "HttpStatus"));
  }
  return search_memory(needles);
}

/// What is left of all that Vault and this process have told each other.
memory_found after_vault_requests(bool is_secure) {
  const served<python_server> at(is_secure);
  const std::vector<needle> needles{
      {"value", vault_value}, {"token", vault_token}, {"secret id", vault_secret_id.substr(0, 16)}};
  vault_options options;
  options.address = at.url("");
  options.ca_file = at.ca_file();
  options.secrets = {{"*", {}}};
  options.cache_ms = 0;
  vault_options with_role = options;
  options.token_file = at.file("token", vault_token);
  with_role.role_id = "role-\"1\"";
  with_role.secret_id_file = at.file("secret-id", vault_secret_id);
  for (const vault_options& one : {options, with_role}) {
    const auto provider = nodes::vault_provider::of(one);
    REQUIRE(provider);
    for (const char* name : {"app/db#password", "app/db#user", "app/db#list", "none#x"}) {
      const auto got = (*provider)->fetch(name);
      CHECK(got.has_value() == (std::string_view(name).substr(0, 4) == "app/" && name[7] != 'l'));
    }
  }
  return search_memory(needles);
}

/// From now on OpenSSL's blocks stay as they are when they are given back. False where that cannot be had.
bool keep_blocks_of_openssl() {
  using allocate = void* (*)(std::size_t, const char*, int);
  using move = void* (*)(void*, std::size_t, const char*, int);
  using release = void (*)(void*, const char*, int);
  const auto set =
      reinterpret_cast<int (*)(allocate, move, release)>(::dlsym(RTLD_DEFAULT, "CRYPTO_set_mem_functions"));
  return set != nullptr && set([](std::size_t size, const char*, int) { return std::malloc(size); },
                               [](void* block, std::size_t size, const char*, int) {
                                 void* const made = std::malloc(size);
                                 if (block != nullptr && made != nullptr)
                                   std::memcpy(made, block, std::min(size, ::malloc_usable_size(block)));
                                 return made;
                               },
                               [](void*, const char*, int) {}) == 1;
}

/// The value in Vault's answer, which nobody takes, on a handle that was not told to have it wiped.
memory_found after_plain_answer() {
  const served<python_server> at(true);
  const std::string url = at.url("/v1/secret/data/app/db");
  std::string token_line = "X-Vault-Token: " + std::string(vault_token);
  curl_slist token{token_line.data(), nullptr};
  const auto drop = +[](char*, std::size_t, std::size_t size, void*) { return size; };
  {
    const nodes::curl_handle handle = nodes::make_curl(at.ca_file(), "");
    nodes::set(handle.get(), CURLOPT_SSL_CTX_FUNCTION, static_cast<curl_ssl_ctx_callback>(nullptr));
    nodes::set(handle.get(), CURLOPT_URL, url.c_str());
    nodes::set(handle.get(), CURLOPT_HTTPHEADER, &token);
    nodes::set(handle.get(), CURLOPT_WRITEFUNCTION, drop);
    REQUIRE(::curl_easy_perform(handle.get()) == CURLE_OK);
  }
  return search_memory({{"value", vault_value}});
}

void need_none(const memory_found& found) {
  INFO(found.text());
  CHECK(found.hits.empty());
  CHECK(found.bytes_left_out == 0);
  CHECK(nodes::does_curl_wipe());
}

} // namespace

TEST_CASE("memory: a secret that an http node sends is in locked memory and nowhere else", "[server]") {
  need_none(after_http_requests(GENERATE("bearer", "basic", "X-Api-Key"), false));
}

TEST_CASE("memory: a secret that an http node sends over TLS is in locked memory and nowhere else", "[server]") {
  need_none(after_http_requests(GENERATE("bearer", "basic", "X-Api-Key"), true));
}

TEST_CASE("memory: values and tokens of Vault leave no copy", "[server]") { need_none(after_vault_requests(false)); }

TEST_CASE("memory: values and tokens of Vault leave no copy over TLS", "[server]") {
  need_none(after_vault_requests(true));
}

// A process of its own, for OpenSSL is told before it has any block.
TEST_CASE("memory: OpenSSL wipes what it has decrypted before it gives its blocks back", "[openssl]") {
  if (std::string_view(::curl_version_info(CURLVERSION_NOW)->ssl_version).substr(0, 9) != "OpenSSL/3") {
    WARN("SKIPPED: libcurl runs on another TLS library here");
    return;
  }
  REQUIRE(keep_blocks_of_openssl());
  for (const char* scheme : {"bearer", "basic"})
    need_none(after_http_requests(scheme, true));
  need_none(after_vault_requests(true));
  CHECK(after_plain_answer().count("value") > 0); // control
}

// A process of its own, for libcurl is started once. Blocks that were given back stay as they are until somebody has
// them again: here nobody has, so that it does not depend on who comes next.
TEST_CASE("memory control: where the host has started libcurl its copies are found", "[host-first]") {
  const auto leave = [](void*) {};
  const auto move = [](void* block, std::size_t size) -> void* {
    void* const made = std::malloc(size);
    if (block != nullptr && made != nullptr) std::memcpy(made, block, std::min(size, ::malloc_usable_size(block)));
    return made;
  };
  REQUIRE(::curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, leave, move, &::strdup, &std::calloc) == CURLE_OK);
  CHECK(after_http_requests("bearer", false).count("raw") > 0);
  CHECK(after_http_requests("basic", false).count("base64") > 0);
  const memory_found of_vault = after_vault_requests(false);
  CHECK(of_vault.count("value") > 0);
  CHECK(of_vault.count("token") > 0);
  CHECK(of_vault.count("secret id") > 0);
  CHECK_FALSE(nodes::does_curl_wipe());
}
