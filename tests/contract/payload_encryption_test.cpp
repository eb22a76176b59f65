// Payloads in a store's file: encrypted they are nowhere in it, and each opens only where it was written.
#include "storage/payload_cipher.hpp"
#include "storage/sealed/sealed_provider.hpp"
#include "storage/sealed/sealed_store.hpp"
#include "tests/contract/raw_sqlite.hpp"
#include "tests/support/given.hpp"
#include "tests/support/payload_store.hpp"
#include "tests/support/places.hpp"
#include "tests/support/store_rows.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/maintenance.hpp>
#include <pawl/runtime.hpp>
#include <pawl/store_reader.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <set>

namespace payload_encryption_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;
using nlohmann::json;

namespace {

/// One in each column that may hold payload text.
const std::vector<std::string> planted{"CANARY-input",  "CANARY-hash",   "CANARY-label",       "CANARY-output",
                                       "CANARY-error",  "CANARY-detail", "CANARY-note",        "CANARY-payload",
                                       "CANARY-state",  "CANARY-reason", "CANARY-schema",      "CANARY-memory",
                                       "CANARY-secret", "CANARY-why",    "CANARY-destination", "CANARY-awaited",
                                       "CANARY-taken",  "CANARY-signal", "CANARY-brought",     "CANARY-ended"};

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

create_write full_create(const std::string& uid) {
  create_write w = create_of(uid);
  w.input = quoted("CANARY-input");
  w.input_hash = "CANARY-hash";
  w.labels = {{"device", "CANARY-label"}, {"empty", ""}};
  step_row& s = w.first.step;
  s.is_result = true;
  s.output = quoted("CANARY-output");
  s.error = "CANARY-error";
  s.detail = R"({"payload":"CANARY-detail"})";
  s.note = "CANARY-note";
  cursor_row& c = w.first.cursors_set.front();
  c.payload = quoted("CANARY-payload");
  c.node_state = quoted("CANARY-state");
  c.wait_reason = "CANARY-reason";
  c.payload_schema = quoted("CANARY-schema");
  c.wait_signals = R"(["CANARY-awaited"])";
  c.signal = "CANARY-taken";
  w.first.signals_set.push_back({1, 5, "CANARY-signal", quoted("CANARY-brought")});
  w.first.closing_set = closing_row{instance_status::cancelled, "CANARY-ended"};
  w.first.memories_set.push_back({0, "a", "m", quoted("CANARY-memory")});
  w.first.memories_set.push_back({0, "a", "other", quoted("2")});
  return w;
}

audit_write full_line(const std::string& uid) {
  return {{0, 5, uid, "a", 1, 1, "auth", "sealed:CANARY-secret", "1", "CANARY-destination", false, "CANARY-why"}};
}

std::unique_ptr<store> open_good(const std::string& path, const payload_protection& how) {
  return given(open_sqlite_store(path, 0, how));
}

/// Two instances with the same texts, each with a second step, and a line of the audit.
void fill(store& s) {
  REQUIRE(s.save_definition(definition("flow", "h1"), 1));
  const auto made = s.write({full_create("one"), full_create("two"), full_line("one")});
  for (const auto& answer : made)
    REQUIRE(answer);
  for (const std::size_t i : {0U, 1U})
    REQUIRE(s.write({step_of(made[i]->instance, 2, "a", quoted("second"))})[0]);
}

void check_everything(reader& s, const std::string& uid) {
  const auto key = **s.find(uid);
  const auto rows = s.load(key);
  REQUIRE(rows);
  const create_write wanted = full_create(uid);
  CHECK(rows->input == wanted.input);
  CHECK(rows->input_hash == wanted.input_hash);
  CHECK(rows->labels == wanted.labels);
  CHECK(rows->memories.at(0).value == wanted.first.memories_set[0].value);
  REQUIRE(rows->signals.size() == 1);
  CHECK(rows->signals[0].name == "CANARY-signal");
  CHECK(rows->signals[0].payload == wanted.first.signals_set[0].payload);
  REQUIRE(rows->closing);
  CHECK(rows->closing->reason == "CANARY-ended");
  CHECK(rows->unreadable.empty());
  const auto steps = s.history(key, 0, 10);
  REQUIRE(steps);
  CHECK(steps->at(0).output == wanted.first.step.output);
  CHECK(steps->at(0).error == wanted.first.step.error);
  CHECK(steps->at(0).detail == wanted.first.step.detail);
  CHECK(steps->at(0).note == wanted.first.step.note);
  CHECK_FALSE(steps->at(1).error);
  CHECK(s.context(key, 10)->at(0).error == wanted.first.step.error);
  CHECK(s.last_results(key, {"a"})->at(0).output == quoted("second"));
  CHECK(s.results(key, "a", {})->at(0).output == wanted.first.step.output);
  const auto lines = s.secret_audit(0, 10);
  REQUIRE(lines);
  CHECK(lines->at(0).secret == "sealed:CANARY-secret");
  CHECK(lines->at(0).destination == "CANARY-destination");
  CHECK(lines->at(0).reason == "CANARY-why");
}

struct place {
  temp_folder folder;
  std::string path = folder.file("store.db");
  secrets_options keys = sealed_in(folder.path());
};

error refused(const std::string& path, const payload_protection& how) {
  const auto opened = open_sqlite_store(path, 0, how);
  if (opened) FAIL("the store opens");
  return opened.failure();
}

} // namespace

