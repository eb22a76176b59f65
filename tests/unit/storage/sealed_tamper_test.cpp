// Every change of a sealed store by somebody without its key is noticed before anything of it is used.
#include "tests/unit/storage/sealed_support.hpp"

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/key_source.hpp"
#include "storage/sealed/opened.hpp"
#include "storage/sealed/written.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

namespace storage_sealed_tamper_test {

using namespace sealed_tests;
namespace sealed = storage::sealed;

namespace {

struct tampering {
  std::string what;
  std::string bytes;
};

using table = std::vector<tampering>;

/// Opens a file's bytes. Fine, or the error.
using reader = std::function<result<void>(const std::string& bytes)>;

struct small_store : place {
  small_store() {
    auto opened = create();
    set(*opened, "alpha", "value of alpha");
    set(*opened, "beta", "value of beta!");
    set(*opened, "gamma", "gamma's is longer");
    bytes = read_whole(store);
    values_at = bytes.size() - (72 + 54 + 54 + 57);
  }

  reader file_reader() const {
    return [this](const std::string& changed) -> result<void> {
      write_whole(folder.file("changed"), changed);
      const auto file = sealed_file::read(folder.file("changed"), key);
      return file ? result<void>() : result<void>(file.failure());
    };
  }

  /// The planted defect: header and index as they should be, the values not looked at.
  reader careless_reader() const {
    return [this](const std::string& changed) -> result<void> {
      const auto head = sealed::decode(changed, "changed");
      if (!head) return head.failure();
      const auto raw = sealed::read_key_file(key.key_file);
      const auto data_key = sealed::unwrap(*head, changed, *raw, "changed");
      if (!data_key) return data_key.failure();
      const auto index_key = sealed::subkey(*data_key, sealed::purpose::index);
      const auto index = sealed::decrypt_text(*index_key, changed.substr(sealed::header_bytes, head->index_bytes),
                                              sealed::associated_with_index(changed));
      return index ? result<void>() : result<void>(sealed::tampered("changed", "has another index"));
    };
  }

  std::string bytes;
  std::size_t values_at = 0;
};

table flipped_bits(const std::string& bytes) {
  table made;
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string changed = bytes;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ 1 << i % 8);
    made.push_back({fmt::format("bit {} of byte {}", i % 8, i / 8), std::move(changed)});
  }
  return made;
}

table cut_and_appended(const std::string& bytes) {
  table made;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    made.push_back({fmt::format("cut to {}", size), bytes.substr(0, size)});
  for (const std::string& more : {std::string(1, '\0'), std::string("x"), std::string(40, '\0'), bytes})
    made.push_back({fmt::format("{} bytes more", more.size()), bytes + more});
  return made;
}

// The private key and three values in their order.
table moved_records(const std::string& bytes, std::size_t at) {
  std::vector<std::string> records;
  for (const std::size_t size : {72, 54, 54, 57}) {
    records.push_back(bytes.substr(at, size));
    at += size;
  }
  REQUIRE(at == bytes.size());
  const std::string before = bytes.substr(0, bytes.size() - (72 + 54 + 54 + 57));
  const auto joined = [&](const std::vector<std::string>& some) {
    std::string made = before;
    for (const std::string& one : some)
      made += one;
    return made;
  };
  table made;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto changed = records;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    made.push_back({fmt::format("record {} taken out", i), joined(changed)});
    changed = records;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), records[i]);
    made.push_back({fmt::format("record {} twice", i), joined(changed)});
    for (std::size_t j = i + 1; j < records.size(); ++j) {
      changed = records;
      std::swap(changed[i], changed[j]);
      made.push_back({fmt::format("records {} and {} swapped", i, j), joined(changed)});
      changed = records;
      changed[j] = records[i];
      made.push_back({fmt::format("record {} in the place of {}", i, j), joined(changed)});
    }
  }
  return made;
}

bool says_what_to_do(const std::string& message) {
  for (const char* advice : {"Put back a good copy", "put back a good copy", "give the path of one", "use a newer Pawl",
                             "give that", "give the right key"})
    if (message.find(advice) != std::string::npos) return true;
  return false;
}

bool is_refusal(const error& e) {
  return (e.code == errc::corrupt || e.code == errc::access || e.code == errc::wrong_store) &&
         says_what_to_do(e.message) && e.message.find("value of") == std::string::npos;
}

/// What was let through, or refused without a word of help.
std::vector<std::string> unnoticed(const reader& open, const table& changes) {
  std::vector<std::string> made;
  for (const tampering& one : changes) {
    const auto answer = open(one.bytes);
    if (answer)
      made.push_back(one.what);
    else if (!is_refusal(answer.failure()))
      made.push_back(one.what + ": " + to_string(answer.failure()));
  }
  return made;
}

} // namespace

TEST_CASE("sealed tampering: every flipped bit is refused") {
  const small_store at;
  REQUIRE(at.file_reader()(at.bytes));
  CHECK(unnoticed(at.file_reader(), flipped_bits(at.bytes)).empty());
}

TEST_CASE("sealed tampering: every shorter and every longer file is refused") {
  const small_store at;
  CHECK(unnoticed(at.file_reader(), cut_and_appended(at.bytes)).empty());
}

TEST_CASE("sealed tampering: records moved, left out or doubled are refused") {
  const small_store at;
  const table changes = moved_records(at.bytes, at.values_at);
  CHECK(changes.size() == 20);
  CHECK(unnoticed(at.file_reader(), changes).empty());
}

