// Gets the keys of encrypted payloads from the sealed store, and makes the first one.
#include "runtime/host/payloads.hpp"

#include "runtime/host/system_clock.hpp"
#include "storage/payload_keys.hpp"
#include "storage/sealed/sealed_store.hpp"

#include <utility>

namespace pawl::host {
namespace {

using keys_ptr = std::shared_ptr<const storage::payload_keys>;

// Under the sealed store's lock, where another runtime may have been faster.
result<void> make_first_key(const secrets_options& from) {
  auto store = storage::sealed_store::open(from.sealed_path, from.key);
  if (!store) return store.failure();
  if ((*store)->has_payload_key()) return {};
  const auto made = (*store)->add_payload_key(system_clock().now_ms());
  if (!made) return made.failure();
  return {};
}

} // namespace

result<keys_ptr> read_payload_keys(const secrets_options& from) {
  if (from.sealed_path.empty()) return keys_ptr();
  const auto file = storage::sealed_file::read(from.sealed_path, from.key);
  if (!file) return file.failure();
  return storage::payload_keys::read(*file);
}

storage::payload_protection payload_protection_of(const secrets_options& from, bool encrypt) {
  storage::payload_protection made;
  made.encrypt = encrypt;
  made.keys = [from, known = keys_ptr()](bool may_make) mutable -> result<keys_ptr> {
    if (known) return known;
    auto keys = read_payload_keys(from);
    if (keys && !*keys && may_make && !from.sealed_path.empty()) {
      if (auto first = make_first_key(from); !first) return first.failure();
      keys = read_payload_keys(from);
    }
    if (keys) known = *keys;
    return keys;
  };
  return made;
}

} // namespace pawl::host
