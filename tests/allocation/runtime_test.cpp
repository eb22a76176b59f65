// The public functions: what memory does to the caller's thread ends in an error or in std::bad_alloc for the caller,
// and the runtime works on.
#include "tests/golden/golden.hpp"
#include "tests/support/given.hpp"
#include "tests/support/memory.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <new>

using namespace pawl;
using nlohmann::json;
using pawl::test::given;
using test::memory::fault;

namespace {

const char* const definition = R"({"id": "asks", "nodes": [
    {"id": "in", "type": "trigger"}, {"id": "ask", "type": "wait", "data": {"reason": "for {{ input.name }}"}},
    {"id": "end", "type": "set", "data": "{{ nodes.ask.output.by }}"}],
  "edges": [{"source": "in", "target": "ask"}, {"source": "ask", "target": "end"}]})";

struct counts {
  int cases = 0;
  int thrown = 0;
  int errors = 0;
};

/// Calls with every allocation of this thread failing, once and for ever; `call` gives whether it answered well.
template <class Call> counts fail_every_allocation(Call call) {
  counts all;
  for (const bool for_ever : {false, true})
    for (std::int64_t nth = 1;; ++nth) {
      const test::memory::failing now({nth, for_ever, test::memory::whose::this_thread});
      try {
        all.errors += call(all.cases) ? 0 : 1;
      } catch (const std::bad_alloc&) {
        ++all.thrown;
      }
      if (now.failures() == 0) break;
      ++all.cases;
    }
  return all;
}

runtime open_in(const test::temp_folder& folder) {
  options opts;
  opts.store_path = folder.file("store.db");
  return given(runtime::open(std::move(opts)));
}

} // namespace

TEST_CASE("allocation: the public functions leave a runtime that works on", "[.runtime]") {
  const test::temp_folder folder{test::temp_folder::fast()};
  runtime rt = open_in(folder);
  REQUIRE(rt.load_definition(definition));
  start_options first;
  first.id = "first";
  const json input{{"name", "a name that is long enough for the heap"}};
  const json answer{{"by", "somebody whose name is long enough for the heap"}};
  REQUIRE(rt.start("asks", input, first));
  REQUIRE(rt.wait("first", wait_until::at_rest));

  const auto say = [](const char* name, const counts& c) {
    std::printf("runtime::%-16s %4d cases: %4d bad_alloc, %4d errors\n", name, c.cases, c.thrown, c.errors);
    CHECK(c.cases > 0);
  };
  say("load_definition", fail_every_allocation([&](int) { return rt.load_definition(definition).has_value(); }));
  say("check_definition", fail_every_allocation([&](int) { return rt.check_definition(definition).has_value(); }));
  say("query", fail_every_allocation([&](int) { return rt.query("first").has_value(); }));
  say("list", fail_every_allocation([&](int) { return rt.list().has_value(); }));
  say("history", fail_every_allocation([&](int) { return rt.history("first").has_value(); }));
  say("start", fail_every_allocation([&](int) { return rt.start("asks", input, {}).has_value(); }));
  say("wait", fail_every_allocation(
                  [&](int) { return rt.wait("first", wait_until::at_rest, std::chrono::seconds(60)).has_value(); }));
  say("resume", fail_every_allocation([&](int) {
        const auto done = rt.resume("first", &answer);
        return done || done.failure().code == errc::finished || done.failure().code == errc::not_waiting;
      }));
  say("drain", fail_every_allocation([&](int) { return rt.drain(std::chrono::seconds(60)).has_value(); }));

  const auto done = rt.wait("first");
  REQUIRE(done);
  CHECK(done->status() == instance_status::completed);
  REQUIRE(rt.drain(std::chrono::minutes(1)));
  const auto all = rt.list(100'000);
  REQUIRE(all);
  for (const instance_summary& i : *all) {
    if (i.id == "first") continue;
    REQUIRE(rt.resume(i.id, &answer));
    const auto end = rt.wait(i.id);
    REQUIRE(end);
    CHECK(end->status() == instance_status::completed);
  }
}
