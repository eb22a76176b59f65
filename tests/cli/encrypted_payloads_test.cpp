// pawl with a store whose payloads are encrypted: what is shown with the key, and what is said without it.
#include "tests/cli/secrets_support.hpp"

namespace encrypted_payloads_test {

using namespace secrets_tests;

namespace {

/// An instance that has ended, of `set` nodes that repeat its input.
struct encrypted_place : made_place {
  std::string state = folder.file("p.db");
  std::string definition = folder.file("w.json");

  encrypted_place() {
    std::ofstream(definition) << R"({"id": "w", "input": true, "edges": [], "nodes": [{"id": "n", "type": "set",
      "data": {"said": "{{ input.text }}"}}]})";
    const ended done = pawl(
        {"run", definition, "--encrypt-payloads", "--id", "a", "--input", R"({"text": "to be hidden"})"}, with_key());
    INFO(done.out << done.err);
    REQUIRE(done.code == 0);
  }
  words with_key() const { return {"--secrets", store, "--key-file", key}; }
  ended pawl(words command, const words& more = {}) const {
    command.insert(command.end(), {"--store", state});
    command.insert(command.end(), more.begin(), more.end());
    return run_pawl(command);
  }
};

} // namespace

TEST_CASE("encrypted payloads: shown with the key", "[secrets]") {
  const encrypted_place here;
  CHECK_FALSE(has(read_whole(here.state), "to be hidden"));
  for (const words& command : {words{"show", "a"}, words{"history", "a"}})
    for (const char* how : {"table", "json", "jsonl"}) {
      words more = here.with_key();
      more.insert(more.end(), {"-o", how});
      const ended shown = here.pawl(command, more);
      INFO(shown.out << shown.err);
      CHECK(shown.code == 0);
      CHECK(has(shown.out, "to be hidden"));
      CHECK_FALSE(has(shown.out, "encrypted"));
    }
}

TEST_CASE("encrypted payloads: without the key each value says so and the rest is shown", "[secrets]") {
  const encrypted_place here;
  const ended table = here.pawl({"show", "a"});
  CHECK(table.code == 0);
  CHECK(has(table.out, "completed"));
  CHECK(has(table.out, "[encrypted with key 1 of the sealed store "));
  const json shown = json::parse(here.pawl({"show", "a"}, {"-o", "json"}).out).at("snapshot");
  CHECK(shown.at("status") == "completed");
  CHECK(has(shown.at("encrypted"), "--secrets"));
  CHECK(has(shown.at("input"), "[encrypted"));
  const json history = json::parse(here.pawl({"history", "a"}, {"-o", "json"}).out).at("history");
  CHECK(history.back().at("encrypted") == true);
  CHECK(has(history.back().at("output"), "[encrypted"));
  CHECK(here.pawl({"list"}).code == 0);
  CHECK(has(here.pawl({"list"}).out, "completed"));
}

TEST_CASE("encrypted payloads: run without the key is refused, rm needs none", "[secrets]") {
  const encrypted_place here;
  const ended refused = here.pawl({"run", here.definition, "--id", "b", "--input", "{}"});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "--secrets"));
  CHECK(here.pawl({"run", here.definition, "--encrypt-payloads", "--id", "b", "--input", "{}"}).code == 1);
  const ended again = here.pawl({"run", here.definition, "--id", "a"}, here.with_key()); // with the input that it has
  INFO(again.out << again.err);
  CHECK(again.code == 0);
  CHECK(here.pawl({"show", "a", "--key-file", here.key}).code == 2); // the key of no store
  CHECK(here.pawl({"rm", "a"}).code == 0);
}

TEST_CASE("encrypted payloads: their key is listed, rotated, and removed only by force", "[secrets]") {
  const encrypted_place here;
  CHECK(here.list().at(0).at("name") == "pawl.payload-key");
  CHECK(here.run({"set", "pawl.payload-key"}, {}, "0123456789").code != 0);
  CHECK(here.run({"rm", "pawl.payload-key"}).code != 0);
  CHECK(has(here.run({"rotate-payload-key"}).out, "key 2"));
  CHECK(has(here.pawl({"show", "a"}, here.with_key()).out, "to be hidden"));
  CHECK(here.run({"rm", "pawl.payload-key"}, {"--force"}).code == 0);
  CHECK(has(here.pawl({"show", "a"}, here.with_key()).out, "[encrypted with key 1"));
}

} // namespace encrypted_payloads_test
