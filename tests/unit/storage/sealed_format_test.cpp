// storage/README.md is enough: a reader and a writer of the sealed store's file, and a sealer of envelopes, made from
// its text alone with libsodium. Must include nothing of storage/sealed/.
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/secret_store.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

namespace storage_sealed_format_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

// ---- words

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string number(std::uint64_t value, std::size_t size) {
  std::string made;
  for (std::size_t i = 0; i < size; ++i, value /= 256)
    made += static_cast<char>(value % 256);
  return made;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at)
    value = value * 256 + static_cast<unsigned char>(*at);
  return value;
}

std::string n8(std::uint64_t value) { return number(value, 8); }
std::string text(std::string_view bytes) { return number(bytes.size(), 4) + std::string(bytes); }

std::string list(const std::vector<std::string>& texts) {
  std::string made = n8(texts.size());
  for (const std::string& one : texts)
    made += text(one);
  return made;
}

std::string hex(std::string_view bytes) {
  std::string made(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(made.data(), made.size(), raw(bytes), bytes.size());
  made.pop_back();
  return made;
}

std::string digest(std::string_view bytes) {
  std::string made(32, '\0');
  crypto_generichash(raw(made), 32, raw(bytes), bytes.size(), nullptr, 0);
  return made;
}

std::string random_bytes(std::size_t size) {
  std::string made(size, '\0');
  randombytes_buf(made.data(), size);
  return made;
}

std::string box(const std::string& key, std::string_view plain, std::string_view covered) {
  const std::string nonce = random_bytes(24);
  std::string made(plain.size() + 16, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(made), nullptr, raw(plain), plain.size(), raw(covered), covered.size(),
                                             nullptr, raw(nonce), raw(key));
  return nonce + made;
}

std::string unboxed(const std::string& key, std::string_view sealed, std::string_view covered) {
  REQUIRE(sealed.size() >= 40);
  std::string plain(sealed.size() - 40, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(sealed.substr(24)),
                                                 sealed.size() - 24, raw(covered), covered.size(), raw(sealed),
                                                 raw(key)) != 0)
    FAIL("a box does not open");
  return plain;
}

std::string subkey(const std::string& data_key, std::uint64_t id) {
  std::string made(32, '\0');
  crypto_kdf_derive_from_key(raw(made), 32, id, "PAWLSEAL", raw(data_key));
  return made;
}

std::string base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string made(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(made.data(), made.size(), raw(bytes), bytes.size(), variant);
  made.pop_back();
  return made;
}

