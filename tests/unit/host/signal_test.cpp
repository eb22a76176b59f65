// Signals through the public API, on both stores: durable when acknowledged, kept when early, once by their key.
#include "tests/support/given.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>

namespace host_signal_test {

using namespace pawl;
using nlohmann::json;
using pawl::test::given;

namespace {

const char* const order = R"({
  "id": "order", "start": "paid",
  "signals": {"paid": {"type": "object", "required": ["amount"]}, "ship": true, "cancel": true},
  "nodes": [
    {"id": "paid", "type": "wait", "data": {"signal": "paid", "timeout": 259200000, "reason": "the money"}},
    {"id": "next", "type": "wait", "data": {"signals": ["ship", "cancel"]}},
    {"id": "done", "type": "set", "data": {"amount": "{{ nodes.paid.output.amount }}", "by": "{{ nodes.next.output.signal }}"}},
    {"id": "late", "type": "set", "data": "too late"}
  ],
  "edges": [
    {"source": "paid", "target": "next"}, {"source": "paid", "target": "late", "sourceHandle": "timeout"},
    {"source": "next", "target": "done"}
  ]
})";

struct manual_clock final : pawl::clock {
  std::int64_t now_ms() override { return wall; }
  std::atomic<std::int64_t> wall{1'700'000'000'000};
};

class house {
public:
  explicit house(bool in_memory = false) : path_(in_memory ? "" : folder_.file("s.db")) { open(); }

  void open(options opts = {}) {
    rt_.reset();
    opts.store_path = path_;
    opts.time = clock;
    rt_.emplace(given(runtime::open(std::move(opts))));
    given(rt_->load_definition(order));
  }
  runtime& operator*() { return *rt_; }
  runtime* operator->() { return &*rt_; }

  void start(const char* id = "o-1") {
    start_options how;
    how.id = id;
    given(rt_->start("order", json::object(), how));
  }
  snapshot at_rest(const char* id = "o-1") {
    return given(rt_->wait(id, wait_until::needs_payload, std::chrono::seconds(20)));
  }
  std::string ended(const char* id = "o-1") {
    auto reached = rt_->wait(id, wait_until::ended, std::chrono::seconds(20));
    if (!reached) return to_string(reached.failure());
    const json& context = reached->document()["context"];
    return context.contains("done") ? context["done"][0]["output"].dump() : to_string(reached->status());
  }
  std::string send(const char* name, const json& payload, const std::string& key = "", const char* id = "o-1") {
    signal_options how;
    how.key = key;
    const auto sent = rt_->signal(id, name, &payload, how);
    return sent ? "taken" : to_string(sent.failure().code);
  }
  std::vector<std::string> results(const char* id = "o-1") {
    std::vector<std::string> nodes;
    const auto history = given(rt_->history(id));
    for (const history_entry& entry : history)
      if (entry.output) nodes.push_back(entry.node + " " + entry.output->dump());
    return nodes;
  }

  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();

private:
  test::temp_folder folder_;
  std::string path_;
  std::optional<runtime> rt_;
};

} // namespace

TEST_CASE("signal: an instance that waits gets it and goes on, on both stores") {
  house h(GENERATE(false, true));
  h.start();
  CHECK(h->wait("o-1", wait_until::at_rest, std::chrono::seconds(20)));
  CHECK(h.send("paid", {{"amount", 5}}) == "taken");
  const snapshot second = h.at_rest();
  REQUIRE(second.waits().size() == 1);
  CHECK(second.waits()[0].kind == wait_kind::signal);
  CHECK(second.waits()[0].signals == std::vector<std::string>{"ship", "cancel"});
  CHECK(second.needs_payload());
  CHECK(h.send("cancel", nullptr) == "taken");
  CHECK(h.ended() == R"({"amount":5,"by":"cancel"})");
}

TEST_CASE("signal: early ones are there after a restart and give the same results as late ones") {
  house early;
  early.start();
  CHECK(early.send("ship", 1, "k-1") == "taken");
  CHECK(early.send("ship", 2, "k-1") == "taken"); // a repeated call: counts for nothing
  early.open();
  CHECK(early->query("o-1")->document()["signals"].size() == 1);
  CHECK(early.send("ship", 3, "k-1") == "taken");
  CHECK(early.send("paid", {{"amount", 5}}) == "taken");
  CHECK(early.ended() == R"({"amount":5,"by":"ship"})");
  CHECK_FALSE(early->query("o-1")->document().contains("signals"));

  house late;
  late.start();
  CHECK(late.send("paid", {{"amount", 5}}) == "taken");
  late.at_rest();
  CHECK(late.send("ship", 1) == "taken");
  CHECK(late.ended() == R"({"amount":5,"by":"ship"})");
  CHECK(early.results() == late.results());
}

