// Results that the store refuses are kept: no executor is called again, and none twice at once.
#include "tests/recovery/faulty_store.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>

namespace refused_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;

namespace {

constexpr int kind_succeeded = 1; ///< as core::event_content counts
constexpr int refusals = 3;

struct named_refusal {
  const char* name;
  errc code;
  bool is_kept; ///< the rows reached the disk all the same
};

/// Answers the first few writes of results with that.
fault of_results(const named_refusal& r, const std::shared_ptr<std::atomic<int>>& left) {
  return [r, left](int, const batch& changes, storage::store& inner) {
    const bool is_result = std::any_of(changes.begin(), changes.end(), [](const storage::change& c) {
      const auto* step = std::get_if<storage::step_write>(&c);
      return step != nullptr && step->step.kind == kind_succeeded;
    });
    if (!is_result || left->fetch_sub(1) <= 0) return inner.write(changes);
    if (r.is_kept) (void)inner.write(changes);
    return all(changes, r.code);
  };
}

options counting(lab& place, std::atomic<int>& calls) {
  options opts = place.settings();
  node_type counts("counts", node_type::executor([&calls](node_context&) {
                     ++calls;
                     return outcome::output("done");
                   }));
  opts.node_types.push_back(std::move(counts));
  return opts;
}

const char* const one_call = R"({"id": "one", "nodes": [{"id": "n", "type": "counts"}], "edges": []})";
const char* const call_and_wait =
    R"({"id": "two", "nodes": [{"id": "n", "type": "counts"}, {"id": "w", "type": "wait"}],
        "edges": [{"source": "n", "target": "w"}]})";

std::ptrdiff_t lines_of(const lab& place, const std::string& text) {
  const auto log = place.log();
  return std::count_if(log.begin(), log.end(), [&](const auto& line) { return line.find(text) != std::string::npos; });
}

} // namespace

TEST_CASE("refused: a result is offered until the store takes it, and its executor is called once") {
  const std::vector<named_refusal> table = {{"full", errc::disk_full, false},
                                            {"locked", errc::busy, false},
                                            {"no right", errc::access, false},
                                            {"unknown, lost", errc::storage, false},
                                            {"unknown, kept", errc::storage, true}};
  for (const named_refusal& r : table) {
    INFO(r.name);
    lab place;
    std::atomic<int> calls{0};
    const auto left = std::make_shared<std::atomic<int>>(refusals);
    auto rt = place.open(counting(place, calls), with(of_results(r, left)));
    begin(*rt, one_call, "i-1");
    const auto ended = given(rt->wait("i-1", wait_until::ended, patience));
    CHECK(ended.status() == instance_status::completed);
    CHECK(calls == 1);
    CHECK(*left < refusals);
    CHECK(given(rt->history("i-1", 0, 10)).size() == 2);
    const bool passes = r.code != errc::storage;
    CHECK(lines_of(place, "takes no changes for now") == (passes ? 1 : 0));
    CHECK(lines_of(place, "takes changes again") == (passes ? 1 : 0));
  }
}

TEST_CASE("refused: hundreds that wait for a store leave one line in the log") {
  lab place;
  std::atomic<int> calls{0};
  std::atomic<bool> is_full{false};
  auto rt = place.open(counting(place, calls), with([&](int, const batch& changes, storage::store& inner) {
                         return is_full ? all(changes, errc::disk_full) : inner.write(changes);
                       }));
  REQUIRE(rt->load_definition(call_and_wait, ""));
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) {
    start_options how;
    how.id = "i-" + std::to_string(i);
    REQUIRE(rt->start("two", json::object(), how));
    REQUIRE(rt->wait(how.id, wait_until::at_rest, patience));
  }
  is_full = true;
  const json answer = 1;
  for (int i = 0; i < count; ++i)
    CHECK(rt->resume("i-" + std::to_string(i), &answer, {}).failure().code == errc::disk_full);
  is_full = false;
  for (int i = 0; i < count; ++i)
    REQUIRE(rt->resume("i-" + std::to_string(i), &answer, {}));
  given(rt->drain(patience));
  CHECK(calls == count);
  CHECK(lines_of(place, "takes no changes for now") == 1);
  CHECK(place.log().size() == 2);
}

TEST_CASE("refused: who waits is told, a command is refused, a cancellation overtakes what is kept") {
  lab place;
  std::atomic<int> calls{0};
  const auto is_result = [](const storage::change& c) {
    const auto* step = std::get_if<storage::step_write>(&c);
    return step != nullptr && step->step.kind == kind_succeeded;
  };
  std::atomic<bool> is_full{true};
  auto rt = place.open(counting(place, calls), with([&](int, const batch& changes, storage::store& inner) {
                         const bool refuses = is_full && std::any_of(changes.begin(), changes.end(), is_result);
                         return refuses ? all(changes, errc::disk_full) : inner.write(changes);
                       }));
  begin(*rt, one_call, "i-1");
  CHECK(rt->wait("i-1", wait_until::ended, patience).failure().code == errc::disk_full);
  cancel_options how;
  how.terminate = true;
  REQUIRE(rt->cancel("i-1", how));
  const auto ended = given(rt->wait("i-1", wait_until::ended, patience));
  CHECK(ended.status() == instance_status::cancelled);
  is_full = false;
  rt->stop();
  CHECK(calls == 1);
}

TEST_CASE("refused: a runtime stops although the store takes nothing, and the attempt is made at the next open") {
  lab place;
  std::atomic<int> calls{0};
  const auto left = std::make_shared<std::atomic<int>>(INT_MAX);
  auto rt = place.open(counting(place, calls), with(of_results({"full", errc::disk_full, false}, left)));
  begin(*rt, one_call, "i-1");
  CHECK(rt->wait("i-1", wait_until::ended, patience).failure().code == errc::disk_full);
  rt->stop();
  rt = place.open(counting(place, calls));
  CHECK(given(rt->wait("i-1", wait_until::ended, patience)).status() == instance_status::completed);
  CHECK(calls == 2);
}

} // namespace refused_test
