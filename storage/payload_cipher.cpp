// Encrypts and opens single texts of rows. Calls of libsodium. Base64, because a STRICT table takes no blob for a text.
#include "storage/payload_cipher.hpp"

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/layout.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <utility>

namespace pawl::storage {
namespace {

constexpr int base64_variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

std::string to_base64(const std::string& bytes) {
  std::string made(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(made.data(), made.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    base64_variant);
  made.pop_back(); // the zero byte behind it
  return made;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string made(text.size() / 4 * 3 + 3, '\0');
  std::size_t got = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(made.data()), made.size(), text.data(), text.size(), nullptr,
                        &got, nullptr, base64_variant) != 0)
    return std::nullopt;
  made.resize(got);
  return made;
}

std::string named(std::initializer_list<std::string_view> texts, std::initializer_list<std::int64_t> numbers = {}) {
  std::string made;
  for (const std::string_view text : texts)
    sealed::put_text(made, text);
  for (const std::int64_t number : numbers)
    sealed::put_number(made, static_cast<std::uint64_t>(number));
  return made;
}

} // namespace

payload_cipher::payload_cipher(lacking what, payload_facts facts, std::shared_ptr<const payload_keys> keys,
                               bool encrypts)
    : lacking_(what), facts_(std::move(facts)), keys_(std::move(keys)) {
  if (keys_ && encrypts) writing_key_ = keys_->newest();
}

const secret_bytes* payload_cipher::find(std::int64_t key) const {
  if (!keys_ || keys_->sealed_store() != facts_.sealed_store) return nullptr;
  const auto known = facts_.fingerprints.find(key);
  if (known != facts_.fingerprints.end() && known->second != keys_->fingerprint(key)) return nullptr;
  return keys_->find(key);
}

std::string payload_cipher::unreadable(std::int64_t key) const {
  return fmt::format("[encrypted with key {} of the sealed store {}: give that one, --secrets, and its key]", key,
                     facts_.sealed_store);
}

std::string payload_cipher::covered(const payload_place& at, std::string_view column) const {
  std::string made = "pawl payload 1";
  sealed::put_text(made, facts_.store_id);
  sealed::put_text(made, at.table);
  sealed::put_text(made, column);
  sealed::put_number(made, static_cast<std::uint64_t>(at.instance));
  sealed::put_number(made, static_cast<std::uint64_t>(at.number));
  sealed::put_text(made, at.name);
  return made;
}

std::string payload_cipher::seal(std::string_view plain, const payload_place& at, std::string_view column) const {
  return to_base64(sealed::encrypt(*keys_->find(*writing_key_), plain, covered(at, column)));
}

std::optional<std::string> payload_cipher::open(std::string_view sealed, std::int64_t key, const payload_place& at,
                                                std::string_view column) const {
  const secret_bytes* with = find(key);
  const auto box = with == nullptr ? std::nullopt : from_base64(sealed);
  if (!box) return std::nullopt;
  return sealed::decrypt_text(*with, *box, covered(at, column));
}

const std::string* row_sealer::operator()(const char* column, const std::string* text) {
  if (text == nullptr || !cipher_.writing_key()) return text;
  std::string& made = made_.at(count_++);
  made = cipher_.seal(*text, at_, column);
  return &made;
}

payload_place input_place(std::int64_t instance) { return {"input", instance}; }

payload_place label_place(std::int64_t instance, const std::string& name) { return {"label", instance, 0, name}; }

payload_place step_place(std::int64_t instance, std::int64_t revision) { return {"step", instance, revision}; }

// A cursor's row has no revision of its own; within a visit an older text of it opens as well.
payload_place cursor_place(std::int64_t instance, std::int64_t cursor, const std::string& node, std::int64_t visit) {
  return {"cursor", instance, cursor, named({node}, {visit})};
}

payload_place memory_place(std::int64_t instance, std::int64_t scope, const std::string& node,
                           const std::string& name) {
  return {"memory", instance, scope, named({node, name})};
}

// The line's number is given by the table, so it is not known yet when the line is encrypted.
payload_place signal_place(std::int64_t instance, std::int64_t number) { return {"signal", instance, number}; }

payload_place closing_place(std::int64_t instance) { return {"closing", instance}; }

payload_place audit_place(const secret_audit_entry& line) {
  return {"secret_audit", 0, line.at_ms,
          named({line.instance_id, line.node_id, line.slot, line.version},
                {line.visit, line.attempt, line.allowed ? 1 : 0})};
}

payload_place schedule_place(const std::string& id, std::int64_t created_at) { return {"schedule", 0, created_at, id}; }

} // namespace pawl::storage
