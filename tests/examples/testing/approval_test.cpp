// Three days of waiting, tested in milliseconds: once nobody answers, once Ann does, with a restart in between.
#include <pawl/testing.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

const char* const workflow = R"({
  "id": "approval",
  "nodes": [
    {"id": "in", "type": "trigger"},
    {"id": "ask", "type": "wait", "data": {"reason": "may {{ input.title }} go out?", "timeout": 259200000}},
    {"id": "publish", "type": "publish", "data": {"title": "{{ input.title }}"},
      "retry": {"maxAttempts": 3, "interval": 60000}},
    {"id": "shelve", "type": "set", "data": {"shelved": true}}
  ],
  "edges": [
    {"source": "in", "target": "ask"},
    {"source": "ask", "target": "publish"},
    {"source": "ask", "target": "shelve", "sourceHandle": "timeout"}
  ]
})";

// A runtime whose node type `publish` gives these answers, with an instance that waits for Ann.
pawl::testing::test_runtime waiting(const pawl::node_type& publish) {
  pawl::testing::test_options how;
  how.runtime.node_types = {publish};
  auto runtime = pawl::testing::test_runtime::open(how).value();
  runtime.load_definition(workflow).value();
  runtime.start("approval", {{"title", "Tea"}}).value(); // test-1
  return runtime;
}

std::string nobody_answers() {
  auto runtime = waiting(pawl::testing::scripted("publish", {}));
  if (auto skipped = runtime.skip(72h); !skipped) return to_string(skipped.failure());
  return runtime.check_that("test-1")
      .is(pawl::instance_status::completed)
      .visited({"in", "ask", "shelve"})
      .took(72h)
      .differences();
}

std::string ann_answers_after_a_restart() {
  using pawl::outcome;
  pawl::testing::recording calls(pawl::testing::scripted("publish", {outcome::fail("busy"), outcome::output("out")}));
  auto runtime = waiting(calls.type());
  if (auto skipped = runtime.skip(71h); !skipped) return to_string(skipped.failure());
  if (auto restarted = runtime.restart(); !restarted) return to_string(restarted.failure());
  const nlohmann::json answer{{"by", "Ann"}};
  if (auto resumed = runtime.resume("test-1", &answer); !resumed) return to_string(resumed.failure());
  if (auto skipped = runtime.skip(72h); !skipped) return to_string(skipped.failure());
  if (calls.calls().size() != 2) return "published another number of times than twice";
  if (calls.calls()[0].key != calls.calls()[1].key) return "the retry has another idempotency key";
  return runtime.check_that("test-1")
      .is(pawl::instance_status::completed)
      .visited({"in", "ask", "publish"})
      .gave("ask", answer)
      .gave("publish", "out")
      .took(71h + 1min) // the time for the retry, not a millisecond more
      .differences();
}

int main() {
  int failed = 0;
  for (auto* test : {nobody_answers, ann_answers_after_a_restart})
    if (const std::string differences = test(); !differences.empty()) {
      std::cerr << differences << '\n';
      ++failed;
    }
  return failed;
}