TEST_CASE("payloads: encrypted ones come back whole, and no file of the store holds any") {
  const bool encrypts = GENERATE(true, false); // without, every text is found: the search can see it
  const place at;
  const auto how = encrypts ? encrypting(at.keys) : payload_protection{};
  auto owner = open_good(at.path, how);
  fill(*owner);
  check_everything(*owner, "one");
  for (const std::string& text : planted) {
    INFO(text);
    CHECK(is_in_files(at.path, text) == !encrypts); // in the log
  }
  REQUIRE(owner->checkpoint(0));
  owner.reset();
  owner = open_good(at.path, how);
  check_everything(*owner, "two");
  const std::set<std::string> of_the_cursor{"CANARY-payload", "CANARY-state",   "CANARY-reason",
                                            "CANARY-schema",  "CANARY-awaited", "CANARY-taken"};
  for (const std::string& text : planted)
    if (of_the_cursor.count(text) == 0) {
      INFO(text); // the cursor's were overwritten by the second step
      CHECK(is_in_files(at.path, text) == !encrypts);
    }
}

TEST_CASE("payloads: what a cursor waits with comes back") {
  const place at;
  auto owner = open_good(at.path, encrypting(at.keys));
  REQUIRE(owner->save_definition(definition("flow", "h1"), 1));
  const auto made = owner->write({full_create("one")});
  owner.reset();
  owner = open_good(at.path, encrypting(at.keys));
  const auto rows = owner->load(made[0]->instance);
  REQUIRE(rows);
  const cursor_row& c = rows->cursors.at(0);
  CHECK(c.payload == quoted("CANARY-payload"));
  CHECK(c.node_state == quoted("CANARY-state"));
  CHECK(c.wait_reason == "CANARY-reason");
  CHECK(c.payload_schema == quoted("CANARY-schema"));
}

