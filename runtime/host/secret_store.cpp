// The public sealed store: a thin cover over storage's, which gives it the time of day.
#include <pawl/secret_store.hpp>

#include "runtime/host/system_clock.hpp"
#include "storage/sealed/envelope.hpp"
#include "storage/sealed/sealed_store.hpp"

namespace pawl {

class secret_store::impl {
public:
  explicit impl(std::unique_ptr<storage::sealed_store> opened) : store(std::move(opened)) {}

  std::unique_ptr<storage::sealed_store> store;
};

namespace {

std::int64_t now_ms() { return host::system_clock().now_ms(); }

} // namespace

secret_store::secret_store(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
secret_store::secret_store(secret_store&&) noexcept = default;
secret_store& secret_store::operator=(secret_store&&) noexcept = default;
secret_store::~secret_store() = default;

result<secret_store> secret_store::create(const std::string& path, const secret_key& key) {
  auto made = storage::sealed_store::create(path, key);
  if (!made) return made.failure();
  return secret_store(std::make_unique<impl>(std::move(*made)));
}

result<secret_store> secret_store::open(const std::string& path, const secret_key& key) {
  auto made = storage::sealed_store::open(path, key);
  if (!made) return made.failure();
  return secret_store(std::make_unique<impl>(std::move(*made)));
}

std::vector<secret_summary> secret_store::list() const { return impl_->store->list(); }
std::int64_t secret_store::generation() const { return impl_->store->generation(); }
std::string secret_store::id() const { return impl_->store->id(); }
std::string secret_store::public_key() const { return impl_->store->public_key(); }

result<std::int64_t> secret_store::set(const std::string& name, const secret_bytes& value,
                                       const secret_settings& settings, std::size_t keep_versions) {
  return impl_->store->set(name, value, settings, keep_versions, now_ms());
}

result<void> secret_store::change_settings(const std::string& name, const secret_settings& settings) {
  return impl_->store->change_settings(name, settings, now_ms());
}

result<void> secret_store::remove(const std::string& name, bool even_payload_key) {
  return impl_->store->remove(name, even_payload_key);
}

result<std::int64_t> secret_store::rotate_payload_key() { return impl_->store->add_payload_key(now_ms()); }

result<void> secret_store::rotate(const std::optional<secret_key>& new_key, const progress& tell) {
  return impl_->store->rotate(new_key, tell);
}

result<secret_summary> secret_store::import(std::string_view envelope, std::int64_t at_ms, bool replace_policy) {
  return impl_->store->import(envelope, at_ms, replace_policy);
}

result<void> secret_store::add_signer(const std::string& key) { return impl_->store->add_signer(key); }
result<void> secret_store::remove_signer(const std::string& key) { return impl_->store->remove_signer(key); }
std::vector<std::string> secret_store::signers() const { return impl_->store->signers(); }
std::vector<std::string> secret_store::concerns(std::int64_t at_ms) const { return impl_->store->concerns(at_ms); }

result<std::string> seal(const secret_envelope& how, const secret_bytes& value) {
  return storage::sealed::seal(how, value);
}

result<signing_key_pair> make_signing_key() { return storage::sealed::make_signing_key(); }

} // namespace pawl