std::string from_base64(std::string_view from, std::string_view prefix) {
  REQUIRE(from.substr(0, prefix.size()) == prefix);
  std::string made(from.size(), '\0');
  std::size_t size = 0;
  REQUIRE(sodium_base642bin(raw(made), made.size(), from.data() + prefix.size(), from.size() - prefix.size(), nullptr,
                            &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0);
  made.resize(size);
  return made;
}

// ---- the file

std::string value_covers(const std::string& store_id, const std::string& name, const json& version) {
  std::string made = "pawl sealed value 1" + text(store_id) + text(name) + n8(version.at("version"));
  for (const char* patterns : {"definitions", "node_types", "hosts"})
    made += list(version.at(patterns));
  made += n8(version.at("labels").size());
  for (const auto& [label, pattern] : version.at("labels").items())
    made += text(label) + text(pattern.get<std::string>());
  const json& expiry = version.at("expires_at_ms");
  made += n8(expiry.is_null() ? 0 : 1) + n8(expiry.is_null() ? 0 : expiry.get<std::uint64_t>());
  made += n8(version.at("no_mask").get<bool>() ? 1 : 0);
  return version.contains("owners") ? made + list(version.at("owners")) : made;
}

/// A file in its parts.
struct parts {
  std::string store_id, salt, data_key, public_key, private_key, mac;
  std::uint64_t kind, passes, memory, generation;
  json index;
  std::vector<std::string> values; ///< in their order
};

using make_key = std::string (*)(const parts& head);

parts parts_of(const std::string& file, const make_key& make) {
  const std::string_view all = file;
  parts made{};
  REQUIRE(all.substr(0, 7) == "PAWLSEC");
  CHECK(all[7] == 1);
  made.store_id = all.substr(8, 16);
  made.kind = number_in(all.substr(24, 8));
  made.passes = number_in(all.substr(32, 8));
  made.memory = number_in(all.substr(40, 8));
  made.salt = all.substr(48, 16);
  made.generation = number_in(all.substr(136, 8));
  made.public_key = all.substr(144, 32);
  const std::uint64_t size = number_in(all.substr(176, 4));
  made.data_key = unboxed(make(made), all.substr(64, 72), "pawl sealed data key 1" + file.substr(0, 64));
  made.index = json::parse(
      unboxed(subkey(made.data_key, 1), all.substr(180, size), "pawl sealed index 1" + file.substr(0, 180)));
  made.mac = hex(digest(all.substr(0, 180 + size)));
  const std::string values_key = subkey(made.data_key, 2);
  made.private_key = unboxed(values_key, all.substr(180 + size, 72), "pawl sealed private key 1" + text(made.store_id));
  std::size_t at = 252 + size;
  for (const auto& [name, versions] : made.index.at("secrets").items())
    for (const json& version : versions) {
      const std::size_t of_box = 40 + version.at("size").get<std::size_t>();
      made.values.push_back(unboxed(values_key, all.substr(at, of_box), value_covers(made.store_id, name, version)));
      at += of_box;
    }
  CHECK(at == all.size());
  CHECK(made.index.at("values") == hex(digest(all.substr(180 + size))));
  return made;
}

/// The other direction; `made.index` lacks `values`.
std::string file_of(const parts& from, const std::string& key) {
  const std::string values_key = subkey(from.data_key, 2);
  std::string values = box(values_key, from.private_key, "pawl sealed private key 1" + text(from.store_id));
  auto value = from.values.begin();
  for (const auto& [name, versions] : from.index.at("secrets").items())
    for (const json& version : versions)
      values += box(values_key, *value++, value_covers(from.store_id, name, version));
  json index = from.index;
  index["values"] = hex(digest(values));
  const std::string plain = index.dump();
  std::string made = "PAWLSEC\1" + from.store_id + n8(from.kind) + n8(from.passes) + n8(from.memory) + from.salt;
  made += box(key, from.data_key, "pawl sealed data key 1" + made);
  made += n8(from.generation) + from.public_key + number(plain.size() + 40, 4);
  made += box(subkey(from.data_key, 1), plain, "pawl sealed index 1" + made);
  return made + values;
}

const std::string fixed_key(32, 'k');
constexpr char passphrase[] = "correct horse battery staple";

std::string raw_key(const parts& head) {
  CHECK(head.kind == 1);
  CHECK(head.passes == 0);
  CHECK(head.memory == 0);
  CHECK(head.salt == std::string(16, '\0'));
  return fixed_key;
}

std::string argon2id_key(const parts& head) {
  CHECK(head.kind == 2);
  CHECK(head.passes == 3);
  CHECK(head.memory == 64 * mebibyte);
  CHECK(head.salt != std::string(16, '\0'));
  std::string made(32, '\0');
  REQUIRE(crypto_pwhash(raw(made), 32, passphrase, sizeof(passphrase) - 1, raw(head.salt), head.passes, head.memory,
                        crypto_pwhash_ALG_ARGON2ID13) == 0);
  return made;
}

// ---- envelopes

std::string sealed_box(std::string_view plain, const std::string& public_key) {
  std::string made(plain.size() + 48, '\0');
  REQUIRE(crypto_box_seal(raw(made), raw(plain), plain.size(), raw(public_key)) == 0);
  return made;
}

std::string opened_box(std::string_view sealed, const parts& store) {
  REQUIRE(sealed.size() >= 48);
  std::string plain(sealed.size() - 48, '\0');
  REQUIRE(crypto_box_seal_open(raw(plain), raw(sealed), sealed.size(), raw(store.public_key), raw(store.private_key)) ==
          0);
  return plain;
}

/// `facts` without `value`. Everything behind the signature.
std::string body(json facts, std::string_view value, const std::string& public_key) {
  const std::string value_box = sealed_box(value, public_key);
  facts["value"] = hex(digest(value_box));
  return text(sealed_box(facts.dump(), public_key)) + text(value_box);
}

json facts_for(const std::string& store_id, std::int64_t version) {
  return {{"definitions", {"d-*"}},
          {"node_types", {"http"}},
          {"hosts", {"https://api.example.com"}},
          {"labels", {{"device", "A-*"}}},
          {"no_mask", false},
          {"expires_at_ms", 900'000},
          {"id", hex(random_bytes(16))},
          {"store", store_id},
          {"name", "by.hand"},
          {"version", version},
          {"valid_until_ms", nullptr}};
}

// ---- stores

secret_bytes secret(std::string_view bytes) { return *secret_bytes::copy_of(bytes); }

void put(const std::string& file, std::string_view bytes, mode_t mode) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(::chmod(file.c_str(), mode) == 0);
}

std::string whole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct place {
  test::temp_folder folder{test::temp_folder::fast()};
  std::string store = folder.file("s.sealed");
  secret_key key;

  place() {
    key.key_file = folder.file("s.key");
    put(key.key_file, fixed_key, 0400);
  }

  secret_store create() const { return *secret_store::create(store, key); }
  parts read() const { return parts_of(whole(store), raw_key); }
};

secret_settings all_settings() {
  secret_settings made;
  made.policy = {
      {"d-*", "e"}, {"http"}, {"https://api.example.com", "10.0.7.*"}, {{"device", "A-*"}, {"site", "x"}}, {"ann"}};
  made.expires_at_ms = 1'900'000'000'000;
  made.no_mask = true;
  return made;
}

json settings_json(const secret_settings& how) {
  json made{{"definitions", how.policy.definitions},
            {"node_types", how.policy.node_types},
            {"hosts", how.policy.hosts},
            {"labels", how.policy.labels},
            {"no_mask", how.no_mask},
            {"expires_at_ms", how.expires_at_ms ? json(*how.expires_at_ms) : json(nullptr)}};
  if (!how.policy.owners.empty()) made["owners"] = how.policy.owners;
  return made;
}

} // namespace