TEST_CASE("payloads: a ciphertext in another place is corrupt there and hinders nobody else") {
  struct swap {
    const char* sql;
    const char* where; ///< empty: the control, which changes nothing
  };
  const swap done = GENERATE(
      swap{"UPDATE step SET output = (SELECT output FROM step WHERE instance = 2 AND revision = 1)"
           " WHERE instance = 1 AND revision = 1",
           "table step, revision 1, column output"},
      swap{"UPDATE step SET output = (SELECT output FROM step WHERE instance = 1 AND revision = 2)"
           " WHERE instance = 1 AND revision = 1",
           "table step, revision 1, column output"},
      swap{"UPDATE step SET error = note WHERE instance = 1 AND revision = 1", "table step, revision 1, column error"},
      swap{"UPDATE step SET output = substr(output, 1, 60) || CASE substr(output, 61, 1) WHEN 'A' THEN 'B' ELSE 'A' END"
           " || substr(output, 62) WHERE instance = 1 AND revision = 1",
           "table step, revision 1, column output"},
      swap{"UPDATE step SET output = 'no base64!' WHERE instance = 1 AND revision = 1",
           "table step, revision 1, column output"},
      swap{"UPDATE step SET payload_key = 7 WHERE instance = 1 AND revision = 1", "table step, revision 1, column"},
      swap{"UPDATE input SET text = (SELECT text FROM input WHERE instance = 2) WHERE instance = 1", "column text"},
      swap{"UPDATE input SET text = hash WHERE instance = 1", "column text"},
      swap{"UPDATE memory SET value = (SELECT value FROM memory WHERE instance = 1 AND name = 'other')"
           " WHERE instance = 1 AND name = 'm'",
           "table memory, scope 0, column value"},
      swap{"UPDATE label SET value = (SELECT value FROM label WHERE instance = 1 AND name = 'empty')"
           " WHERE instance = 1 AND name = 'device'",
           "table label"},
      swap{"UPDATE step SET output = output, error = error, note = note", ""});
  const place at;
  fill(*open_good(at.path, encrypting(at.keys)));
  raw_sqlite(at.path).run(done.sql);
  INFO(done.sql);
  const auto owner = open_good(at.path, encrypting(at.keys));
  check_everything(*owner, "two");
  if (*done.where == '\0') return check_everything(*owner, "one");
  const auto rows = owner->load(1);
  const auto steps = owner->history(1, 0, 10);
  const error why = !rows ? rows.failure() : !steps ? steps.failure() : error{errc::internal, "both can be read", ""};
  CHECK(why.code == errc::corrupt);
  CHECK(why.where == "one");
  CHECK_THAT(why.message, Catch::Contains(done.where));
  CHECK_THAT(why.message, !Catch::Contains("CANARY"));
}

TEST_CASE("payloads: a row of another store with the same keys does not open here") {
  const place at;
  const std::string other = at.folder.file("other.db");
  fill(*open_good(at.path, encrypting(at.keys)));
  fill(*open_good(other, encrypting(at.keys)));
  raw_sqlite raw(at.path);
  raw.run("ATTACH '" + other + "' AS other");
  raw.run("UPDATE step SET output = (SELECT output FROM other.step o WHERE o.seq = step.seq), payload_key = 1"
          " WHERE seq = 1");
  const auto history = open_good(at.path, encrypting(at.keys))->history(1, 0, 10);
  REQUIRE_FALSE(history);
  CHECK(history.failure().code == errc::corrupt);
}

TEST_CASE("payloads: without the keys that rows need nothing opens and no key is made") {
  const place at;
  fill(*open_good(at.path, encrypting(at.keys)));
  CHECK(refused(at.path, {}).code == errc::access);
  CHECK_THAT(refused(at.path, {}).message, Catch::Contains("the keys 1 of the sealed store"));
  const auto other = sealed_in(at.folder.path(), "other");
  CHECK(refused(at.path, encrypting(other)).code == errc::access);
  CHECK((*sealed_store::open(other.sealed_path, other.key))->list().empty());
  { // a key of the same number is not the same key
    auto sealed = *sealed_store::open(other.sealed_path, other.key);
    REQUIRE(sealed->add_payload_key(1));
  }
  CHECK(refused(at.path, encrypting(other)).code == errc::access);
  CHECK_THAT(refused(at.path, encrypting({})).message, Catch::Contains("the keys 1 of the sealed store"));
  payload_protection without;
  without.is_without_keys = true;
  CHECK(open_sqlite_store(at.path, 0, without));
  check_everything(*open_good(at.path, encrypting(at.keys)), "one"); // all that harmed nothing
}

TEST_CASE("payloads: an older copy of the sealed store that lacks a newer key is refused") {
  const place at;
  { REQUIRE((*sealed_store::open(at.keys.sealed_path, at.keys.key))->add_payload_key(1)); }
  std::filesystem::copy_file(at.keys.sealed_path, at.folder.file("older"));
  { REQUIRE(*(*sealed_store::open(at.keys.sealed_path, at.keys.key))->add_payload_key(1) == 2); }
  fill(*open_good(at.path, encrypting(at.keys)));
  std::filesystem::rename(at.folder.file("older"), at.keys.sealed_path);
  CHECK(refused(at.path, encrypting(at.keys)).code == errc::access);
  { REQUIRE(*(*sealed_store::open(at.keys.sealed_path, at.keys.key))->add_payload_key(1) == 2); } // another key 2
  CHECK(refused(at.path, encrypting(at.keys)).code == errc::access);
}

