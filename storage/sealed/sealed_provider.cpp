// The source `sealed`: looks at the file's stamp before every answer, and reads it anew when that has changed.
#include "storage/sealed/sealed_provider.hpp"

#include "runtime/core/secret_policy.hpp"

#include <fmt/format.h>

namespace pawl::storage {

sealed_provider::sealed_provider(std::string path, secret_key key, acceptance accept)
    : path_(std::move(path)), key_(std::move(key)), accept_(std::move(accept)) {}

const std::string& sealed_provider::source() const {
  static const std::string name = core::sealed_source;
  return name;
}

result<void> sealed_provider::open() { return load(); }

result<void> sealed_provider::load() {
  current_.reset();
  auto file = sealed_file::read(path_, key_);
  if (!file) return file.failure();
  if (file->mac() != accepted_ && accept_)
    if (auto accepted = accept_(file->id(), file->generation(), file->mac()); !accepted) return accepted;
  accepted_ = file->mac();
  current_.emplace(std::move(*file));
  return {};
}

result<void> sealed_provider::refresh() {
  if (current_ && current_->is_still_at(path_)) return {};
  auto loaded = load();
  if (loaded) return loaded;
  if (loaded.failure().code == errc::not_found)
    return error{errc::storage, fmt::format("the sealed store {} is gone: put it back", path_), path_};
  if (loaded.failure().code == errc::wrong_store) loaded.failure().code = errc::corrupt; // it was one at the start
  return loaded;
}

result<secret_summary> sealed_provider::find(const std::string& name) const {
  auto found = name == sealed::payload_key_name ? std::nullopt : current_->find(name);
  if (!found) return error{errc::not_found, "the sealed store holds no secret of that name (pawl secrets list)", ""};
  return std::move(*found);
}

result<secret_policy> sealed_provider::policy(const std::string& name) {
  if (auto fresh = refresh(); !fresh) return fresh.failure();
  const auto found = find(name);
  if (!found) return found.failure();
  answered_ = answer{name, found->settings.policy};
  return found->settings.policy;
}

// The store may have been replaced since the policy was asked for: a new value must not go by the old policy.
result<provided_secret> sealed_provider::fetch(const std::string& name) {
  if (auto fresh = refresh(); !fresh) return fresh.failure();
  const auto found = find(name);
  if (!found) return found.failure();
  if (answered_ && answered_->name == name && !(answered_->policy == found->settings.policy))
    return error{errc::busy, "the secret's policy was changed at this moment: try again", ""};
  auto bytes = current_->decrypt(name);
  if (!bytes) return bytes.failure();
  return provided_secret{std::move(*bytes), std::to_string(found->version), found->settings.expires_at_ms};
}

} // namespace pawl::storage
