// The public sealed store, as programs use it.
#include "tests/support/temp_folder.hpp"

#include <pawl/secret_store.hpp>

#include <catch2/catch.hpp>

#include <memory>

namespace host_secret_store_test {

using namespace pawl;

namespace {

secret_bytes secret(std::string_view text) { return *secret_bytes::copy_of(text); }

secret_key key_in(const test::temp_folder& folder) {
  secret_key key;
  key.key_file = folder.file("key");
  return key;
}

} // namespace

TEST_CASE("secret store: made, changed, opened again") {
  const test::temp_folder folder;
  auto made = secret_store::create(folder.file("s"), key_in(folder));
  REQUIRE(made);
  CHECK(made->id().size() == 32);
  CHECK(made->generation() == 1);
  REQUIRE(*made->set("mail", secret("12345678"), {}) == 1);
  REQUIRE(made->change_settings("mail", {{{"d"}, {}, {}, {}}, std::nullopt, false}));
  REQUIRE(made->rotate());
  const std::string id = made->id();
  CHECK_FALSE(secret_store::open(folder.file("s"), key_in(folder)));
  secret_store moved = std::move(*made);
  CHECK(moved.list().size() == 1);
  { const secret_store gone = std::move(moved); }
  auto again = secret_store::open(folder.file("s"), key_in(folder));
  REQUIRE(again);
  CHECK(again->id() == id);
  CHECK(again->generation() == 4);
  CHECK(again->list()[0].settings.policy.definitions == std::vector<std::string>{"d"});
  CHECK(again->list()[0].changed_at_ms > 0);
  REQUIRE(again->remove("mail"));
  CHECK(again->list().empty());
}

TEST_CASE("secret store: takes what was sealed and signed for it") {
  const test::temp_folder folder;
  auto store = secret_store::create(folder.file("s"), key_in(folder));
  REQUIRE(store);
  auto signing = make_signing_key();
  REQUIRE(signing);
  REQUIRE(store->add_signer(signing->public_key));
  secret_envelope how;
  how.to = store->public_key();
  how.name = "mail";
  const auto unsigned_one = seal(how, secret("12345678"));
  REQUIRE(unsigned_one);
  CHECK(store->import(*unsigned_one, 1).failure().code == errc::access);
  how.signing_key = std::make_shared<secret_bytes>(std::move(signing->secret));
  const auto envelope = seal(how, secret("12345678"));
  REQUIRE(envelope);
  CHECK(store->import(*envelope, 1)->version == 1);
  CHECK(store->signers().size() == 1);
  CHECK(store->concerns(1).size() == 2); // open to all; the key lies beside the store
  REQUIRE(store->remove_signer(signing->public_key));
}

} // namespace host_secret_store_test