TEST_CASE("sealed format: a reader made from the README alone finds every field of a store and opens its values") {
  const place at;
  auto store = at.create();
  REQUIRE(store.set("mail", secret("the first value"), {}, 2));
  REQUIRE(store.set("mail", secret("short"), all_settings(), 2));
  REQUIRE(store.set("gone", secret("12345678"), {}));
  REQUIRE(store.remove("gone"));
  REQUIRE(store.set("api.key", secret(std::string(secret_bytes_max, 'x')), {}));
  const auto signer = make_signing_key();
  REQUIRE(store.add_signer(signer->public_key));
  const parts found = at.read();
  CHECK(hex(found.store_id) == store.id());
  CHECK(found.generation == 7);
  CHECK(found.values == std::vector<std::string>{std::string(secret_bytes_max, 'x'), "the first value", "short"});
  CHECK(found.index.at("given") == json{{"mail", 2}, {"gone", 1}, {"api.key", 1}});
  CHECK(found.index.at("signers") == json{signer->public_key});
  CHECK(found.index.at("imported") == json::object());
  CHECK(found.index.size() == 5);
  const auto list = store.list();
  REQUIRE(list.size() == 2);
  json wanted = settings_json(all_settings());
  wanted.update({{"version", 2}, {"size", 5}, {"changed_at_ms", list[1].changed_at_ms}});
  const json& versions = found.index.at("secrets").at("mail");
  REQUIRE(versions.size() == 2);
  CHECK(versions[1] == wanted);
  CHECK(versions[0].at("version") == 1);
  CHECK(versions[0].at("size") == 15);
  CHECK(versions[0].at("expires_at_ms").is_null());
  // The private key is that of the public one.
  std::string again(32, '\0');
  crypto_scalarmult_base(raw(again), raw(found.private_key));
  CHECK(again == found.public_key);
  const std::string told = found.store_id + found.public_key;
  CHECK(store.public_key() == "pawl-seal-1:" + base64(told + digest(told).substr(0, 4)));
}

TEST_CASE("sealed format: a passphrase becomes the key as the README says") {
  const place at;
  secret_key words;
  words.passphrase = std::make_shared<secret_bytes>(secret(passphrase));
  auto store = secret_store::create(at.store, words);
  REQUIRE(store);
  REQUIRE(store->set("a", secret("12345678"), {}));
  CHECK(parts_of(whole(at.store), argon2id_key).values == std::vector<std::string>{"12345678"});
}

