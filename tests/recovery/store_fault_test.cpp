// A store that fails for a while: nothing is half applied, everything goes on afterwards.
#include "tests/recovery/faulty_store.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <caf/all.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <future>

namespace store_fault_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;

namespace {

constexpr int instances_in_store = 8;

struct named_store_fault {
  const char* name;
  fault way;
};

std::vector<named_store_fault> store_faults() {
  return {{"BEGIN fails",
           [](int nth, const batch& changes, storage::store& inner) {
             return nth % 15 == 0 ? all(changes, errc::storage) : inner.write(changes);
           }},
          {"COMMIT fails after the rows reached the disk",
           [](int nth, const batch& changes, storage::store& inner) {
             auto made = inner.write(changes);
             return nth % 15 == 0 ? all(changes, errc::storage) : made;
           }},
          {"conflicts",
           [](int nth, const batch& changes, storage::store& inner) {
             return nth % 15 == 0 ? all(changes, errc::conflict) : inner.write(changes);
           }},
          {"the disk is full for a while", [](int nth, const batch& changes, storage::store& inner) {
             return nth > 20 && nth < 45 ? all(changes, errc::disk_full) : inner.write(changes);
           }}};
}

const char* const plain_flow = R"({"id": "plain", "nodes": [{"id": "a", "type": "set", "data": 1},
    {"id": "b", "type": "set", "data": 2}], "edges": [{"source": "a", "target": "b"}]})";
const char* const slow_flow =
    R"({"id": "slow", "nodes": [{"id": "rest", "type": "delay", "data": {"ms": 3600000}}], "edges": []})";

constexpr int kind_paused = 3; ///< as core::event_content counts

int kind_of(const storage::change& c) {
  const auto* step = std::get_if<storage::step_write>(&c);
  return step != nullptr ? step->step.kind : std::get<storage::create_write>(c).first.step.kind;
}

/// Its first `count` loads and looks for what is in flight fail.
class unreadable_store final : public storage::forwarding_store {
public:
  unreadable_store(std::unique_ptr<storage::store> wrapped, int count)
      : forwarding_store(std::move(wrapped)), loads_(count), looks_(count) {}
  result<storage::loaded_instance> load(storage::instance_key instance) override {
    if (loads_-- > 0) return error{errc::storage, "injected", ""};
    return inner().load(instance);
  }
  result<std::vector<storage::due_row>> in_flight(storage::instance_key after, std::size_t limit) override {
    if (looks_-- > 0) return error{errc::storage, "injected", ""};
    return inner().in_flight(after, limit);
  }

private:
  int loads_;
  int looks_;
};

lab::wrapper unreadable(int count) {
  return [count](std::unique_ptr<storage::store> inner) {
    return std::make_unique<unreadable_store>(std::move(inner), count);
  };
}

void check_completes(host::engine& rt, const std::string& uid) {
  const auto ended = given(rt.wait(uid, wait_until::ended, patience));
  CHECK(ended.status() == instance_status::completed);
}

} // namespace

TEST_CASE("recovery: a store that fails leaves nothing half applied, and every instance completes") {
  for (const named_store_fault& f : store_faults()) {
    lab place;
    auto rt = place.open(place.settings(), with(f.way));
    const auto ends = place.drive(*rt, instances_in_store, [](progress&) {});
    rt->stop();
    INFO(f.name << "\n" << joined(place.log()));
    CHECK_FALSE(place.log().empty());
    CHECK(joined(ends).empty());
    CHECK(joined(place.faults(instances_in_store)).empty());
  }
}

TEST_CASE("recovery: a start that was answered with an error and is on disk all the same runs") {
  lab place;
  auto rt = place.open(place.settings(), with([](int nth, const batch& changes, storage::store& inner) {
                         auto made = inner.write(changes);
                         return nth == 1 ? all(changes, errc::storage) : made;
                       }));
  REQUIRE(rt->load_definition(plain_flow, ""));
  start_options how;
  how.id = "p-1";
  const auto started = rt->start("plain", json::object(), how);
  REQUIRE_FALSE(started);
  CHECK(started.failure().code == errc::storage);
  check_completes(*rt, "p-1");
}

