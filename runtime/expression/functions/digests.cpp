// Base64, hexadecimal and digests by libsodium. The one file of the room that may include it.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/unicode.hpp"

#include <sodium.h>

#include <array>

namespace pawl::expression {

namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_base64(const unsigned char* bytes, std::size_t count) {
  std::string out(sodium_base64_ENCODED_LEN(count, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes, count, sodium_base64_VARIANT_ORIGINAL);
  out.pop_back(); // its final zero
  return out;
}

std::string to_hex(const unsigned char* bytes, std::size_t count) {
  std::string out(2 * count + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, count);
  out.pop_back();
  return out;
}

bool base64(call& c) {
  std::string_view text;
  if (!c.text(0, text) || !c.cost().build_text((text.size() + 2) / 3 * 4)) return false;
  return c.give(to_base64(bytes_of(text), text.size()));
}

bool from_base64(call& c) {
  std::string_view text;
  if (!c.text(0, text) || !c.cost().build_text(text.size())) return false;
  const bool is_for_urls = text.find_first_of("-_") != text.npos;
  const auto end = text.find_last_not_of('=');
  const bool has_padding = !text.empty() && text.back() == '=';
  const int variant = is_for_urls
                          ? (has_padding ? sodium_base64_VARIANT_URLSAFE : sodium_base64_VARIANT_URLSAFE_NO_PADDING)
                          : (has_padding ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  std::string out(text.size() + 1, '\0');
  std::size_t length = 0;
  const char* stopped = nullptr;
  const bool is_base64 = (text.empty() || end != text.npos) &&
                         sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                                           text.size(), nullptr, &length, &stopped, variant) == 0 &&
                         stopped == text.data() + text.size();
  if (!is_base64) return c.refuse(0, "is no base64");
  out.resize(length);
  if (find_invalid_utf8(out)) return c.refuse(0, "does not decode to UTF-8");
  return c.give(std::move(out));
}

bool hex(call& c) {
  std::string_view text;
  return c.text(0, text) && c.cost().build_text(2 * text.size()) && c.give(to_hex(bytes_of(text), text.size()));
}

/// Digests read every byte some dozen times.
bool pay_for_digest(call& c, std::size_t bytes) { return c.cost().steps(4 + bytes / 16) && c.cost().build_text(64); }

bool give_digest(call& c, std::size_t encoding_at, const unsigned char* digest, std::size_t count) {
  std::string_view encoding = "hex";
  if (!c.lacks(encoding_at) && !c.text(encoding_at, encoding)) return false;
  if (encoding == "hex") return c.give(to_hex(digest, count));
  if (encoding == "base64") return c.give(to_base64(digest, count));
  return c.refuse(encoding_at, "must be 'hex' or 'base64'");
}

bool sha256(call& c) {
  std::string_view text;
  if (!c.text(0, text) || !pay_for_digest(c, text.size())) return false;
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes_of(text), text.size());
  return give_digest(c, 1, digest.data(), digest.size());
}

bool hmac_sha256(call& c) {
  std::string_view text;
  std::string_view key;
  if (!c.text(0, text) || !c.text(1, key) || !pay_for_digest(c, text.size() + key.size())) return false;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, digest.data());
  return give_digest(c, 2, digest.data(), digest.size());
}

} // namespace

std::vector<entry> digest_entries() {
  return {
      {"base64(text)",
       "The text's UTF-8 bytes in base64, padded.",
       "",
       {{"'Grüße'|base64", "\"R3LDvMOfZQ==\""}},
       base64},
      {"fromBase64(text)",
       "The text whose UTF-8 bytes the base64 stands for.",
       "Also the URL-safe letters, also without padding. Bytes that are no UTF-8 are an error.",
       {{"'R3LDvMOfZQ=='|fromBase64", "\"Grüße\""}, {"'R3LDvMOfZQ'|fromBase64", "\"Grüße\""}},
       from_base64},
      {"hex(text)", "The text's UTF-8 bytes in hexadecimal.", "", {{"'né'|hex", "\"6ec3a9\""}}, hex},
      {"sha256(text, encoding?)",
       "The SHA-256 of the text's UTF-8 bytes, as `'hex'` or `'base64'`.",
       "",
       {{"'abc'|sha256", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
        {"'abc'|sha256('base64')", "\"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\""}},
       sha256},
      {"hmacSha256(text, key, encoding?)",
       "The HMAC-SHA-256 of the text with the key, as `'hex'` or `'base64'`.",
       "Not for credentials: expressions never see those.",
       {{"'what do ya want for nothing?'|hmacSha256('Jefe')",
         "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\""}},
       hmac_sha256},
  };
}

} // namespace pawl::expression