TEST_CASE("sealed format: rotating changes the data key and none of what stays") {
  const place at;
  auto store = at.create();
  REQUIRE(store.set("a", secret("12345678"), {}));
  const parts before = at.read();
  REQUIRE(store.rotate());
  const parts after = at.read();
  CHECK(after.data_key != before.data_key);
  CHECK(after.store_id == before.store_id);
  CHECK(after.public_key == before.public_key);
  CHECK(after.private_key == before.private_key);
  CHECK(after.values == before.values);
  CHECK(after.generation == before.generation + 1);
}

TEST_CASE("sealed format: a store that was written from the README alone is one") {
  const place at;
  parts by_hand{};
  by_hand.store_id = random_bytes(16);
  by_hand.kind = 1;
  by_hand.passes = 0;
  by_hand.memory = 0;
  by_hand.salt = std::string(16, '\0');
  by_hand.data_key = random_bytes(32);
  by_hand.private_key = random_bytes(32);
  by_hand.public_key = std::string(32, '\0');
  crypto_scalarmult_base(raw(by_hand.public_key), raw(by_hand.private_key));
  by_hand.generation = 41;
  json first = settings_json(all_settings());
  first.update({{"version", 7}, {"size", 5}, {"changed_at_ms", 3}});
  json second = settings_json({});
  second.update({{"version", 9}, {"size", 8}, {"changed_at_ms", 4}});
  by_hand.index = {{"secrets", {{"mail", {first, second}}}},
                   {"given", {{"mail", 9}, {"gone", 3}}},
                   {"signers", json::array()},
                   {"imported", {{hex(random_bytes(16)), nullptr}}},
                   {"of a later version", true}};
  by_hand.values = {"short", "12345678"};
  put(at.store, file_of(by_hand, fixed_key), 0600);
  auto store = given(secret_store::open(at.store, at.key));
  CHECK(store.id() == hex(by_hand.store_id));
  CHECK(store.generation() == 41);
  REQUIRE(store.list().size() == 1);
  const secret_summary mail = store.list()[0];
  CHECK(mail.version == 9);
  CHECK(mail.older == std::vector<std::int64_t>{7});
  CHECK(mail.size == 8);
  CHECK(mail.changed_at_ms == 4);
  REQUIRE(store.rotate()); // opens every value
  CHECK(at.read().values == by_hand.values);
  CHECK(*store.set("gone", secret("12345678"), {}) == 4);

  // The control: what is covered is needed.
  const std::string good = file_of(by_hand, fixed_key);
  for (const std::size_t offset : {8, 48, 63, 64, 135, 136, 143, 144, 175, 180, 252}) {
    std::string changed = good;
    changed[offset] = static_cast<char>(changed[offset] ^ 1);
    const place other;
    put(other.store, changed, 0600);
    CHECK_FALSE(secret_store::open(other.store, other.key));
  }
}

