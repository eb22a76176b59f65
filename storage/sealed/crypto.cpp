// The cryptography of the sealed store: calls of libsodium and nothing else.
#include "storage/sealed/crypto.hpp"

#include <sodium.h>

namespace pawl::storage::sealed {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(nonce_bytes + tag_bytes == box_overhead);
static_assert(key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES && key_bytes == crypto_kdf_KEYBYTES);
static_assert(salt_bytes == crypto_pwhash_SALTBYTES);

bool open_box(char* to, const secret_bytes& key, std::string_view box, std::string_view associated) {
  const auto sealed = box.substr(nonce_bytes);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(raw(to), nullptr, nullptr, raw(sealed), sealed.size(),
                                                    raw(associated), associated.size(), raw(box), raw(key.view())) == 0;
}

error not_confirmed() { return {errc::corrupt, "the key does not confirm it", ""}; }

} // namespace

std::string random_text(std::size_t size) {
  std::string made(size, '\0');
  randombytes_buf(made.data(), made.size());
  return made;
}

result<secret_bytes> random_secret(std::size_t size) {
  auto made = secret_bytes::of_size(size);
  if (made) randombytes_buf(made->data(), size);
  return made;
}

std::string encrypt(const secret_bytes& key, std::string_view plain, std::string_view associated) {
  std::string box = random_text(nonce_bytes);
  const std::string nonce = box;
  box.resize(box_overhead + plain.size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(box.data() + nonce_bytes), nullptr, raw(plain), plain.size(),
                                             raw(associated), associated.size(), nullptr, raw(nonce), raw(key.view()));
  return box;
}

result<secret_bytes> decrypt(const secret_bytes& key, std::string_view box, std::string_view associated) {
  if (box.size() < box_overhead) return not_confirmed();
  auto made = secret_bytes::of_size(box.size() - box_overhead);
  if (made && !open_box(made->data(), key, box, associated)) return not_confirmed();
  return made;
}

std::optional<std::string> decrypt_text(const secret_bytes& key, std::string_view box, std::string_view associated) {
  if (box.size() < box_overhead) return std::nullopt;
  std::string made(box.size() - box_overhead, '\0');
  if (!open_box(made.data(), key, box, associated)) return std::nullopt;
  return made;
}

result<secret_bytes> subkey(const secret_bytes& data_key, purpose use) {
  auto made = secret_bytes::of_size(key_bytes);
  if (made)
    crypto_kdf_derive_from_key(raw(made->data()), key_bytes, static_cast<std::uint64_t>(use), "PAWLSEAL",
                               raw(data_key.view()));
  return made;
}

result<secret_bytes> derive_key(const secret_bytes& passphrase, const key_recipe& recipe) {
  auto made = secret_bytes::of_size(key_bytes);
  if (!made) return made;
  if (crypto_pwhash(raw(made->data()), key_bytes, passphrase.data(), passphrase.size(), raw(recipe.salt), recipe.passes,
                    recipe.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return error{errc::storage, "there is not enough memory to make the key of a passphrase: free some", ""};
  return made;
}

std::string digest(std::string_view bytes) {
  std::string made(crypto_generichash_BYTES, '\0');
  crypto_generichash(raw(made.data()), made.size(), raw(bytes), bytes.size(), nullptr, 0);
  return made;
}

std::string hex(std::string_view bytes) {
  std::string made(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(made.data(), made.size(), raw(bytes), bytes.size());
  made.pop_back();
  return made;
}

std::optional<std::string> from_hex(std::string_view text, std::size_t size) {
  std::string made(size, '\0');
  std::size_t got = 0;
  if (text.size() != size * 2 ||
      sodium_hex2bin(raw(made.data()), size, text.data(), text.size(), nullptr, &got, nullptr) != 0 || got != size)
    return std::nullopt;
  return made;
}

} // namespace pawl::storage::sealed
