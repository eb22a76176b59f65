// Sealing elsewhere, importing here.
#include "tests/support/given.hpp"
#include "tests/unit/storage/sealed_support.hpp"

#include "storage/sealed/envelope.hpp"

#include <vector>

namespace storage_sealed_envelope_test {

using namespace sealed_tests;
using pawl::test::given;
namespace sealed = storage::sealed;

namespace {

constexpr std::string_view value = "sealed far away";

secret_envelope letter(const sealed_store& to, std::int64_t version = 0) {
  secret_envelope how;
  how.to = to.public_key();
  how.name = "mail";
  how.settings = settings_for();
  how.settings.policy.labels = {{"device", "A-17"}};
  how.settings.expires_at_ms = 900'000;
  how.version = version;
  return how;
}

std::string sealed_text(const secret_envelope& how, std::string_view bytes = value) {
  return given(sealed::seal(how, secret(bytes)));
}

std::string import(sealed_store& store, const std::string& text, std::int64_t now_ms = 1'000) {
  return code_of(store.import(text, now_ms));
}

} // namespace

TEST_CASE("sealed envelope: what was sealed elsewhere arrives with everything that goes with it") {
  const place at;
  auto store = at.create();
  const std::string text = sealed_text(letter(*store));
  CHECK(text.rfind("pawl-envelope-1:", 0) == 0);
  CHECK(text.find('\n') == std::string::npos);
  const auto came = store->import(" " + text + "\n", 1'000);
  REQUIRE(came);
  CHECK(came->name == "mail");
  CHECK(came->version == 1);
  CHECK(came->changed_at_ms == 1'000);
  CHECK(came->settings.policy == letter(*store).settings.policy);
  CHECK(came->settings.expires_at_ms == 900'000);
  CHECK(at.value_of("mail") == value);
}

TEST_CASE("sealed envelope: without signers no envelope changes who may have a secret, unless that is said") {
  const place at;
  auto store = at.create();
  REQUIRE(import(*store, sealed_text(letter(*store))) == "fine");
  CHECK(import(*store, sealed_text(letter(*store, 2), "rotated-value-01")) == "fine"); // the same policy
  secret_envelope wider = letter(*store);
  wider.settings.policy.labels.clear();
  CHECK(import(*store, sealed_text(wider)) == "access");
  secret_envelope unmasked = letter(*store);
  unmasked.settings.no_mask = true;
  CHECK(import(*store, sealed_text(unmasked)) == "access");
  CHECK(at.value_of("mail") == "rotated-value-01");
  CHECK(store->import(sealed_text(wider), 1'000, true));
  CHECK(store->list().front().settings.policy.labels.empty());

  const auto mine = given(sealed::make_signing_key());
  REQUIRE(store->add_signer(mine.public_key));
  secret_envelope signed_one = letter(*store);
  signed_one.signing_key = std::make_shared<secret_bytes>(secret(mine.secret.view()));
  CHECK(import(*store, sealed_text(signed_one)) == "fine"); // who is trusted decides
}

TEST_CASE("sealed envelope: the largest value and the largest policy fit") {
  const place at;
  auto store = at.create();
  secret_envelope how = letter(*store);
  const std::string entry(255, '\1'); // six characters each in JSON
  how.settings.policy.definitions.assign(100, entry);
  how.settings.policy.node_types.assign(100, entry);
  for (int i = 0; i < 100; ++i)
    how.settings.policy.labels["label" + std::to_string(i)] = entry;
  how.settings.policy.labels.erase("device");
  const std::string large(secret_bytes_max, 'x');
  CHECK(import(*store, sealed_text(how, large)) == "fine");
  CHECK(at.value_of("mail") == large);
}

TEST_CASE("sealed envelope: is opened by the store that it is for only") {
  const place at;
  const place elsewhere;
  auto store = at.create();
  auto other = elsewhere.create();
  CHECK(import(*other, sealed_text(letter(*store))) == "corrupt");
  // The right public key under another store's id.
  secret_envelope how = letter(*store);
  how.to = sealed::public_text(std::string(16, 'x'), "");
  CHECK(code_of(sealed::seal(how, secret(value))) == "invalid_argument");
  const auto file = sealed::open_file(at.store, at.key);
  how.to = sealed::public_text(std::string(16, 'x'), file->head.public_key);
  CHECK(import(*store, sealed_text(how)) == "corrupt");
  CHECK(store->list().empty());
}

TEST_CASE("sealed envelope: survives rotations of the store's keys") {
  const place at;
  auto store = at.create();
  const std::string text = sealed_text(letter(*store));
  REQUIRE(store->rotate(at.key, {}));
  CHECK(import(*store, text) == "fine");
}

TEST_CASE("sealed envelope: comes once, and never before its version's turn") {
  const place at;
  auto store = at.create();
  const std::string open_one = sealed_text(letter(*store));
  CHECK(import(*store, sealed_text(letter(*store, 2))) == "conflict");
  const std::string first = sealed_text(letter(*store, 1));
  CHECK(import(*store, first) == "fine");
  CHECK(import(*store, first) == "conflict");
  CHECK(import(*store, open_one) == "fine");
  CHECK(import(*store, open_one) == "conflict");
  CHECK(import(*store, sealed_text(letter(*store, 2))) == "conflict");
  REQUIRE(store->remove("mail"));
  CHECK(import(*store, first) == "conflict");
  CHECK(import(*store, open_one) == "conflict");
  store.reset();
  store = at.open();
  CHECK(import(*store, open_one) == "conflict");
  const auto third = store->import(sealed_text(letter(*store, 3)), 1'000);
  REQUIRE(third);
  CHECK(third->version == 3);
}

TEST_CASE("sealed envelope: is not accepted past its time, nor with a secret that has expired") {
  const place at;
  auto store = at.create();
  secret_envelope how = letter(*store);
  how.valid_until_ms = 5'000;
  const std::string text = sealed_text(how);
  CHECK(import(*store, text, 5'000) == "timed_out");
  CHECK(import(*store, text, 4'999) == "fine");
  CHECK(import(*store, text, 4'999) == "conflict");
  CHECK(import(*store, sealed_text(letter(*store)), 6'000) == "fine"); // forgets the first, which time refuses now
  CHECK(import(*store, text, 6'000) == "timed_out");
  CHECK(import(*store, sealed_text(letter(*store)), 900'000) == "timed_out");
}

TEST_CASE("sealed envelope: while signers are listed, only theirs are accepted") {
  const place at;
  auto store = at.create();
  auto mine = sealed::make_signing_key();
  auto foreign = sealed::make_signing_key();
  REQUIRE(mine);
  REQUIRE(foreign);
  CHECK(mine->public_key.rfind("pawl-signer-1:", 0) == 0);
  const auto with = [&](const signing_key_pair& key) {
    secret_envelope how = letter(*store);
    how.signing_key = std::make_shared<secret_bytes>(secret(key.secret.view()));
    return sealed_text(how);
  };
  CHECK(import(*store, with(*foreign)) == "fine"); // nobody is listed
  REQUIRE(store->add_signer(mine->public_key));
  REQUIRE(store->add_signer(mine->public_key));
  CHECK(store->signers() == std::vector<std::string>{mine->public_key});
  CHECK(import(*store, sealed_text(letter(*store))) == "access");
  CHECK(import(*store, with(*foreign)) == "access");
  CHECK(import(*store, with(*mine)) == "fine");
  store.reset();
  store = at.open();
  CHECK(import(*store, sealed_text(letter(*store))) == "access");
  CHECK(code_of(store->remove_signer(foreign->public_key)) == "not_found");
  REQUIRE(store->remove_signer(mine->public_key));
  CHECK(import(*store, sealed_text(letter(*store))) == "fine");
  for (const std::string& text : {std::string(), std::string("pawl-signer-1:"), mine->public_key + "A",
                                  mine->public_key + "\n", std::string(mine->secret.view())})
    CHECK(code_of(store->add_signer(text)) == "invalid_argument");
}

TEST_CASE("sealed envelope: a changed character or a cut is refused, signed or not") {
  const place at;
  auto store = at.create();
  const auto key = sealed::make_signing_key();
  secret_envelope how = letter(*store);
  std::vector<std::string> texts{sealed_text(how)};
  how.signing_key = std::make_shared<secret_bytes>(secret(key->secret.view()));
  texts.push_back(sealed_text(how));
  int accepted = 0;
  for (const std::string& text : texts) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      if (import(*store, changed) != "corrupt") ++accepted;
      if (import(*store, text.substr(0, i)) != "corrupt") ++accepted;
    }
    if (import(*store, text + "A") != "corrupt") ++accepted;
  }
  CHECK(accepted == 0);
  CHECK(store->generation() == 1);
  CHECK(import(*store, texts[0]) == "fine"); // the control: unchanged ones are accepted
  CHECK(import(*store, texts[1]) == "fine");
}

TEST_CASE("sealed envelope: a signature taken off or put on again belongs to nothing else") {
  const place at;
  auto store = at.create();
  const auto key = sealed::make_signing_key();
  secret_envelope how = letter(*store);
  how.signing_key = std::make_shared<secret_bytes>(secret(key->secret.view()));
  const auto mine = sealed::read_envelope(sealed_text(how));
  REQUIRE(mine);
  CHECK(mine->signer == key->public_key);
  // The facts of one envelope with the value of another: each box is good, the two do not belong together.
  const auto other = sealed::read_envelope(sealed_text(letter(*store), "another value"));
  const auto file = sealed::open_file(at.store, at.key);
  const auto values = sealed::subkey(file->data_key, sealed::purpose::values);
  const auto secret_half =
      sealed::decrypt(*values, file->held.private_key, sealed::associated_with_private_key(file->head.store_id));
  REQUIRE(secret_half);
  sealed::envelope mixed = *mine;
  CHECK(sealed::open_envelope(mixed, file->head.public_key, *secret_half));
  mixed.value = other->value;
  CHECK(code_of(sealed::open_envelope(mixed, file->head.public_key, *secret_half)) == "corrupt");
}

TEST_CASE("sealed envelope: sealing refuses what no store would take") {
  const place at;
  auto store = at.create();
  const auto answer = [&](const secret_envelope& how, std::string_view bytes = value) {
    return code_of(sealed::seal(how, secret(bytes)));
  };
  CHECK(answer(letter(*store)) == "fine");
  CHECK(answer(letter(*store), "short") == "invalid_argument");
  CHECK(answer(letter(*store), "") == "invalid_argument");
  secret_envelope how = letter(*store);
  how.name = "not a name";
  CHECK(answer(how) == "invalid_argument");
  CHECK(answer(letter(*store, -1)) == "invalid_argument");
  how = letter(*store);
  how.signing_key = std::make_shared<secret_bytes>(secret("pawl-signing-key-1:nothing"));
  CHECK(answer(how) == "invalid_argument");
  const std::string good = store->public_key();
  for (std::size_t i = 0; i < good.size(); ++i) {
    how = letter(*store);
    how.to[i] = how.to[i] == 'A' ? 'B' : 'A';
    if (answer(how) != "invalid_argument") FAIL("a mistyped public key is taken: character " << i);
  }
}

// libsodium 1.0.18 reads some bytes from 128 up as digits of base64.
TEST_CASE("sealed envelope: a public key and a signing key are written in one way") {
  const place at;
  auto store = at.create();
  const auto key = sealed::make_signing_key();
  const auto is_taken = [&](const std::string& to, const std::string& signing_key) {
    secret_envelope how = letter(*store);
    how.to = to;
    how.signing_key = std::make_shared<secret_bytes>(secret(signing_key));
    return sealed::seal(how, secret(value)).has_value();
  };
  const std::string public_key = store->public_key();
  const std::string signing_key(key->secret.view());
  REQUIRE(is_taken(public_key, signing_key));
  const auto changes_taken = [](const std::string& good, const auto& take) {
    int taken = 0;
    for (std::size_t i = 0; i < good.size(); i += 11)
      for (int byte = 128; byte < 256; ++byte) {
        std::string changed = good;
        changed[i] = static_cast<char>(byte);
        if (take(changed)) ++taken;
      }
    return taken;
  };
  CHECK(changes_taken(public_key, [&](const auto& changed) { return is_taken(changed, signing_key); }) == 0);
  CHECK(changes_taken(signing_key, [&](const auto& changed) { return is_taken(public_key, changed); }) == 0);
}

} // namespace storage_sealed_envelope_test
