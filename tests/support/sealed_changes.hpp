// The changes of a sealed store that a kill may interrupt, for the test and its other process. The store holds the
// secrets "a" and "b" before.
#pragma once

#include "storage/sealed/sealed_store.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {

inline const std::vector<std::string>& sealed_changes() {
  static const std::vector<std::string> names{"create", "set",         "change settings", "remove",
                                              "import", "rotate data", "rotate key",      "rotate to other key"};
  return names;
}

inline secret_key sealed_key(const std::string& folder, const char* name = "/s.key") {
  secret_key key;
  key.key_file = folder + name;
  return key;
}

inline std::string sealed_path(const std::string& folder) { return folder + "/s.sealed"; }

inline result<void> set_secret(storage::sealed_store& store, const std::string& name, std::string_view value) {
  auto bytes = secret_bytes::copy_of(value);
  if (!bytes) return bytes.failure();
  auto version = store.set(name, *bytes, {}, 1, 1'000);
  return version ? result<void>() : result<void>(version.failure());
}

/// What is there before each change but "create".
inline result<void> prepare_sealed(const std::string& folder) {
  auto store = storage::sealed_store::create(sealed_path(folder), sealed_key(folder));
  if (!store) return store.failure();
  if (auto done = set_secret(**store, "a", "old value"); !done) return done;
  return set_secret(**store, "b", "that stays");
}

inline result<void> change_open(storage::sealed_store& store, const std::string& folder, const std::string& change,
                                const std::string& envelope) {
  if (change == "set") return set_secret(store, "a", "new value");
  if (change == "change settings") return store.change_settings("a", {{{"d"}, {}, {}, {}}, {}, false}, 1'000);
  if (change == "remove") return store.remove("a");
  if (change == "rotate data") return store.rotate(std::nullopt, {});
  if (change == "rotate key") return store.rotate(sealed_key(folder), {});
  if (change == "rotate to other key") return store.rotate(sealed_key(folder, "/other.key"), {});
  auto came = store.import(envelope, 1'000);
  return came ? result<void>() : result<void>(came.failure());
}

inline result<void> change_sealed(const std::string& folder, const std::string& change, const std::string& envelope,
                                  storage::sealed::step_hook hook) {
  const bool is_new = change == "create";
  auto store = is_new ? storage::sealed_store::create(sealed_path(folder), sealed_key(folder), std::move(hook))
                      : storage::sealed_store::open(sealed_path(folder), sealed_key(folder), std::move(hook));
  if (!store) return store.failure();
  return is_new ? result<void>() : change_open(**store, folder, change, envelope);
}

} // namespace pawl::test