TEST_CASE("sealed format: the store opens what its own program sealed, by the README") {
  const place at;
  auto store = at.create();
  auto signing = make_signing_key();
  secret_envelope how;
  how.to = store.public_key();
  how.name = "mail";
  how.settings = all_settings();
  how.version = 1;
  how.valid_until_ms = 5'000;
  const std::string signing_bytes = from_base64(signing->secret.view(), "pawl-signing-key-1:");
  const std::string signer = from_base64(signing->public_key, "pawl-signer-1:");
  CHECK(signing_bytes.size() == 64);
  CHECK(signing_bytes.substr(32) == signer);
  how.signing_key = std::make_shared<secret_bytes>(std::move(signing->secret));
  const std::string bytes = from_base64(*seal(how, secret("short")), "pawl-envelope-1:");
  REQUIRE(bytes[0] == 1);
  CHECK(bytes.substr(1, 32) == signer);
  const std::string signed_part = "pawl envelope 1" + bytes.substr(97);
  CHECK(crypto_sign_verify_detached(raw(bytes.substr(33, 64)), raw(signed_part), signed_part.size(), raw(signer)) == 0);
  const std::size_t facts_size = number_in(bytes.substr(97, 4));
  const std::size_t value_at = 101 + facts_size;
  const std::size_t value_size = number_in(bytes.substr(value_at, 4));
  REQUIRE(value_at + 4 + value_size == bytes.size());
  const parts keys = at.read();
  CHECK(opened_box(bytes.substr(value_at + 4), keys) == "short");
  const json facts = json::parse(opened_box(bytes.substr(101, facts_size), keys));
  json wanted = settings_json(all_settings());
  wanted.update({{"id", facts.at("id")},
                 {"store", store.id()},
                 {"name", "mail"},
                 {"version", 1},
                 {"valid_until_ms", 5'000},
                 {"value", hex(digest(bytes.substr(value_at + 4)))}});
  CHECK(facts == wanted);
  CHECK(facts.at("id").get<std::string>().size() == 32);
}

TEST_CASE("sealed format: an envelope that was made from the README alone is imported") {
  const place at;
  auto store = at.create();
  const std::string to = from_base64(store.public_key(), "pawl-seal-1:");
  REQUIRE(to.size() == 52);
  CHECK(hex(to.substr(0, 16)) == store.id());
  const std::string public_key = to.substr(16, 32);
  const auto unsigned_one = [&](const json& facts) {
    return "pawl-envelope-1:" + base64(std::string(1, '\0') + body(facts, "made by hand", public_key));
  };
  const auto code = [](const auto& answer) -> std::string {
    return answer ? "fine" : to_string(answer.failure().code);
  };

  const json open_facts = facts_for(store.id(), 0);
  const std::string open_one = unsigned_one(open_facts);
  const auto came = given(store.import(open_one, 1'000));
  CHECK(came.name == "by.hand");
  CHECK(came.version == 1);
  CHECK(came.changed_at_ms == 1'000);
  CHECK(came.settings.policy.definitions == std::vector<std::string>{"d-*"});
  CHECK(came.settings.expires_at_ms == 900'000);
  CHECK(at.read().values == std::vector<std::string>{"made by hand"});
  CHECK(at.read().index.at("imported") == json{{open_facts.at("id"), nullptr}});
  CHECK(code(store.import(open_one, 1'000)) == "conflict");

  json facts = facts_for(store.id(), 2);
  facts["valid_until_ms"] = 5'000;
  CHECK(code(store.import(unsigned_one(facts), 5'000)) == "timed_out");
  for (const char* number : {"valid_until_ms", "version"})
    for (const json& none : {json(UINT64_MAX), json(5.5), json("5"), json(true)}) {
      json wrong = facts;
      wrong[number] = none;
      CHECK(code(store.import(unsigned_one(wrong), 1'000)) == "corrupt");
    }
  CHECK(code(store.import(unsigned_one(facts_for(store.id(), 3)), 1'000)) == "conflict");
  CHECK(code(store.import(unsigned_one(facts_for(hex(random_bytes(16)), 2)), 1'000)) == "corrupt");
  CHECK(code(store.import(unsigned_one(facts_for(store.id(), 2)), 900'000)) == "timed_out");
  CHECK(code(store.import(unsigned_one(facts), 4'999)) == "fine");

  std::string secret_half(64, '\0');
  std::string signer(32, '\0');
  crypto_sign_keypair(raw(signer), raw(secret_half));
  const auto signed_by = [&](const std::string& domain) {
    const std::string behind = body(facts_for(store.id(), 3), "made by hand", public_key);
    const std::string covered = domain + behind;
    std::string signature(64, '\0');
    crypto_sign_detached(raw(signature), nullptr, raw(covered), covered.size(), raw(secret_half));
    return "pawl-envelope-1:" + base64("\1" + signer + signature + behind);
  };
  REQUIRE(store.add_signer("pawl-signer-1:" + base64(signer)));
  CHECK(code(store.import(unsigned_one(facts_for(store.id(), 3)), 1'000)) == "access");
  CHECK(code(store.import(signed_by("another domain"), 1'000)) == "corrupt");
  const auto third = given(store.import(signed_by("pawl envelope 1"), 1'000));
  CHECK(third.version == 3);
  CHECK(at.read().index.at("secrets").at("by.hand").size() == 1); // the one that came is alone
}

} // namespace storage_sealed_format_test
