// Changing a sealed store and reading it again.
#include "tests/unit/storage/sealed_support.hpp"

#include <set>

namespace storage_sealed_store_test {

using namespace sealed_tests;

namespace {

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

} // namespace

TEST_CASE("sealed store: what was set is read again, newest version first in line") {
  const place at;
  auto store = at.create();
  set(*store, "mail", "correct horse", 2);
  set(*store, "mail", "battery staple", 2);
  set(*store, "mail", "third of them", 2);
  set(*store, "api.key", "0123456789abcdef");
  CHECK(store->generation() == 5);
  const auto file = sealed_file::read(at.store, at.key);
  REQUIRE(file);
  CHECK(file->generation() == 5);
  CHECK(file->id() == store->id());
  CHECK(file->mac().size() == 64);
  REQUIRE(file->list().size() == 2);
  const auto mail = file->find("mail");
  REQUIRE(mail);
  CHECK(mail->version == 3);
  CHECK(mail->older == std::vector<std::int64_t>{2});
  CHECK(mail->size == 13);
  CHECK(mail->changed_at_ms == 1'000);
  CHECK(mail->settings.policy == settings_for().policy);
  CHECK(at.value_of("mail") == "third of them");
  CHECK(at.value_of("api.key") == "0123456789abcdef");
  CHECK(code_of(file->decrypt("none")) == "not_found");
}

TEST_CASE("sealed store: a version is never given twice, not even after a removal") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  set(*store, "a", "12345679");
  REQUIRE(store->remove("a"));
  CHECK(code_of(store->remove("a")) == "not_found");
  store.reset();
  store = at.open();
  CHECK(store->list().empty());
  CHECK(*store->set("a", secret("12345670"), settings_for(), 1, 1) == 3);
}

TEST_CASE("sealed store: settings change and the value stays") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  secret_settings other = settings_for("x");
  other.policy.hosts = {"https://example.org"};
  other.policy.labels = {{"device", "A-*"}};
  other.expires_at_ms = 5'000;
  REQUIRE(store->change_settings("a", other, 2'000));
  CHECK(code_of(store->change_settings("b", other, 2'000)) == "not_found");
  const auto file = sealed_file::read(at.store, at.key);
  REQUIRE(file);
  CHECK(file->find("a")->settings.policy == other.policy);
  CHECK(file->find("a")->settings.expires_at_ms == 5'000);
  CHECK(file->find("a")->version == 1);
  CHECK(at.value_of("a") == "12345678");
}

TEST_CASE("sealed store: names, sizes and settings that no secret can have are refused") {
  const place at;
  auto store = at.create();
  const auto answer = [&](const std::string& name, std::string_view value, const secret_settings& how,
                          std::size_t keep = 1) { return code_of(store->set(name, secret(value), how, keep, 1)); };
  CHECK(answer("no/slash", "12345678", settings_for()) == "invalid_argument");
  CHECK(answer(std::string(129, 'a'), "12345678", settings_for()) == "invalid_argument");
  CHECK(answer(std::string(128, 'a'), "12345678", settings_for()) == "fine");
  CHECK(answer("a", "", settings_for()) == "invalid_argument");
  CHECK(answer("a", "1234567", settings_for()) == "invalid_argument");
  secret_settings short_one = settings_for();
  short_one.no_mask = true;
  CHECK(answer("a", "1234567", short_one) == "fine");
  CHECK(answer("a", std::string(secret_bytes_max, 'x'), settings_for()) == "fine");
  CHECK(answer("a", "12345678", settings_for("a*b")) == "invalid_argument");
  CHECK(answer("a", "12345678", settings_for("\xFF")) == "invalid_argument");
  CHECK(answer("a", "12345678", settings_for(), 0) == "invalid_argument");
  CHECK(answer("a", "12345678", settings_for(), 101) == "invalid_argument");
  secret_settings past = settings_for();
  past.expires_at_ms = 0;
  CHECK(answer("a", "12345678", past) == "invalid_argument");
}

TEST_CASE("sealed store: one changes it at a time, readers need no lock") {
  const place at;
  auto store = at.create();
  CHECK(code_of(sealed_store::open(at.store, at.key)) == "busy");
  CHECK(sealed_file::read(at.store, at.key));
  store.reset();
  CHECK(sealed_store::open(at.store, at.key));
}

TEST_CASE("sealed store: creating overwrites neither a store nor a key") {
  const place at;
  at.create();
  const std::string before = read_whole(at.store);
  const std::string key = read_whole(at.key.key_file);
  CHECK(key.size() == 32);
  struct stat facts {};
  REQUIRE(::stat(at.key.key_file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0400);
  REQUIRE(::stat(at.store.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(code_of(sealed_store::create(at.store, at.key)) == "conflict");
  CHECK(code_of(sealed_store::create(at.store, file_key(at.folder.file("other.key")))) == "conflict");
  CHECK_FALSE(std::filesystem::exists(at.folder.file("other.key")));
  CHECK(read_whole(at.store) == before);
  REQUIRE(sealed_store::create(at.folder.file("second"), at.key));
  CHECK(read_whole(at.key.key_file) == key);
  CHECK(files_in(at.folder.path()) ==
        std::set<std::string>{"s.key", "s.sealed", "s.sealed.lock", "second", "second.lock"});
}

TEST_CASE("sealed store: a missing store is not made by opening, and neither is a key") {
  const place at;
  CHECK(code_of(sealed_store::open(at.store, at.key)) == "not_found");
  CHECK(code_of(sealed_file::read(at.store, at.key)) == "not_found");
  CHECK(files_in(at.folder.path()).empty());
  at.create();
  std::filesystem::remove(at.key.key_file);
  CHECK(code_of(sealed_store::open(at.store, at.key)) == "access");
  CHECK_FALSE(std::filesystem::exists(at.key.key_file));
}

TEST_CASE("sealed store: wrong keys and key files that others may read are refused") {
  const place at;
  at.create();
  const std::string good = read_whole(at.key.key_file);
  const auto read_with = [&](const std::string& bytes, mode_t mode) {
    write_whole(at.folder.file("k"), bytes, mode);
    return code_of(sealed_file::read(at.store, file_key(at.folder.file("k"))));
  };
  CHECK(read_with(good, 0400) == "fine");
  CHECK(read_with(good, 0600) == "fine");
  for (const mode_t mode : {0440, 0404, 0420, 0402, 0410, 0401})
    CHECK(read_with(good, mode) == "access");
  CHECK(read_with(good.substr(1), 0400) == "access");
  CHECK(read_with(good + "x", 0400) == "access");
  CHECK(read_with(std::string(32, 'x'), 0400) == "access");
  std::filesystem::create_symlink(at.key.key_file, at.folder.file("link"));
  CHECK(code_of(sealed_file::read(at.store, file_key(at.folder.file("link")))) == "access");
  CHECK(code_of(sealed_file::read(at.store, file_key(at.folder.path()))) == "access");
  CHECK(code_of(sealed_file::read(at.store, passphrase_key("long enough"))) == "access");
  CHECK(code_of(sealed_file::read(at.store, secret_key{})) == "invalid_argument");
  secret_key two = at.key;
  two.credential = "c";
  CHECK(code_of(sealed_file::read(at.store, two)) == "invalid_argument");
  CHECK(code_of(sealed_store::create(at.folder.file("new"), passphrase_key("1234567"))) == "invalid_argument");
}

TEST_CASE("sealed store: a passphrase opens it, another does not") {
  const place at;
  const secret_key key = passphrase_key("correct horse battery staple");
  {
    auto store = sealed_store::create(at.store, key);
    REQUIRE(store);
    set(**store, "a", "12345678");
  }
  const auto file = sealed_file::read(at.store, key);
  REQUIRE(file);
  CHECK(file->decrypt("a")->view() == "12345678");
  CHECK(code_of(sealed_file::read(at.store, passphrase_key("incorrect horse"))) == "access");
  write_whole(at.key.key_file, std::string(32, 'k'), 0400);
  CHECK(code_of(sealed_file::read(at.store, at.key)) == "access");
}

TEST_CASE("sealed store: a credential of systemd opens it") {
  const place at;
  secret_key key;
  key.credential = "pawl-key";
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(code_of(sealed_store::create(at.store, key)) == "access");
  ::setenv("CREDENTIALS_DIRECTORY", at.folder.path().c_str(), 1);
  CHECK(code_of(sealed_store::create(at.store, key)) == "access");
  CHECK_FALSE(std::filesystem::exists(at.folder.file("pawl-key")));
  write_whole(at.folder.file("pawl-key"), std::string(32, 'k'), 0440); // an access list shows like this
  CHECK(sealed_store::create(at.store, key));
  CHECK(sealed_file::read(at.store, key));
  key.credential = "../pawl-key";
  CHECK(code_of(sealed_file::read(at.store, key)) == "invalid_argument");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("sealed store: rotating makes everything new but the values and the public key") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678", 2);
  set(*store, "a", "abcdefgh", 2);
  set(*store, "b", "other value");
  const auto public_key = store->public_key();
  const std::string before = read_whole(at.store);
  const std::string key_before = read_whole(at.key.key_file);
  std::vector<std::size_t> told;
  REQUIRE(store->rotate(std::nullopt, [&](std::size_t done, std::size_t all) {
    told.push_back(done);
    CHECK(all == 3);
  }));
  CHECK(told == std::vector<std::size_t>{1, 2, 3});
  CHECK(read_whole(at.key.key_file) == key_before);
  REQUIRE(store->rotate(at.key, {}));
  const std::string key_after = read_whole(at.key.key_file);
  CHECK(key_after != key_before);
  CHECK(at.value_of("a") == "abcdefgh");
  CHECK(at.value_of("b") == "other value");
  write_whole(at.key.key_file, key_before, 0400);
  CHECK(code_of(sealed_file::read(at.store, at.key)) == "access");
  write_whole(at.store, before);
  CHECK(at.value_of("a") == "abcdefgh"); // the old store with the old key
  CHECK(store->public_key() == public_key);
  CHECK(files_in(at.folder.path()) == std::set<std::string>{"s.key", "s.sealed", "s.sealed.lock"});
}

TEST_CASE("sealed store: rotating moves from any kind of key to any other") {
  const place at;
  auto store = at.create();
  set(*store, "a", "12345678");
  const secret_key other = file_key(at.folder.file("other.key"));
  REQUIRE(store->rotate(other, {}));
  CHECK(code_of(sealed_file::read(at.store, at.key)) == "access");
  CHECK(sealed_file::read(at.store, other));
  const secret_key words = passphrase_key("a passphrase");
  REQUIRE(store->rotate(words, {}));
  CHECK(code_of(sealed_file::read(at.store, other)) == "access");
  REQUIRE(store->rotate(std::nullopt, {}));
  CHECK(sealed_file::read(at.store, words));
  REQUIRE(store->rotate(at.key, {})); // a file that is there: its key is taken
  set(*store, "a", "23456789");
  store.reset();
  CHECK(at.value_of("a") == "23456789");
  CHECK(code_of(at.open()->rotate(secret_key{}, {})) == "invalid_argument");
  CHECK(at.value_of("a") == "23456789");
}

TEST_CASE("sealed store: values are in the file in no form") {
  const place at;
  const std::string canary = "canary-0123456789-abcdef";
  auto store = at.create();
  set(*store, "a", canary);
  const std::string bytes = read_whole(at.store);
  for (std::size_t i = 0; i + 8 <= canary.size(); ++i)
    CHECK(bytes.find(canary.substr(i, 8)) == std::string::npos);
  CHECK(bytes.find("d-*") == std::string::npos); // policies are sealed too
}

TEST_CASE("sealed store: concerns say what deserves a look") {
  const place at;
  auto store = at.create();
  set(*store, "fine", "12345678");
  secret_settings how = settings_for();
  how.expires_at_ms = 10'000'000'000;
  REQUIRE(store->set("soon", secret("12345678"), how, 1, 1));
  REQUIRE(store->set("open", secret("12345678"), secret_settings{}, 1, 1));
  how = settings_for();
  how.no_mask = true;
  REQUIRE(store->set("plain", secret("1234"), how, 1, 1));
  CHECK(store->concerns(9'000'000'000) ==
        std::vector<std::string>{"the secret 'open' has an empty policy: any definition may use it",
                                 "the secret 'plain' is not masked in results and logs",
                                 "the secret 'soon' expires in 11 days",
                                 "the key file lies beside the store: whoever copies the folder has both"});
  CHECK(store->concerns(10'000'000'000)[2] == "the secret 'soon' has expired: no node gets it");
  CHECK(store->concerns(1).size() == 3);
}

} // namespace storage_sealed_store_test
