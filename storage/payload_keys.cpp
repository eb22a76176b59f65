// Derives the keys of payloads from the versions of the sealed store's reserved record. What rows are encrypted with is
// made of the record's bytes, which are never used themselves.
#include "storage/payload_keys.hpp"

#include "storage/sealed/crypto.hpp"

namespace pawl::storage {
namespace {

constexpr std::size_t fingerprint_bytes = 16;

} // namespace

result<std::shared_ptr<const payload_keys>> payload_keys::read(const sealed_file& from) {
  const auto record = from.find(sealed::payload_key_name);
  if (!record) return std::shared_ptr<const payload_keys>();
  auto made = std::make_shared<payload_keys>();
  made->sealed_store_ = from.id();
  std::vector<std::int64_t> numbers = record->older;
  numbers.push_back(record->version);
  for (const std::int64_t number : numbers) {
    const auto key = from.decrypt(sealed::payload_key_name, number);
    if (!key) return key.failure();
    if (key->size() != sealed::key_bytes)
      return error{errc::corrupt, "the sealed store's key of payloads has a length that no key has", ""};
    auto texts = sealed::subkey(*key, sealed::purpose::payload_texts);
    const auto print = sealed::subkey(*key, sealed::purpose::payload_fingerprint);
    if (!texts || !print) return (texts ? print : texts).failure();
    made->keys_[number] = {std::move(*texts), sealed::hex(print->view().substr(0, fingerprint_bytes))};
  }
  return std::shared_ptr<const payload_keys>(std::move(made));
}

const secret_bytes* payload_keys::find(std::int64_t number) const {
  const auto found = keys_.find(number);
  return found == keys_.end() ? nullptr : &found->second.texts;
}

std::string payload_keys::fingerprint(std::int64_t number) const {
  const auto found = keys_.find(number);
  return found == keys_.end() ? std::string() : found->second.fingerprint;
}

} // namespace pawl::storage
