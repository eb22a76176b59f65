// Every store that the contract's suite runs against.
#pragma once

#include "storage/store.hpp"
#include "tests/support/given.hpp"
#include "tests/support/payload_store.hpp"
#include "tests/support/store_rows.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

namespace pawl::test {

enum class store_kind { memory, sqlite, sqlite_reopened, sqlite_encrypted };

inline const char* name_of(store_kind kind) {
  switch (kind) {
    case store_kind::memory: return "memory";
    case store_kind::sqlite: return "SQLite";
    case store_kind::sqlite_reopened: return "SQLite, opened anew before every operation";
    case store_kind::sqlite_encrypted: return "SQLite, payloads encrypted";
  }
  return "";
}

/// A store in a file; red when it does not open.
inline std::unique_ptr<storage::store> open_or_fail(const std::string& path, std::int64_t reserve_bytes = 0) {
  return given(storage::open_sqlite_store(path, reserve_bytes));
}

/// A store; `s->` is one operation.
class tested_store {
public:
  explicit tested_store(store_kind kind) : kind_(kind) { open(); }
  tested_store(const tested_store&) = delete;
  tested_store& operator=(const tested_store&) = delete;

  storage::store* operator->() {
    if (kind_ == store_kind::sqlite_reopened) open();
    return store_.get();
  }

  /// Saves the definition that create_of() names and creates instances.
  std::vector<storage::instance_key> with_instances(const std::vector<std::string>& uids) {
    REQUIRE((*this)->save_definition(definition("flow", "h1"), 1));
    std::vector<storage::change> batch;
    batch.reserve(uids.size());
    for (const std::string& uid : uids)
      batch.emplace_back(create_of(uid));
    std::vector<storage::instance_key> keys;
    for (const auto& answer : (*this)->write(batch)) {
      REQUIRE(answer);
      keys.push_back(answer->instance);
    }
    return keys;
  }
  storage::instance_key with_instance(const std::string& uid) { return with_instances({uid})[0]; }

private:
  void open() {
    store_.reset();
    if (kind_ == store_kind::memory) {
      store_ = storage::open_memory_store();
      return;
    }
    store_ = given(storage::open_sqlite_store(folder_.file("store.db"), 0, payloads()));
  }

  storage::payload_protection payloads() const {
    return kind_ == store_kind::sqlite_encrypted ? encrypting(sealed_in(folder_.path()))
                                                 : storage::payload_protection{};
  }

  store_kind kind_;
  temp_folder folder_;
  std::unique_ptr<storage::store> store_;
};

inline store_kind any_kind() {
  const store_kind kind =
      GENERATE(store_kind::memory, store_kind::sqlite, store_kind::sqlite_reopened, store_kind::sqlite_encrypted);
  UNSCOPED_INFO(name_of(kind));
  return kind;
}

} // namespace pawl::test
