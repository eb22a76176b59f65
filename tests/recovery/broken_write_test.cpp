// A change whose rows contradict each other is refused where every store is reached, and harms nobody else.
#include "tests/recovery/lab.hpp"
#include "tests/support/store_rows.hpp"

#include <caf/all.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

namespace broken_write_test {

using namespace pawl;
using namespace pawl::recovery;
using pawl::test::create_of;
using pawl::test::step_of;

namespace {

/// Hands changes to the store actor of an engine as an instance actor does.
class writer {
public:
  explicit writer(host::engine& rt)
      : numbers_(rt.shared().last_instance), store_(rt.shared().store.get()), self_(store_->home_system()) {}

  void save(const storage::definition_row& definition) {
    self_->send(store_, actors::use_store{[definition](storage::store& s) { (void)s.save_definition(definition, 1); }});
  }
  result<storage::written> write(storage::change wanted) {
    if (auto* create = std::get_if<storage::create_write>(&wanted)) create->first.instance = ++numbers_;
    self_->send(store_, actors::write_change{std::make_shared<storage::change>(std::move(wanted)),
                                             caf::actor_cast<caf::actor>(self_)});
    result<storage::written> answer = error{errc::timed_out, "no answer", ""};
    self_->receive([&](const actors::write_done& done) { answer = done.outcome; }, caf::after(patience) >> [] {});
    return answer;
  }

private:
  std::atomic<storage::instance_key>& numbers_;
  caf::actor store_;
  caf::scoped_actor self_;
};

} // namespace

TEST_CASE("store actor: a step that breaks a rule is refused, its like that breaks none is written (control)") {
  lab place;
  auto rt = place.open();
  {
    writer hand(*rt);
    hand.save(test::definition("flow", "h1"));
    storage::create_write late = create_of("x");
    late.first.header.revision = 2;
    CHECK(hand.write(late).failure().code == errc::internal);
    const auto made = hand.write(create_of("x"));
    REQUIRE(made);

    storage::step_write torn = step_of(made->instance, 2, "a", "1");
    torn.cursors_gone = {1};
    const auto refused = hand.write(torn);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().code == errc::internal);
    CHECK(refused.failure().message == "a change was refused because its rows break a rule: a cursor is set and gone");
    CHECK(hand.write(step_of(made->instance, 2, "a", "1")));
  }
  begin(*rt, R"({"id": "p", "nodes": [{"id": "n", "type": "set", "data": 1}], "edges": []})", "p-1");
  CHECK(rt->wait("p-1", wait_until::ended, patience));
  const auto log = place.log();
  CHECK(std::count_if(log.begin(), log.end(), [](const std::string& line) {
          return line.find("rows break a rule") != std::string::npos;
        }) == 2);
}

} // namespace broken_write_test
