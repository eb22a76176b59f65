// Which definition counts, before and after a restart, and what stays of the others.
#include "runtime/host/engine.hpp"
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <thread>

namespace host_definitions_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;
using pawl::test::patience;

namespace {

options on(const std::string& path) {
  options opts;
  opts.store_path = path;
  return opts;
}

std::string version(int number, const char* id = "w") {
  return fmt::format(R"({{"id": "{}", "nodes": [{{"id": "n", "type": "set", "data": {}}}], "edges": []}})", id, number);
}

json output_of(const snapshot& s) { return s.document()["context"]["n"][0]["output"]; }

} // namespace

TEST_CASE("definitions: memory and store agree which version is the latest, whoever loads at once") {
  test::temp_folder folder;
  const auto path = folder.file("a.db");
  auto engine = given(host::engine::open(on(path)));
  const auto on_disk = given(storage::open_sqlite_reader(path));
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> ready{0};
    std::vector<std::thread> loaders;
    for (int i = 0; i < 4; ++i)
      loaders.emplace_back([&, text = version(4 * round + i)] {
        for (++ready; ready < 4;)
          std::this_thread::yield();
        (void)engine->load_definition(text, "");
      });
    for (std::thread& t : loaders)
      t.join();
    REQUIRE(engine->shared().known.latest("w")->hash == given(on_disk->latest_definition("w"))->hash);
  }
  const json now = output_of(given(engine->wait(given(engine->start("w", nullptr, {})), wait_until::ended, patience)));
  engine.reset();
  engine = given(host::engine::open(on(path)));
  CHECK(output_of(given(engine->wait(given(engine->start("w", nullptr, {})), wait_until::ended, patience))) == now);
}

TEST_CASE("definitions: an instance goes on with its version when nothing of it is in memory any more") {
  options opts;
  opts.definition_cache_bytes_max = 0; // only the one used last
  runtime rt = given(runtime::open(std::move(opts)));
  given(
      rt.load_definition(R"({"id": "w", "nodes": [{"id": "ask", "type": "wait"}, {"id": "n", "type": "set", "data": 1}],
                              "edges": [{"source": "ask", "target": "n"}]})"));
  const std::string waiting = given(rt.start("w", nullptr));
  given(rt.wait(waiting, wait_until::needs_payload, patience));
  given(rt.load_definition(version(2)));
  given(rt.load_definition(version(3, "other")));
  const std::string later = given(rt.start("w", nullptr));
  CHECK(output_of(given(rt.wait(later, wait_until::ended, patience))) == 2);
  const json answer = "go on";
  REQUIRE(rt.resume(waiting, &answer));
  CHECK(output_of(given(rt.wait(waiting, wait_until::ended, patience))) == 1);
}

TEST_CASE("definitions: what nothing needs is removed, from memory and from the store") {
  test::temp_folder folder;
  runtime rt = given(runtime::open(on(GENERATE(true, false) ? folder.file("a.db") : "")));
  for (int number : {1, 2, 3})
    given(rt.load_definition(version(number)));
  const auto all = given(rt.list_definitions());
  REQUIRE(all.size() == 3);
  start_options how;
  how.id = "i";
  given(rt.load_definition(version(2)));
  given(rt.start("w", nullptr, how));
  given(rt.wait("i", wait_until::ended, patience));
  given(rt.load_definition(version(3)));
  CHECK(given(rt.prune_definitions(true)).size() == 1);
  const auto pruned = given(rt.prune_definitions());
  REQUIRE(pruned.size() == 1);
  CHECK(pruned[0].hash == all[0].hash);
  CHECK(rt.remove_definition("w").failure().code == errc::in_use);
  given(rt.wait(given(rt.start("w", nullptr)), wait_until::ended, patience));
  given(rt.prune());
  REQUIRE(rt.remove_definition("w"));
  CHECK(given(rt.list_definitions()).empty());
  CHECK(rt.start("w", nullptr).failure().code == errc::unknown_definition);
  CHECK(rt.remove_definition("w").failure().code == errc::unknown_definition);
  given(rt.load_definition(version(2)));
  CHECK(output_of(given(rt.wait(given(rt.start("w", nullptr)), wait_until::ended, patience))) == 2);
}

