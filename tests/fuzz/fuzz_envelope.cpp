// Envelopes, by the input's first letter: t, the text of one, or of a public key or a signer; u and s, changes of a
// good one that is unsigned or signed; p, what goes with a value as JSON in a line, then the value, past the sealed
// boxes; k, the text of a signing key.
#include "tests/fuzz/sealed_support.hpp"
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "storage/sealed/contents.hpp"
#include "storage/sealed/crypto.hpp"
#include "storage/sealed/envelope.hpp"

#include <sodium.h>

#include <memory>
#include <optional>

using namespace pawl;
using namespace pawl::storage::sealed;

namespace {

constexpr std::string_view prefix = "pawl-envelope-1:";

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string made(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(made.data(), made.size(), raw(bytes), bytes.size(), variant);
  made.pop_back();
  return made;
}

std::string bytes_of(std::string_view text) {
  std::string made(text.size(), '\0');
  std::size_t size = 0;
  text.remove_prefix(prefix.size());
  fuzz::require(sodium_base642bin(reinterpret_cast<unsigned char*>(made.data()), made.size(), text.data(), text.size(),
                                  nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0,
                "an envelope is base64");
  made.resize(size);
  return made;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? ""
                                         : std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

// ---- a recipient and its letters

struct recipient {
  secret_bytes secret = fuzz::steady_secret('s');
  std::string store_id = std::string(id_bytes, 'i');
  std::string public_key = std::string(public_key_bytes, '\0');
  signing_key_pair signer;
  std::string unsigned_bytes;
  std::string signed_bytes;
};

secret_envelope letter(const recipient& to) {
  secret_envelope how;
  how.to = public_text(to.store_id, to.public_key);
  how.name = "mail";
  how.settings.policy = {{"d-*"}, {"http"}, {"https://example.org"}, {{"device", "A-*"}}};
  how.version = 3;
  how.valid_until_ms = 5'000;
  return how;
}

recipient make_recipient() {
  recipient made;
  crypto_scalarmult_base(reinterpret_cast<unsigned char*>(made.public_key.data()), raw(made.secret.view()));
  made.signer = *storage::sealed::make_signing_key();
  secret_envelope how = letter(made);
  made.unsigned_bytes = bytes_of(*storage::sealed::seal(how, fuzz::steady_secret('v', 20)));
  how.signing_key = std::make_shared<secret_bytes>(*secret_bytes::copy_of(made.signer.secret.view()));
  made.signed_bytes = bytes_of(*storage::sealed::seal(how, fuzz::steady_secret('v', 20)));
  return made;
}

const recipient& me() {
  static const recipient made = make_recipient();
  return made;
}

void check_refusal(const error& why) {
  fuzz::require(why.code == errc::corrupt && !why.message.empty(), "refusals are typed");
}

/// Nothing: refused.
std::optional<opened_envelope> open(std::string_view text, std::string* signer = nullptr) {
  const auto sealed = read_envelope(text);
  if (!sealed) {
    check_refusal(sealed.failure());
    return std::nullopt;
  }
  if (signer != nullptr) *signer = sealed->signer;
  auto made = open_envelope(*sealed, me().public_key, me().secret);
  if (!made) {
    check_refusal(made.failure());
    return std::nullopt;
  }
  return std::move(*made);
}

// ---- t

void check_text(std::string_view text) {
  if (const auto found = read_envelope(text); !found)
    check_refusal(found.failure());
  else if (found->signer.empty()) {
    std::string bytes(1, '\0');
    put_text(bytes, found->facts);
    put_text(bytes, found->value);
    fuzz::require(std::string(prefix) + base64(bytes) == trimmed(text), "an envelope is written in one way");
  } else
    fuzz::require(is_signer(found->signer), "a signature has a signer");
  if (const std::string line(text); is_signer(line)) fuzz::require(trimmed(text) == line, "a signer is a whole line");
  secret_envelope how = letter(me());
  how.to = text;
  const auto made = storage::sealed::seal(how, fuzz::steady_secret('v', 20));
  if (!made) return fuzz::require(made.failure().code == errc::invalid_argument, "refusals are typed");
  fuzz::require(read_envelope(*made).has_value(), "what was sealed is an envelope");
}

// ---- u, s

void check_change(std::string_view input, const std::string& good, const std::string& wanted_signer) {
  const std::string bytes = fuzz::changed_by(input, good);
  std::string signer;
  const auto opened = open(std::string(prefix) + base64(bytes), &signer);
  fuzz::require(opened.has_value() == (bytes == good), "an envelope opens when not a byte is changed, and only then");
  if (opened)
    fuzz::require(signer == wanted_signer && opened->name == "mail" && opened->value.view() == std::string(20, 'v'),
                  "what was sealed arrives");
}

// ---- p

std::string box(std::string_view plain) {
  std::string made(crypto_box_SEALBYTES + plain.size(), '\0');
  fuzz::require(crypto_box_seal(reinterpret_cast<unsigned char*>(made.data()), raw(plain), plain.size(),
                                raw(me().public_key)) == 0,
                "a box is sealed");
  return made;
}

nlohmann::json facts_of(const opened_envelope& from) {
  nlohmann::json made = to_json(from.settings);
  made.update({{"id", from.id}, {"store", from.store_id}, {"name", from.name}, {"version", from.version}});
  made["valid_until_ms"] = from.valid_until_ms ? nlohmann::json(*from.valid_until_ms) : nlohmann::json(nullptr);
  return made;
}

std::optional<opened_envelope> open_facts(const std::string& facts, const std::string& value_box) {
  auto made = open_envelope({"", box(facts), value_box}, me().public_key, me().secret);
  if (made) return std::move(*made);
  check_refusal(made.failure());
  return std::nullopt;
}

void check_facts(std::string_view input) {
  const auto [line, value] = fuzz::split(input);
  const std::string value_box = box(value);
  fuzz::require(!open_facts(std::string(line), value_box), "facts that do not name their value are refused");
  auto facts = core::parse_json(line, "the facts");
  if (!facts || !facts->is_object()) return;
  (*facts)["value"] = hex(digest(value_box)); // or nothing would come further
  const auto text = core::to_text(*facts, "the facts");
  if (!text) return;
  const auto opened = open_facts(*text, value_box);
  if (!opened) return;
  fuzz::require(opened->value.view() == value, "the value is what was sealed");
  const auto arrived = facts_of(*opened);
  for (const auto& [name, told] : arrived.items())
    fuzz::require(core::canonical_json(facts->at(name)) == core::canonical_json(told), "facts are what was sealed");
  fuzz::require(opened->version >= 0, "versions count from 1");
  if (const auto good = check_secret(opened->name, opened->value.size(), opened->settings); !good)
    fuzz::require(good.failure().code == errc::invalid_argument || good.failure().code == errc::limit,
                  "what no store takes is refused, typed");
}

// ---- k

void check_signing_key(std::string_view text) {
  auto key = secret_bytes::copy_of(text);
  secret_envelope how = letter(me());
  how.signing_key = std::make_shared<secret_bytes>(std::move(*key));
  const auto made = storage::sealed::seal(how, fuzz::steady_secret('v', 20));
  if (!made) return fuzz::require(made.failure().code == errc::invalid_argument, "refusals are typed");
  std::string signer;
  fuzz::require(open(*made, &signer).has_value() && is_signer(signer), "what a key signs is signed");
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_randomness_steady();
  check_signing_key(me().signer.secret.view());
  check_change(std::string(me().unsigned_bytes.size(), '\0'), me().unsigned_bytes, "");
  check_change(std::string(me().signed_bytes.size(), '\0'), me().signed_bytes, me().signer.public_key);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = fuzz::text_of(data, size).substr(1);
  if (data[0] == 't') check_text(input);
  if (data[0] == 'u') check_change(input, me().unsigned_bytes, "");
  if (data[0] == 's') check_change(input, me().signed_bytes, me().signer.public_key);
  if (data[0] == 'p') check_facts(input);
  if (data[0] == 'k') check_signing_key(input);
  return 0;
}
