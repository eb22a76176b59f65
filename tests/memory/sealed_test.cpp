// What a sealed store leaves in the heap: of its values, its key file, its passphrase and a key to sign with.
#include "nodes/secrets/secret_file.hpp"
#include "tests/support/memory_search.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/secret_store.hpp>

#include <catch2/catch.hpp>

#include <sys/random.h>

using namespace pawl;
using namespace pawl::test;

namespace {

constexpr std::int64_t now_ms = 1'800'000'000'000;

secret_bytes random_value() {
  auto made = *secret_bytes::of_size(40);
  REQUIRE(::getrandom(made.data(), made.size(), 0) == static_cast<ssize_t>(made.size()));
  return made;
}

/// All that can be done with a value in a store: put in, again, read for changed settings, encrypted anew, locked by
/// another key, opened again.
void work_with(const std::string& path, const secret_key& key, const secret_key& next, const secret_bytes& value) {
  {
    auto store = secret_store::create(path, key);
    REQUIRE(store);
    REQUIRE(store->set("a", value, {}, 2));
    REQUIRE(store->set("a", value, {}, 2));
    REQUIRE(store->change_settings("a", {}));
    REQUIRE(store->rotate());
    REQUIRE(store->rotate(next));
  }
  auto store = secret_store::open(path, next);
  REQUIRE(store);
  REQUIRE(store->change_settings("a", {}));
}

} // namespace

TEST_CASE("memory: a sealed store leaves no copy of its values and its key file") {
  const temp_folder folder;
  const secret_bytes value = random_value();
  secret_key key;
  key.key_file = folder.file("key");
  secret_key next;
  next.key_file = folder.file("next");
  work_with(folder.file("s.sealed"), key, next, value);
  std::vector<needle> needles{{"value", value.view()}};
  for (const std::string& file : {key.key_file, next.key_file}) {
    const auto bytes = nodes::read_secret_file(file, "the key");
    REQUIRE(bytes);
    needles.emplace_back("key", bytes->view());
  }
  const memory_found found = search_memory(needles);
  INFO(found.text());
  CHECK(found.hits.empty());
  CHECK(found.count_locked("value") == 1);
  CHECK(found.count_locked("key") == 0); // the store is closed
}

TEST_CASE("memory: a sealed store leaves no copy of its passphrase") {
  const temp_folder folder;
  const secret_bytes value = random_value();
  const auto phrase = std::make_shared<secret_bytes>(random_value());
  secret_key key;
  key.passphrase = phrase;
  secret_key next;
  next.key_file = folder.file("next");
  work_with(folder.file("s.sealed"), key, next, value);
  const memory_found found = search_memory({{"value", value.view()}, {"passphrase", phrase->view()}});
  INFO(found.text());
  CHECK(found.hits.empty());
  CHECK(found.count_locked("passphrase") == 1);
}

TEST_CASE("memory: an envelope leaves no copy of its value and of the key that signs it") {
  const temp_folder folder;
  const secret_bytes value = random_value();
  secret_key key;
  key.key_file = folder.file("key");
  auto store = secret_store::create(folder.file("s.sealed"), key);
  REQUIRE(store);
  auto signer = make_signing_key();
  REQUIRE(signer);
  REQUIRE(store->add_signer(signer->public_key));
  secret_envelope how;
  how.to = store->public_key();
  how.name = std::string("a"); // g++ 12 warns of the plain form
  how.signing_key = std::make_shared<secret_bytes>(std::move(signer->secret));
  const auto sealed = seal(how, value);
  REQUIRE(sealed);
  REQUIRE(store->import(*sealed, now_ms));
  // The text of the key begins with a fixed word, and ends with its public half.
  const memory_found found =
      search_memory({{"value", value.view()}, {"signing key", how.signing_key->view().substr(19, 40)}});
  INFO(found.text());
  CHECK(found.hits.empty());
  CHECK(found.count_locked("value") == 1);
  CHECK(found.count_locked("signing key") == 1);
}
