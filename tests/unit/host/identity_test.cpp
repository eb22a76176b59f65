// Idempotency keys that no other store, and no other instance, ever has.
#include "runtime/host/engine.hpp"
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/maintenance.hpp>
#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>
#include <thread>

namespace host_identity_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;
using pawl::test::patience;

namespace {

const char* const asks_and_goes_on =
    R"({"id": "d", "nodes": [{"id": "first", "type": "key"}, {"id": "ask", "type": "wait"},
    {"id": "second", "type": "key"}], "edges": [{"source": "first", "target": "ask"}, {"source": "ask", "target": "second"}]})";

runtime opened(const std::string& path) {
  options opts;
  opts.store_path = path;
  opts.node_types.push_back({"key", [](node_context& c) { return outcome::output(c.idempotency_key()); }});
  return given(runtime::open(std::move(opts)));
}

json keys_of(runtime& rt, const std::string& id) {
  json keys = json::array();
  const json context = given(rt.query(id)).document()["context"];
  for (const char* node : {"first", "second"})
    if (context.contains(node)) keys.push_back(context[node][0]["output"]);
  return keys;
}

void begin(runtime& rt) {
  (void)given(rt.load_definition(asks_and_goes_on));
  start_options how;
  how.id = "same";
  (void)given(rt.start("d", nullptr, how));
  (void)given(rt.wait("same", wait_until::at_rest, patience));
}

void go_on(runtime& rt) {
  const json answer = 1;
  given(rt.resume("same", &answer));
  (void)given(rt.wait("same", wait_until::ended, patience));
}

} // namespace

TEST_CASE("identity: two stores, and two instances that had one id after another, share no key") {
  test::temp_folder folder;
  std::set<std::string> keys;
  for (const char* name : {"one.db", "two.db"}) {
    runtime rt = opened(folder.file(name));
    for (int times = 0; times < 2; ++times) {
      begin(rt);
      go_on(rt);
      for (const json& key : keys_of(rt, "same"))
        keys.insert(key.get<std::string>());
      given(rt.remove("same"));
    }
  }
  CHECK(keys.size() == 8);
}

TEST_CASE("identity: a copy has the same keys until it gets an identity of its own, and is at rest for that") {
  test::temp_folder folder;
  const std::string original = folder.file("one.db");
  {
    runtime rt = opened(original);
    begin(rt);
  }
  const auto copy_to = [&](const char* name) {
    std::filesystem::copy_file(original, folder.file(name));
    return folder.file(name);
  };
  const auto end_of = [&](const std::string& path) {
    runtime rt = opened(path);
    go_on(rt);
    return keys_of(rt, "same");
  };
  const std::string same = copy_to("same.db");
  const std::string other = copy_to("other.db");
  {
    auto store = given(maintenance::open(other));
    const std::string before = given(store.info()).identity;
    const std::string now = given(store.renew_identity());
    CHECK(now != before);
    CHECK(given(store.info()).identity == now);
  }
  const json keys = end_of(original);
  CHECK(end_of(same) == keys);
  const json others = end_of(other);
  CHECK(others[0] == keys[0]); // it ran before there was a copy
  CHECK(others[1] != keys[1]);
}

TEST_CASE("identity: it is not renewed while an instance is in flight") {
  test::temp_folder folder;
  const std::string path = folder.file("one.db");
  {
    options opts;
    opts.store_path = path;
    opts.node_types.push_back({"stops", [](node_context& c) {
                                 while (!c.is_stopping())
                                   std::this_thread::yield();
                                 return outcome::give_up();
                               }});
    runtime rt = given(runtime::open(std::move(opts)));
    (void)given(rt.load_definition(R"({"id": "s", "nodes": [{"id": "n", "type": "stops"}], "edges": []})"));
    (void)given(rt.start("s", nullptr));
    rt.stop();
  }
  auto store = given(maintenance::open(path));
  const std::string before = given(store.info()).identity;
  CHECK(store.renew_identity().failure().code == errc::not_finished);
  CHECK(given(store.info()).identity == before);
}

} // namespace host_identity_test