TEST_CASE("payloads: encryption that is asked for without a sealed store is refused") {
  const temp_folder folder;
  CHECK(refused(folder.file("store.db"), encrypting({})).code == errc::invalid_argument);
}

TEST_CASE("payloads: a sealed store that somebody changes gives no first key at this moment") {
  const place at;
  auto busy = sealed_store::open(at.keys.sealed_path, at.keys.key);
  CHECK(refused(at.path, encrypting(at.keys)).code == errc::busy);
  busy->reset();
  CHECK(open_sqlite_store(at.path, 0, encrypting(at.keys)));
}

TEST_CASE("payloads: a new key is taken for new rows and the older one still opens its own") {
  const place at;
  fill(*open_good(at.path, encrypting(at.keys)));
  { REQUIRE(*(*sealed_store::open(at.keys.sealed_path, at.keys.key))->add_payload_key(1) == 2); }
  auto owner = open_good(at.path, encrypting(at.keys));
  REQUIRE(owner->write({step_of(1, 3, "a", quoted("CANARY-third"))})[0]);
  check_everything(*owner, "two");
  CHECK(owner->history(1, 2, 1)->at(0).output == quoted("CANARY-third"));
  owner.reset();
  CHECK(raw_sqlite(at.path).ask("SELECT group_concat(DISTINCT payload_key) FROM step") == "1,2");
  CHECK_FALSE(is_in_files(at.path, "CANARY-third"));
}

TEST_CASE("payloads: turned on every row is read and it cannot be forgotten") {
  const place at;
  fill(*open_good(at.path, {}));
  auto owner = open_good(at.path, encrypting(at.keys));
  check_everything(*owner, "one");
  REQUIRE(owner->write({step_of(1, 3, "a", quoted("CANARY-third"))})[0]);
  owner = nullptr;
  CHECK_FALSE(is_in_files(at.path, "CANARY-third"));
  owner = open_good(at.path, without_saying_so(at.keys));
  CHECK(owner->results(1, "a", {})->size() == 3);
  REQUIRE(owner->write({step_of(1, 4, "a", quoted("CANARY-fourth"))})[0]);
  owner = nullptr;
  CHECK_FALSE(is_in_files(at.path, "CANARY-fourth"));
  CHECK(refused(at.path, {}).code == errc::access);
}

TEST_CASE("payloads: the same start is known again whichever way it was written") {
  const place at;
  const bool was_encrypted = GENERATE(true, false);
  const auto on = encrypting(at.keys);
  const auto off = without_saying_so(at.keys);
  fill(*open_good(at.path, was_encrypted ? on : off));
  const auto owner = open_good(at.path, was_encrypted ? off : on);
  const auto again = owner->write({full_create("one")});
  REQUIRE(again[0]);
  CHECK(again[0]->existed);
  create_write other = full_create("one");
  other.input_hash = "another";
  CHECK(owner->write({other})[0].failure().code == errc::conflict);
}

TEST_CASE("payloads: no text of an author is taken for a ciphertext") {
  const place at;
  auto owner = open_good(at.path, {});
  REQUIRE(owner->save_definition(definition("flow", "h1"), 1));
  std::string stolen;
  {
    const place from;
    fill(*open_good(from.path, encrypting(from.keys)));
    stolen = raw_sqlite(from.path).ask("SELECT output FROM step WHERE seq = 1");
  }
  create_write wanted = create_of("one");
  wanted.first.step.error = stolen;
  wanted.first.step.note = "\x01pawl:1:" + stolen;
  const auto made = owner->write({wanted});
  owner = nullptr;
  for (const auto& how : {without_saying_so(at.keys), encrypting(at.keys)}) {
    const auto steps = open_good(at.path, how)->history(made[0]->instance, 0, 10);
    REQUIRE(steps);
    CHECK(steps->at(0).error == wanted.first.step.error);
    CHECK(steps->at(0).note == wanted.first.step.note);
  }
}

