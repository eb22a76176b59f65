// Short forms for the tests of the sealed store.
#pragma once

#include "storage/sealed/sealed_file.hpp"
#include "storage/sealed/sealed_provider.hpp"
#include "storage/sealed/sealed_store.hpp"
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace sealed_tests {

using namespace pawl;
using pawl::test::given;
using storage::sealed_file;
using storage::sealed_provider;
using storage::sealed_store;

inline secret_bytes secret(std::string_view text) { return *secret_bytes::copy_of(text); }

inline secret_settings settings_for(const std::string& definition = "d-*") {
  secret_settings made;
  made.policy.definitions = {definition};
  return made;
}

inline secret_key file_key(const std::string& file) {
  secret_key key;
  key.key_file = file;
  return key;
}

inline secret_key passphrase_key(std::string_view text) {
  secret_key key;
  key.passphrase = std::make_shared<secret_bytes>(secret(text));
  return key;
}

inline std::string read_whole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_whole(const std::string& file, std::string_view bytes, mode_t mode = 0600) {
  std::filesystem::remove(file);
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(::chmod(file.c_str(), mode) == 0);
}

/// A folder with a store and its key file.
struct place {
  test::temp_folder folder{test::temp_folder::fast()};
  std::string store = folder.file("s.sealed");
  secret_key key = file_key(folder.file("s.key"));

  std::unique_ptr<sealed_store> create(storage::sealed::step_hook hook = {}) const {
    return given(sealed_store::create(store, key, std::move(hook)));
  }
  std::unique_ptr<sealed_store> open(storage::sealed::step_hook hook = {}) const {
    return given(sealed_store::open(store, key, std::move(hook)));
  }
  std::string value_of(const std::string& name) const {
    const auto file = sealed_file::read(store, key);
    if (!file) return to_string(file.failure());
    const auto value = file->decrypt(name);
    return value ? std::string(value->view()) : to_string(value.failure());
  }
};

inline void set(sealed_store& store, const std::string& name, std::string_view value, std::size_t keep = 1) {
  given(store.set(name, secret(value), settings_for(), keep, 1'000));
}

template <class T> std::string code_of(const result<T>& answer) {
  return answer ? "fine" : to_string(answer.failure().code);
}

} // namespace sealed_tests