TEST_CASE("sealed tampering: control, a reader that skips the values' digest is caught by each table") {
  const small_store at;
  REQUIRE(at.careless_reader()(at.bytes));
  CHECK(unnoticed(at.careless_reader(), flipped_bits(at.bytes)).size() == (72 + 54 + 54 + 57) * 8);
  CHECK(unnoticed(at.careless_reader(), cut_and_appended(at.bytes)).size() == 72 + 54 + 54 + 57 + 4);
  CHECK(unnoticed(at.careless_reader(), moved_records(at.bytes, at.values_at)).size() == 20);
}

TEST_CASE("sealed tampering: parts of two files of one store do not go together") {
  const small_store at;
  const std::string& before = at.bytes;
  set(*at.open(), "alpha", "value of other");
  const std::string after = read_whole(at.store);
  REQUIRE(after.size() == before.size());
  table changes;
  for (const std::size_t from : {std::size_t{64}, std::size_t{136}, std::size_t{144}, std::size_t{180}, at.values_at}) {
    changes.push_back({fmt::format("new from {}", from), before.substr(0, from) + after.substr(from)});
    changes.push_back({fmt::format("old from {}", from), after.substr(0, from) + before.substr(from)});
  }
  // The wrapped key is the same key in each file: byte 64 to 135 alone say nothing of the content.
  const auto found = unnoticed(at.file_reader(), changes);
  CHECK(found == std::vector<std::string>{"new from 64", "old from 64"});
}

TEST_CASE("sealed tampering: an older file has another generation, another one of the same another mac") {
  const small_store at;
  const auto before = sealed_file::read(at.store, at.key);
  set(*at.open(), "alpha", "value of other");
  const auto one = sealed_file::read(at.store, at.key);
  write_whole(at.store, at.bytes);
  set(*at.open(), "alpha", "value of other");
  const auto other = sealed_file::read(at.store, at.key);
  CHECK(before->generation() + 1 == one->generation());
  CHECK(one->generation() == other->generation());
  CHECK(one->mac() != other->mac());
}

// With the key in hand, past the digest: what each value is bound to by itself.
TEST_CASE("sealed tampering: a value opens as nothing but itself") {
  const small_store at;
  const auto opened = sealed::open_file(at.store, at.key);
  REQUIRE(opened);
  const auto answer = [&](const sealed::file_head& head, const sealed::contents& held) {
    return code_of(sealed::decrypt_value(head, held, opened->data_key, "alpha"));
  };
  CHECK(answer(opened->head, opened->held) == "fine");
  sealed::contents held = opened->held;
  std::swap(held.secrets["alpha"][0].box, held.secrets["beta"][0].box);
  CHECK(answer(opened->head, held) == "corrupt");
  const auto with = [&](const std::function<void(sealed::sealed_value&)>& change) {
    sealed::contents changed = opened->held;
    change(changed.secrets["alpha"][0]);
    return answer(opened->head, changed);
  };
  CHECK(with([](auto& one) { one.version = 2; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.definitions = {"*"}; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.definitions.clear(); }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.definitions.swap(one.settings.policy.node_types); }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.hosts = {"h"}; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.owners = {"o"}; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.policy.labels = {{"a", "b"}}; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.expires_at_ms = 0; }) == "corrupt");
  CHECK(with([](auto& one) { one.settings.no_mask = true; }) == "corrupt");
  sealed::file_head head;
  head.store_id = std::string(16, 'x');
  CHECK(answer(head, opened->held) == "corrupt");
}

TEST_CASE("sealed tampering: foreign files, newer formats and dear parameters are refused before a key is made") {
  const small_store at;
  const auto answer = [&](std::size_t place_at, std::string_view bytes, const secret_key& key) {
    std::string changed = at.bytes;
    changed.replace(place_at, bytes.size(), bytes);
    write_whole(at.folder.file("changed"), changed);
    return sealed_file::read(at.folder.file("changed"), key);
  };
  CHECK(code_of(answer(0, "SQLite format 3", at.key)) == "wrong_store");
  const auto newer = answer(7, "\x02", at.key);
  REQUIRE_FALSE(newer);
  CHECK(newer.failure().code == errc::wrong_store);
  CHECK(newer.failure().message.find("newer") != std::string::npos);
  write_whole(at.folder.file("changed"), "");
  CHECK(code_of(sealed_file::read(at.folder.file("changed"), at.key)) == "wrong_store");
  CHECK(code_of(sealed_file::read(at.folder.path(), at.key)) == "wrong_store");

  // A head that asks for a passphrase: passes, then bytes of memory.
  const secret_key words = passphrase_key("a passphrase");
  const auto recipe = [&](std::uint64_t passes, std::uint64_t memory) {
    std::string head("\2\0\0\0\0\0\0\0", 8);
    sealed::put_number(head, passes);
    sealed::put_number(head, memory);
    return code_of(answer(24, head, words));
  };
  CHECK(recipe(1, 64 << 20) == "access"); // just another key
  CHECK(recipe(0, 64 << 20) == "corrupt");
  CHECK(recipe(11, 64 << 20) == "corrupt");
  CHECK(recipe(1, (64 << 20) - 1) == "corrupt");
  CHECK(recipe(1, (1 << 30) + 1) == "corrupt");
  CHECK(recipe(1, UINT64_MAX) == "corrupt");
  CHECK(recipe(UINT64_MAX, 64 << 20) == "corrupt");
}

TEST_CASE("sealed tampering: a file that is too large is not read") {
  const small_store at;
  std::filesystem::resize_file(at.store, sealed::file_bytes_max + 1);
  CHECK(code_of(sealed_file::read(at.store, at.key)) == "wrong_store");
}

} // namespace storage_sealed_tamper_test