TEST_CASE("recovery: a timer whose instance died before it heard of the commit goes off") {
  lab place;
  const auto time = std::make_shared<manual_clock>();
  options opts = place.settings();
  opts.time = time;
  host::engine* engine = nullptr;
  auto rt = place.open(opts, with([&](int, const batch& changes, storage::store& inner) {
                         auto made = inner.write(changes);
                         if (kind_of(changes.front()) == kind_paused)
                           caf::anon_send_exit(engine->find_live("s-1"), caf::exit_reason::kill);
                         return made;
                       }));
  engine = rt.get();
  begin(*rt, slow_flow, "s-1");
  const auto rest = rt->wait("s-1", wait_until::at_rest, patience);
  REQUIRE(rest);
  CHECK(rest->status() == instance_status::paused);
  time->advance(3'600'000);
  check_completes(*rt, "s-1");
}

TEST_CASE("recovery: an instance whose load fails for a while is woken all the same") {
  lab place;
  const auto time = std::make_shared<manual_clock>();
  options opts = place.settings();
  opts.time = time;
  auto rt = place.open(opts);
  begin(*rt, slow_flow, "s-1");
  REQUIRE(rt->wait("s-1", wait_until::at_rest, patience));
  rt.reset();
  time->advance(3'600'000);
  std::promise<void> end; // asking for the instance would use up the failures
  opts.on_event = [&end](const instance_event& e) {
    if (e.status && has_ended(*e.status)) end.set_value();
  };
  rt = place.open(opts, unreadable(3));
  CHECK(end.get_future().wait_for(patience) == std::future_status::ready);
  check_completes(*rt, "s-1");
}

TEST_CASE("recovery: what is in flight is found although the store cannot be read at first") {
  lab place;
  auto rt = place.open(place.settings(), with([](int nth, const batch& changes, storage::store& inner) {
                         return nth > 1 ? all(changes, errc::disk_full) : inner.write(changes);
                       }));
  begin(*rt, plain_flow, "p-1");
  rt.reset();
  rt = place.open(place.settings(), unreadable(1));
  given(rt->drain(patience));
  check_completes(*rt, "p-1");
}

TEST_CASE("recovery: stop ends although the store dies under it") {
  lab place;
  std::promise<void> gate;
  options opts = place.settings();
  node_type blocks;
  blocks.name = "blocks";
  blocks.execute = [open_gate = gate.get_future().share()](node_context&) {
    open_gate.wait();
    return outcome::nothing();
  };
  opts.node_types.push_back(blocks);
  auto rt = place.open(opts, with([](int nth, const batch& changes, storage::store& inner) {
                         return nth > 1 ? all(changes, errc::storage) : inner.write(changes);
                       }));
  begin(*rt, R"({"id": "b", "nodes": [{"id": "n", "type": "blocks"}], "edges": []})", "b-1");
  const auto stopped = std::async(std::launch::async, [&] { rt->stop(); });
  while (rt->query("b-1")) { // until the stop has begun
  }
  gate.set_value();
  stopped.wait();
  rt = place.open(opts);
  check_completes(*rt, "b-1");
}

TEST_CASE("recovery: control: a store that loses part of one step is noticed") {
  lab place;
  auto rt = place.open(place.settings(), with([](int nth, const batch& changes, storage::store& inner) {
                         batch cut = changes;
                         auto* step = std::get_if<storage::step_write>(&cut.front());
                         if (nth > 20 && step != nullptr) step->header.steps = 0;
                         return inner.write(cut);
                       }));
  const auto ends = place.drive(*rt, instances_in_store, [](progress&) {});
  rt->stop();
  CHECK(joined(ends).empty());
  CHECK_FALSE(place.faults(instances_in_store).empty());
}

} // namespace store_fault_test
