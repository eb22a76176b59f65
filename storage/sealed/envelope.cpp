// Seals a value for a store elsewhere, and opens it there. Two sealed boxes: one of what goes with the value, which
// holds the digest of the other, and one of the value alone, so that the value never leaves locked memory. The
// signature covers both.
#include "storage/sealed/envelope.hpp"

#include "runtime/core/json.hpp"
#include "storage/sealed/contents.hpp"
#include "storage/sealed/crypto.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <cstring>

namespace pawl::storage::sealed {
namespace {

using nlohmann::json;

constexpr std::string_view seal_prefix = "pawl-seal-1:";
constexpr std::string_view envelope_prefix = "pawl-envelope-1:";
constexpr std::string_view signing_prefix = "pawl-signing-key-1:";
constexpr std::string_view signer_prefix = "pawl-signer-1:";
constexpr std::string_view signed_domain = "pawl envelope 1";
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t signer_bytes = crypto_sign_PUBLICKEYBYTES;
constexpr std::size_t signature_bytes = crypto_sign_BYTES;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr core::json_limits facts_limits{std::size_t{1} << 20, 4, 2'000};
constexpr std::size_t envelope_text_max = std::size_t{2} << 20;
static_assert(public_key_bytes == crypto_box_PUBLICKEYBYTES && key_bytes == crypto_box_SECRETKEYBYTES);

// ---- texts

std::string to_base64(std::string_view bytes) {
  std::string made(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(made.data(), made.size(), raw(bytes), bytes.size(), variant);
  made.pop_back(); // the zero byte
  return made;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// libsodium 1.0.18 takes bytes from 128 up for digits, so that one text could be written in several ways.
bool is_base64(std::string_view text) {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
         std::string_view::npos;
}

std::optional<std::string> from_text(std::string_view text, std::string_view prefix) {
  text = trimmed(text);
  if (text.size() > envelope_text_max || text.substr(0, prefix.size()) != prefix) return std::nullopt;
  text.remove_prefix(prefix.size());
  std::string made(text.size(), '\0');
  std::size_t got = 0;
  if (!is_base64(text) ||
      sodium_base642bin(raw(made.data()), made.size(), text.data(), text.size(), nullptr, &got, nullptr, variant) != 0)
    return std::nullopt;
  made.resize(got);
  return made;
}

std::string checksum(std::string_view bytes) { return digest(bytes).substr(0, checksum_bytes); }

struct recipient {
  std::string store_id;
  std::string public_key;
};

result<recipient> read_recipient(const std::string& text) {
  const auto bytes = from_text(text, seal_prefix);
  constexpr std::size_t told = id_bytes + public_key_bytes;
  if (!bytes || bytes->size() != told + checksum_bytes || checksum(bytes->substr(0, told)) != bytes->substr(told))
    return error{errc::invalid_argument,
                 "whom to seal for is one whole line that begins with pawl-seal-1: (pawl secrets public-key)", ""};
  return recipient{bytes->substr(0, id_bytes), bytes->substr(id_bytes, public_key_bytes)};
}

// ---- boxes

result<std::string> sealed_box(std::string_view plain, const std::string& public_key) {
  std::string made(crypto_box_SEALBYTES + plain.size(), '\0');
  if (crypto_box_seal(raw(made.data()), raw(plain), plain.size(), raw(public_key)) != 0)
    return error{errc::invalid_argument, "the public key to seal for is none", ""};
  return made;
}

bool open_box(char* to, std::string_view box, std::string_view public_key, const secret_bytes& key) {
  return crypto_box_seal_open(raw(to), raw(box), box.size(), raw(public_key), raw(key.view())) == 0;
}

error broken() {
  return {
      errc::corrupt,
      "the envelope is not sealed for this store, or was changed or cut on the way: seal it anew for the public key "
      "of this store (pawl secrets public-key)",
      ""};
}

// What the signature covers and the envelope holds.
std::string body_of(const std::string& facts, const std::string& value) {
  std::string made;
  put_text(made, facts);
  put_text(made, value);
  return made;
}

// ---- signatures

result<secret_bytes> read_signing_key(const secret_bytes& text) {
  const auto wrong = [] {
    return error{errc::invalid_argument, "a signing key is one whole line that begins with pawl-signing-key-1:", ""};
  };
  std::string_view rest = trimmed(text.view());
  if (rest.substr(0, signing_prefix.size()) != signing_prefix) return wrong();
  rest.remove_prefix(signing_prefix.size());
  auto key = secret_bytes::of_size(crypto_sign_SECRETKEYBYTES);
  if (!key) return key;
  std::size_t got = 0;
  if (!is_base64(rest) ||
      sodium_base642bin(raw(key->data()), key->size(), rest.data(), rest.size(), nullptr, &got, nullptr, variant) !=
          0 ||
      got != key->size())
    return wrong();
  // Its second half is the public key; one that is not its own would give the key away.
  auto again = secret_bytes::of_size(crypto_sign_SECRETKEYBYTES);
  if (!again) return again;
  std::string public_key(signer_bytes, '\0');
  crypto_sign_seed_keypair(raw(public_key.data()), raw(again->data()), raw(key->view()));
  if (sodium_memcmp(again->data(), key->data(), key->size()) != 0) return wrong();
  return key;
}

result<std::string> signed_part(const secret_envelope& how, const std::string& body) {
  if (!how.signing_key) return std::string(1, '\0');
  const auto key = read_signing_key(*how.signing_key);
  if (!key) return key.failure();
  std::string signer(signer_bytes, '\0');
  std::string signature(signature_bytes, '\0');
  const std::string covered = std::string(signed_domain) + body;
  crypto_sign_ed25519_sk_to_pk(raw(signer.data()), raw(key->view()));
  crypto_sign_detached(raw(signature.data()), nullptr, raw(covered), covered.size(), raw(key->view()));
  return '\1' + signer + signature;
}

// ---- what goes with the value

std::string facts_of(const secret_envelope& how, const std::string& store_id, const std::string& value_box) {
  json facts = to_json(how.settings);
  facts["id"] = hex(random_text(id_bytes));
  facts["store"] = hex(store_id);
  facts["name"] = how.name;
  facts["version"] = how.version;
  facts["valid_until_ms"] = how.valid_until_ms ? json(*how.valid_until_ms) : json(nullptr);
  facts["value"] = hex(digest(value_box));
  return facts.dump(); // bounded and UTF-8: check_secret has seen it
}

bool is_whole(const json& number) {
  return number.is_number_integer() && (!number.is_number_unsigned() || number.get<std::uint64_t>() <= INT64_MAX);
}

result<opened_envelope> read_facts(const json& facts, const std::string& value_box) {
  auto settings = settings_from(facts);
  if (!settings) return broken();
  opened_envelope made;
  made.settings = std::move(*settings);
  try {
    if (facts.at("value").get_ref<const std::string&>() != hex(digest(value_box))) return broken();
    made.id = facts.at("id").get<std::string>();
    made.store_id = facts.at("store").get<std::string>();
    made.name = facts.at("name").get<std::string>();
    const json& until = facts.at("valid_until_ms");
    if (!is_whole(facts.at("version")) || !(until.is_null() || is_whole(until))) return broken();
    made.version = facts.at("version").get<std::int64_t>();
    if (!until.is_null()) made.valid_until_ms = until.get<std::int64_t>();
  } catch (const json::exception&) {
    return broken();
  }
  if (made.version < 0 || !from_hex(made.id, id_bytes)) return broken();
  return made;
}

bool take(std::string_view& from, std::size_t size, std::string& to) {
  if (size > from.size()) return false;
  to = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

bool take_sized(std::string_view& from, std::string& to) {
  if (from.size() < 4) return false;
  std::size_t size = 0;
  for (std::size_t i = 4; i-- > 0;)
    size = size << 8 | static_cast<unsigned char>(from[i]);
  from.remove_prefix(4);
  return take(from, size, to);
}

result<void> check_envelope(const secret_envelope& how, const secret_bytes& value) {
  if (how.version < 0) return error{errc::invalid_argument, "versions of a secret count from 1", ""};
  if (how.valid_until_ms && *how.valid_until_ms <= 0)
    return error{errc::invalid_argument, "the envelope would be past its time before 1970", ""};
  return check_secret(how.name, value.size(), how.settings);
}

} // namespace

std::string public_text(std::string_view store_id, std::string_view public_key) {
  std::string told(store_id);
  told += public_key;
  return std::string(seal_prefix) + to_base64(told + checksum(told));
}

result<std::string> seal(const secret_envelope& how, const secret_bytes& value) {
  if (auto good = check_envelope(how, value); !good) return good.failure();
  const auto to = read_recipient(how.to);
  if (!to) return to.failure();
  const auto value_box = sealed_box(value.view(), to->public_key);
  if (!value_box) return value_box.failure();
  const auto facts = sealed_box(facts_of(how, to->store_id, *value_box), to->public_key);
  if (!facts) return facts.failure();
  const std::string body = body_of(*facts, *value_box);
  const auto signature = signed_part(how, body);
  if (!signature) return signature.failure();
  return std::string(envelope_prefix) + to_base64(*signature + body);
}

result<envelope> read_envelope(std::string_view text) {
  const auto bytes = from_text(text, envelope_prefix);
  if (!bytes || bytes->empty() || static_cast<unsigned char>(bytes->front()) > 1) return broken();
  std::string_view rest = std::string_view(*bytes).substr(1);
  envelope made;
  std::string signer;
  std::string signature;
  const bool is_signed = bytes->front() == 1;
  if (is_signed && (!take(rest, signer_bytes, signer) || !take(rest, signature_bytes, signature))) return broken();
  const std::string covered = std::string(signed_domain) + std::string(rest);
  if (!take_sized(rest, made.facts) || !take_sized(rest, made.value) || !rest.empty()) return broken();
  if (is_signed && crypto_sign_verify_detached(raw(signature), raw(covered), covered.size(), raw(signer)) != 0)
    return broken();
  if (is_signed) made.signer = std::string(signer_prefix) + to_base64(signer);
  return made;
}

result<opened_envelope> open_envelope(const envelope& sealed, std::string_view public_key, const secret_bytes& key) {
  if (sealed.facts.size() < crypto_box_SEALBYTES || sealed.value.size() < crypto_box_SEALBYTES) return broken();
  std::string text(sealed.facts.size() - crypto_box_SEALBYTES, '\0');
  if (!open_box(text.data(), sealed.facts, public_key, key)) return broken();
  const auto facts = core::parse_json(text, "the envelope", facts_limits);
  if (!facts) return broken();
  auto made = read_facts(*facts, sealed.value);
  if (!made) return made;
  auto value = secret_bytes::of_size(sealed.value.size() - crypto_box_SEALBYTES);
  if (!value) return value.failure();
  if (!open_box(value->data(), sealed.value, public_key, key)) return broken();
  made->value = std::move(*value);
  return made;
}

result<exchange_keys> make_exchange_keys() {
  auto secret = random_secret(key_bytes);
  if (!secret) return secret.failure();
  exchange_keys made{std::move(*secret), std::string(public_key_bytes, '\0')};
  crypto_scalarmult_base(raw(made.public_key.data()), raw(made.secret.view()));
  return made;
}

result<signing_key_pair> make_signing_key() {
  auto secret = secret_bytes::of_size(crypto_sign_SECRETKEYBYTES);
  if (!secret) return secret.failure();
  std::string signer(signer_bytes, '\0');
  crypto_sign_keypair(raw(signer.data()), raw(secret->data()));
  const std::size_t size = sodium_base64_ENCODED_LEN(crypto_sign_SECRETKEYBYTES, variant);
  auto text = secret_bytes::of_size(signing_prefix.size() + size);
  if (!text) return text.failure();
  std::memcpy(text->data(), signing_prefix.data(), signing_prefix.size());
  sodium_bin2base64(text->data() + signing_prefix.size(), size, raw(secret->view()), secret->size(), variant);
  text->shrink(text->size() - 1); // the zero byte
  return signing_key_pair{std::move(*text), std::string(signer_prefix) + to_base64(signer)};
}

bool is_signer(const std::string& text) {
  const auto bytes = from_text(text, signer_prefix);
  return bytes && bytes->size() == signer_bytes && text == std::string(signer_prefix) + to_base64(*bytes);
}

} // namespace pawl::storage::sealed