TEST_CASE("payloads: a reader without the key says so in the place of each value and shows the rest") {
  const place at;
  auto owner = open_good(at.path, encrypting(at.keys));
  fill(*owner);
  for (const bool owner_lives : {true, false}) {
    if (!owner_lives) owner.reset();
    const auto blind = open_sqlite_reader(at.path);
    REQUIRE(blind);
    const auto rows = (*blind)->load(1);
    REQUIRE(rows);
    CHECK(rows->uid == "one");
    CHECK_THAT(json::parse(rows->input).get<std::string>(), Catch::StartsWith("[encrypted with key 1 of the sealed"));
    CHECK_THAT(rows->labels.at("device"), Catch::StartsWith("[encrypted"));
    CHECK_FALSE(rows->unreadable.empty());
    const auto steps = (*blind)->history(1, 0, 10);
    REQUIRE(steps);
    CHECK(steps->at(0).is_unreadable);
    CHECK_THAT(*steps->at(0).error, Catch::StartsWith("[encrypted"));
    CHECK_FALSE(steps->at(1).error); // what was not there is still not there
    CHECK((*blind)->secret_audit(0, 10)->at(0).encrypted);
    const auto seeing = open_sqlite_reader(at.path, *host::read_payload_keys(at.keys));
    REQUIRE(seeing);
    check_everything(**seeing, "one");
    const auto other = open_sqlite_reader(at.path, *host::read_payload_keys(sealed_in(at.folder.path(), "other")));
    CHECK_FALSE((*other)->load(1)->unreadable.empty());
  }
}

TEST_CASE("payloads: a reader that was there before the first encrypted row reads it") {
  const place at;
  const auto owner = open_good(at.path, encrypting(at.keys));
  const auto seeing = open_sqlite_reader(at.path, *host::read_payload_keys(at.keys));
  REQUIRE((*seeing)->list(0, 10)->empty());
  fill(*owner);
  check_everything(**seeing, "one");
}

TEST_CASE("payloads: the text in a row is what the README says") {
  const place at;
  fill(*open_good(at.path, encrypting(at.keys)));
  raw_sqlite raw(at.path);
  const std::string text = raw.ask("SELECT output FROM step WHERE instance = 2 AND revision = 1");
  const auto file = sealed_file::read(at.keys.sealed_path, at.keys.key);
  const auto record = file->decrypt("pawl.payload-key");
  std::string key(32, '\0');
  const auto bytes = [](const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); };
  crypto_kdf_derive_from_key(reinterpret_cast<unsigned char*>(key.data()), 32, 3, "PAWLSEAL",
                             reinterpret_cast<const unsigned char*>(record->data()));
  std::string box(text.size(), '\0');
  std::size_t size = 0;
  REQUIRE(sodium_base642bin(reinterpret_cast<unsigned char*>(box.data()), box.size(), text.data(), text.size(), nullptr,
                            &size, nullptr, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0);
  box.resize(size);
  const auto number = [](std::uint64_t n, int width) {
    std::string s;
    for (int i = 0; i < width; ++i)
      s += static_cast<char>(n >> (8 * i));
    return s;
  };
  const auto put = [&](const std::string& s) { return number(s.size(), 4) + s; };
  const std::string covers = "pawl payload 1" + put(raw.ask("SELECT id FROM payload_store")) + put("step") +
                             put("output") + number(2, 8) + number(1, 8) + put("");
  std::string plain(size - 40, '\0');
  REQUIRE(crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                     bytes(box) + 24, size - 24, bytes(covers), covers.size(),
                                                     bytes(box), bytes(key)) == 0);
  CHECK(plain == quoted("CANARY-output"));
}

TEST_CASE("payloads: nobody sets, takes or is given their key") {
  const place at;
  fill(*open_good(at.path, encrypting(at.keys)));
  const std::string name = secret_store::payload_key_name;
  sealed_provider provider(at.keys.sealed_path, at.keys.key, {});
  REQUIRE(provider.open());
  CHECK(provider.policy(name).failure().code == errc::not_found);
  CHECK(provider.fetch(name).failure().code == errc::not_found);
  auto sealed = *secret_store::open(at.keys.sealed_path, at.keys.key);
  CHECK(sealed.set(name, *secret_bytes::copy_of("0123456789"), {}).failure().code == errc::invalid_argument);
  CHECK(sealed.change_settings(name, {}).failure().code == errc::invalid_argument);
  const auto envelope = seal({sealed.public_key(), name, {}, {}, 0, nullptr}, *secret_bytes::copy_of("0123456789"));
  REQUIRE(envelope);
  CHECK(sealed.import(*envelope, 1).failure().code == errc::invalid_argument);
  CHECK(sealed.remove(name).failure().code == errc::invalid_argument);
  CHECK(sealed.list().size() == 1);
  CHECK(*sealed.rotate_payload_key() == 2);
  REQUIRE(sealed.rotate()); // another data key: the keys of payloads stay what they are
  check_everything(*open_good(at.path, encrypting(at.keys)), "one");
  CHECK(sealed.remove(name, true));
  CHECK(refused(at.path, encrypting(at.keys)).code == errc::access);
}

