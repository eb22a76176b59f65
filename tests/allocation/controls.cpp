// Defects that the judges must see; each is a ctest that passes only when they do.
#include "storage/forwarding_store.hpp"
#include "tests/allocation/store_trial.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace pawl;
using namespace pawl::allocation;
using test::answered;

namespace {

/// Forgets what it holds when memory runs out.
std::unique_ptr<std::string> leak() {
  auto* first = new std::string("one");
  auto second = std::make_unique<std::string>("two");
  delete first;
  return second;
}

/// Swallows what it could not do and says that it is done.
class optimistic_store final : public storage::forwarding_store {
public:
  using forwarding_store::forwarding_store;
  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    try {
      auto answers = inner().write(batch);
      if (answers[0]) return answers;
    } catch (const std::bad_alloc&) {
    }
    return {storage::written{1, false}};
  }
};

} // namespace

TEST_CASE("control: a leak", "[.control-leak]") {
  const tally done = fail_every_allocation(make_target("leak", leak, [](const auto& s) { return *s; }));
  print("leak", done);
  CHECK(done.broken.empty());
}

TEST_CASE("control: an answer before its time", "[.control-acknowledges]") {
  const std::vector<storage::change> batch{test::for_instance(test::life_of("a")[2], 1)};
  const operation write{"optimistic write", [batch](storage::store& s, std::vector<answered>& calls) {
                          calls.push_back({batch, {}});
                          calls.back().answers = s.write(batch);
                          return true;
                        }};
  const tally done =
      fail_every_allocation(write, [](auto s) { return std::make_unique<optimistic_store>(std::move(s)); });
  print(write.name, done);
  CHECK(done.broken.empty());
}
