// A sealed store beside a test's state store, and what a store that encrypts with its key is opened with.
#pragma once

#include "runtime/host/payloads.hpp"

#include <pawl/secret_store.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

namespace pawl::test {

/// Makes the sealed store and its key file when they are not there.
inline secrets_options sealed_in(const std::string& folder, const std::string& name = "keys") {
  secrets_options made;
  made.sealed_path = folder + "/" + name + ".sealed";
  made.key.key_file = folder + "/" + name + ".key";
  if (std::filesystem::exists(made.sealed_path)) return made;
  if (auto store = secret_store::create(made.sealed_path, made.key); !store)
    throw std::runtime_error(to_string(store.failure()));
  return made;
}

inline storage::payload_protection encrypting(const secrets_options& keys) {
  return host::payload_protection_of(keys, true);
}
/// Of a store that is encrypted already, or of one that is plain.
inline storage::payload_protection without_saying_so(const secrets_options& keys) {
  return host::payload_protection_of(keys, false);
}

/// Whether a file of the store at `path` (log, index and lock included) holds the text.
inline bool is_in_files(const std::string& path, const std::string& text) {
  // The log before the main file: a checkpoint between the two moves text the way that is still to be read.
  std::set<std::string, std::greater<>> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path()))
    if (entry.path().string().rfind(path, 0) == 0) files.insert(entry.path().string());
  for (const std::string& name : files) {
    std::ifstream file(name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

} // namespace pawl::test