TEST_CASE("load options: a definition claims no id but the one that the host gives it") {
  runtime rt = given(runtime::open(options()));
  struct trial {
    const char* required_id;
    const char* id_prefix;
    const char* code; ///< empty: it is taken
  };
  const trial table[] = {{"", "", ""},
                         {"w", "", ""},
                         {"x", "", "bad_definition"},
                         {"", "w", ""},
                         {"", "", ""},
                         {"", "ann/", "bad_definition"},
                         {"w", "w", ""},
                         {"w", "x", "bad_definition"}};
  for (const trial& t : table) {
    INFO(t.required_id << " " << t.id_prefix);
    load_options how;
    how.required_id = t.required_id;
    how.id_prefix = t.id_prefix;
    const auto loaded = rt.load_definition(version(1), how);
    CHECK((loaded ? "" : std::string(to_string(loaded.failure().code))) == t.code);
    if (!loaded) CHECK(loaded.failure().where == "/id");
    if (!loaded) CHECK(loaded.failure().message.rfind("/id: ", 0) == 0);
  }
  load_options named;
  named.required_id = "given";
  CHECK(given(rt.load_definition(R"({"nodes": [{"id": "n", "type": "set", "data": 1}], "edges": []})", named)).id ==
        "given");
  named.owner = "a\nb";
  CHECK(rt.load_definition(version(1), named).failure().code == errc::invalid_argument);
}

TEST_CASE("load options: another owner's id is refused, in a later run too, and everything says whose it is") {
  test::temp_folder folder;
  load_options ann;
  ann.owner = "ann";
  load_options bob;
  bob.owner = "bob";
  std::string id;
  {
    runtime rt = given(runtime::open(on(folder.file("a.db"))));
    given(rt.load_definition(version(1), ann));
    CHECK(rt.load_definition(version(2), bob).failure().code == errc::conflict);
    CHECK(rt.load_definition(version(2)).failure().code == errc::conflict); // nobody is another one, too
    id = given(rt.start("w", nullptr));
    const snapshot ended = given(rt.wait(id, wait_until::ended, patience));
    CHECK(output_of(ended) == 1);
    CHECK(ended.document()["owner"] == "ann");
  }
  runtime rt = given(runtime::open(on(folder.file("a.db"))));
  CHECK(rt.load_definition(version(2), bob).failure().code == errc::conflict);
  given(rt.load_definition(version(2), ann));
  CHECK(output_of(given(rt.wait(given(rt.start("w", nullptr)), wait_until::ended, patience))) == 2);
  CHECK(given(rt.list(1))[0].owner == "ann");
  CHECK(given(rt.list_definitions(1))[0].owner == "ann");
}

TEST_CASE("load options: an id that is nobody's is adopted only when the host says so") {
  runtime rt = given(runtime::open(options()));
  given(rt.load_definition(version(1)));
  load_options ann;
  ann.owner = "ann";
  CHECK(rt.load_definition(version(1), ann).failure().message.find("adopts_id") != std::string::npos);
  ann.adopts_id = true;
  given(rt.load_definition(version(1), ann));
  const std::string id = given(rt.start("w", nullptr));
  CHECK(given(rt.wait(id, wait_until::ended, patience)).document()["owner"] == "ann");
  ann.owner = "bob";
  CHECK(rt.load_definition(version(1), ann).failure().code == errc::conflict);
}

TEST_CASE("list: the next page comes although the last instance of the one before was removed") {
  runtime rt = given(runtime::open(options()));
  given(rt.load_definition(version(1)));
  for (const char* id : {"a", "b", "c"}) {
    start_options how;
    how.id = id;
    given(rt.start("w", nullptr, how));
    given(rt.wait(id, wait_until::ended, patience));
  }
  REQUIRE(given(rt.list(2)).back().id == "b");
  REQUIRE(rt.remove("b"));
  const auto next = given(rt.list(2, "b"));
  REQUIRE(next.size() == 1);
  CHECK(next[0].id == "c");
}

TEST_CASE("wait: an instance that only somebody can move on waits for a payload, whatever its own timeout") {
  runtime rt = given(runtime::open(options()));
  given(
      rt.load_definition(R"({"id": "t", "timeout": 86400000, "nodes": [{"id": "ask", "type": "wait"}], "edges": []})"));
  const std::string id = given(rt.start("t", nullptr));
  CHECK(given(rt.wait(id, wait_until::needs_payload, patience)).needs_payload()); // told by its actor
  CHECK(given(rt.wait(id, wait_until::needs_payload, patience)).needs_payload()); // told by the store
}

} // namespace host_definitions_test