namespace {

json example(const char* name) {
  std::ifstream file(source(std::string("tests/examples/") + name));
  return json::parse(file);
}

runtime open_runtime(const place& at, bool encrypts) {
  options opts;
  opts.store_path = at.path;
  opts.secrets = at.keys;
  opts.encrypt_payloads = encrypts;
  opts.http.allow_private = true;
  return given(runtime::open(std::move(opts)));
}

void start_example(runtime& rt, const char* name, const json& input, std::map<std::string, std::string> labels = {}) {
  const auto loaded = rt.load_definition(example(name).dump(), name);
  if (!loaded) FAIL(name << ": " << to_string(loaded.failure()));
  start_options how;
  how.id = name;
  how.labels = std::move(labels);
  const auto started = rt.start(loaded->id, input, how);
  if (!started) FAIL(name << ": " << to_string(started.failure()));
  REQUIRE(rt.wait(name, wait_until::at_rest));
}

} // namespace

TEST_CASE("payloads: the examples run through a runtime and leave no payload text in a file") {
  const bool encrypts = GENERATE(true, false);
  const place at;
  {
    runtime rt = open_runtime(at, encrypts);
    start_example(
        rt, "approval.json",
        {{"title", "CANARY-title"}, {"author", "CANARY-author"}, {"checks", {"CANARY-check"}}, {"settleMs", 1}},
        {{"device", "CANARY-device"}});
    REQUIRE(rt.wait("approval.json", wait_until::needs_payload));
    const json answer{{"approved", false}, {"comment", "CANARY-comment"}, {"by", "CANARY-by"}};
    (void)rt.resume("approval.json", &answer);
    REQUIRE(rt.wait("approval.json", wait_until::ended));
    start_example(rt, "loop.json", {{"items", {"CANARY-item", "CANARY-second"}}});
    start_example(rt, "order.json",
                  {{"orderId", "QZ-77112233"},
                   {"email", "canary@example.org"},
                   {"items", {{{"sku", "canary-sku"}, {"quantity", 1}}}}});
    start_example(rt, "http.json", {{"url", "http://127.0.0.1:1/CANARY-path"}}); // nobody listens there
    for (const char* text : {"CANARY-title", "CANARY-item", "CANARY-device", "CANARY-comment", "CANARY-check",
                             "QZ-77112233", "canary-sku", "canary@example.org", "CANARY-path"}) {
      INFO(text);
      CHECK(is_in_files(at.path, text) == !encrypts);
    }
  }
  runtime rt = open_runtime(at, encrypts);
  const auto seen = rt.query("approval.json");
  REQUIRE(seen);
  CHECK(seen->document()["input"]["title"] == "CANARY-title");
  CHECK_FALSE(seen->document().contains("encrypted"));
  CHECK(is_in_files(at.path, "CANARY") == !encrypts);
  rt.stop();
  CHECK(is_in_files(at.path, "CANARY") == !encrypts);

  auto blind = store_reader::open(at.path);
  REQUIRE(blind);
  const auto shown = blind->query("approval.json");
  REQUIRE(shown);
  CHECK(shown->document().contains("encrypted") == encrypts);
  CHECK((shown->document().dump().find("CANARY") == std::string::npos) == encrypts);
  const auto steps = blind->history("loop.json");
  REQUIRE(steps);
  CHECK(steps->front().encrypted == encrypts);
  CHECK(blind->list()->size() == 4);
  auto seeing = store_reader::open(at.path, at.keys);
  REQUIRE(seeing);
  CHECK(seeing->query("approval.json")->document()["input"]["title"] == "CANARY-title");

  auto keeper = maintenance::open(at.path);
  REQUIRE(keeper);
  CHECK(keeper->remove("loop.json")); // needs no key
}

} // namespace payload_encryption_test
