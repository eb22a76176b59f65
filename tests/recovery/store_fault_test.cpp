// A store that fails for a while: nothing is half applied, everything goes on afterwards.
#include "tests/recovery/lab.hpp"
#include "tests/support/forwarding_store.hpp"

#include <catch2/catch.hpp>

using namespace pawl;
using namespace pawl::recovery;

namespace {

constexpr int instances = 8;

using batch = std::vector<storage::change>;
using answers = std::vector<result<storage::written>>;
/// Writes in its own way; `nth` counts from 1 over all stores of one test.
using fault = std::function<answers(int nth, const batch& changes, storage::store& inner)>;

class faulty_store final : public test::forwarding_store {
public:
  faulty_store(std::unique_ptr<storage::store> wrapped, fault way, std::shared_ptr<std::atomic<int>> count)
      : forwarding_store(std::move(wrapped)), way_(std::move(way)), count_(std::move(count)) {}
  answers write(const batch& changes) override { return way_(++*count_, changes, inner()); }

private:
  fault way_;
  std::shared_ptr<std::atomic<int>> count_;
};

lab::wrapper with(const fault& way) {
  return [way, count = std::make_shared<std::atomic<int>>(0)](std::unique_ptr<storage::store> inner) {
    return std::make_unique<faulty_store>(std::move(inner), way, count);
  };
}

answers all(const batch& changes, errc code) { return answers(changes.size(), error{code, "injected", ""}); }

struct named_fault {
  const char* name;
  fault way;
};

std::vector<named_fault> faults() {
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
             return nth > 20 && nth < 60 ? all(changes, errc::disk_full) : inner.write(changes);
           }}};
}

} // namespace

TEST_CASE("recovery: a store that fails leaves nothing half applied, and every instance completes") {
  for (const named_fault& f : faults()) {
    lab place;
    auto rt = place.open(place.settings(), with(f.way));
    const auto ends = place.drive(*rt, instances, [](progress&) {});
    rt->stop();
    INFO(f.name << "\n" << joined(place.log()));
    CHECK_FALSE(place.log().empty());
    CHECK(joined(ends).empty());
    CHECK(joined(place.faults(instances)).empty());
  }
}

TEST_CASE("recovery: control: a store that loses part of one step is noticed") {
  lab place;
  auto rt = place.open(place.settings(), with([](int nth, const batch& changes, storage::store& inner) {
                         batch cut = changes;
                         auto* step = std::get_if<storage::step_write>(&cut.front());
                         if (nth > 20 && step != nullptr) step->header.steps = 0;
                         return inner.write(cut);
                       }));
  const auto ends = place.drive(*rt, instances, [](progress&) {});
  rt->stop();
  CHECK(joined(ends).empty());
  CHECK_FALSE(place.faults(instances).empty());
}