TEST_CASE("signal: the deadline of a wait is set once and a restart does not move it") {
  house h;
  h.start();
  const auto first = h->wait("o-1", wait_until::at_rest, std::chrono::seconds(20));
  REQUIRE(first);
  const auto until = first->waits().at(0).until_ms;
  h.clock->wall += 86'400'000;
  h.open();
  CHECK(h->query("o-1")->waits().at(0).until_ms == until);
  h.clock->wall += 2 * 86'400'000;
  h.open();
  CHECK(h->wait("o-1", wait_until::ended, std::chrono::seconds(20))->document()["context"].contains("late"));
  CHECK(h.send("paid", {{"amount", 5}}) == "finished");
}

TEST_CASE("signal: what is wrong with one is said and changes nothing") {
  house h;
  h.start();
  REQUIRE(h->wait("o-1", wait_until::at_rest, std::chrono::seconds(20)));
  const auto before = h->query("o-1")->revision();
  CHECK(h.send("paid", {{"sum", 5}}) == "invalid_payload");
  CHECK(h.send("unheard", 1) == "unknown_signal");
  CHECK(h.send("", 1) == "invalid_argument");
  CHECK(h.send("paid", {{"amount", 5}}, std::string(257, 'k')) == "invalid_argument");
  CHECK(h.send("paid", {{"amount", 5}}, "", "nobody") == "not_found");
  CHECK(h->resume("o-1", nullptr).failure().code == errc::not_waiting);
  CHECK(h->query("o-1")->revision() == before);
}

TEST_CASE("signal: an instance keeps as many as it may") {
  house h;
  options tight;
  tight.signals_max = 2;
  h.open(std::move(tight));
  h.start();
  CHECK(h.send("ship", 1, "a") == "taken");
  CHECK(h.send("ship", 2, "b") == "taken");
  CHECK(h.send("ship", 3, "c") == "full");
  CHECK(h.send("ship", 2, "b") == "taken"); // it is here
}

TEST_CASE("signal with start: both or neither and an instance that is there gets the signal") {
  house h;
  start_options how;
  how.id = "o-1";
  const json paid{{"amount", 5}};
  signal_options key;
  key.key = "p";
  for (int i = 0; i < 2; ++i) { // the second call changes nothing
    const auto id = given(h->signal_with_start("order", json::object(), "paid", &paid, key, how));
    CHECK(id == "o-1");
  }
  CHECK(h.at_rest().waits().at(0).node == "next");
  CHECK(h->signal_with_start("order", {{"other", "input"}}, "ship", nullptr, {}, how));
  CHECK(h.ended() == R"({"amount":5,"by":"ship"})");
  const json wrong{{"sum", 5}};
  how.id = "o-2";
  CHECK(h->signal_with_start("order", json::object(), "paid", &wrong, {}, how).failure().code == errc::invalid_payload);
  CHECK(h->query("o-2").failure().code == errc::not_found);
}

TEST_CASE("signal: what nobody consumed stays in the snapshot and the history tells it") {
  house h;
  h.start();
  CHECK(h.send("ship", 1) == "taken");
  CHECK(h.send("ship", {{"n", 2}}) == "taken");
  CHECK(h.send("paid", {{"amount", 5}}) == "taken");
  REQUIRE(h.ended() == R"({"amount":5,"by":"ship"})");
  const json left = h->query("o-1")->document()["signals"];
  REQUIRE(left.size() == 1);
  CHECK(left[0]["name"] == "ship");
  CHECK(left[0]["payload"] == json{{"n", 2}});
  CHECK(h->history("o-1")->back().note.find("1 signal was never consumed") != std::string::npos);
}

TEST_CASE("signal: a wait for one that the definition does not declare fails its node") {
  house h;
  REQUIRE(h->load_definition(R"({"id": "bad", "start": "a", "signals": {"x": true},
    "nodes": [{"id": "a", "type": "wait", "data": {"signal": "{{ 'y' }}"}}], "edges": []})"));
  start_options how;
  how.id = "b-1";
  REQUIRE(h->start("bad", json::object(), how));
  const auto ended = h->wait("b-1", wait_until::ended, std::chrono::seconds(20));
  REQUIRE(ended);
  CHECK(ended->failed_reason().find("PauseError") != std::string::npos);
}

} // namespace host_signal_test
