// What the rows of one change owe each other: each rule once broken, and nothing said of rows that keep them all.
#include "storage/store.hpp"
#include "tests/support/store_rows.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>

namespace write_rules_test {

using namespace pawl;
using namespace pawl::storage;
using pawl::test::create_of;
using pawl::test::parked_until;
using pawl::test::step_of;

namespace {

std::string broken(const change& wanted) {
  const char* rule = broken_rule(wanted);
  return rule == nullptr ? "" : rule;
}

/// A step with something of everything: a cursor that parks with a timer on each timeline, others that go.
step_write full() {
  step_write w = parked_until(7, 5, 9000);
  w.header.next_cursor = 4;
  w.header.wake_on = 8000;
  cursor_row dated = w.cursors_set.front();
  dated.cursor = 3;
  w.cursors_set.push_back(dated);
  w.cursors_gone = {2};
  w.timers_set.push_back({3, 8000, 0, core::timeline::calendar});
  w.timers_set.push_back({0, 9500, 500, core::timeline::steady});
  w.timers_gone = {2};
  w.signals_set = {{5, 1005, "go", std::nullopt}};
  w.signals_gone = {3};
  w.closing_set = closing_row{instance_status::failed, "why"};
  return w;
}

struct damage {
  const char* rule;
  std::function<void(step_write&)> make;
};

const std::vector<damage> damages{
    {"a step of no instance", [](step_write& w) { w.instance = 0; }},
    {"a later step makes the first revision", [](step_write& w) { w.header.revision = w.step.revision = 1; }},
    {"the header and the step have different revisions", [](step_write& w) { ++w.step.revision; }},
    {"an instance that has ended is to go on, or to be woken",
     [](step_write& w) { w.header.status = instance_status::completed; }},
    {"an instance that has ended is to go on, or to be woken",
     [](step_write& w) {
       w.header.status = instance_status::cancelled;
       w.header.wake_at = w.header.wake_on = std::nullopt;
       w.header.in_flight = true;
     }},
    {"an output that is no result", [](step_write& w) { w.step.is_result = false; }},
    {"a cursor is set and gone", [](step_write& w) { w.cursors_gone.push_back(3); }},
    {"a cursor has a number that was not given out", [](step_write& w) { w.header.next_cursor = 3; }},
    {"a cursor has a number that was not given out", [](step_write& w) { w.cursors_set[0].cursor = 0; }},
    {"a cursor is on no visit", [](step_write& w) { w.cursors_set[1].visit = 0; }},
    {"a visit counts nothing", [](step_write& w) { w.visits_set[0].count = 0; }},
    {"a timer is set and gone", [](step_write& w) { w.timers_gone.push_back(0); }},
    {"a timer is set without its cursor", [](step_write& w) { w.cursors_set.erase(w.cursors_set.begin()); }},
    {"a timer is due before the instance is to be woken", [](step_write& w) { w.header.wake_at = 9001; }},
    {"a timer is due before the instance is to be woken", [](step_write& w) { w.header.wake_on.reset(); }},
    {"a signal is kept and gone", [](step_write& w) { w.signals_gone.push_back(5); }},
    {"an instance is to end as something that is no end from outside",
     [](step_write& w) { w.closing_set->end = instance_status::completed; }},
};

} // namespace

TEST_CASE("write rules: control: nothing is said of rows that keep them all") {
  CHECK(broken(full()) == "");
  CHECK(broken(step_of(1, 2, "a", "1")) == "");
  CHECK(broken(create_of("a")) == "");
  step_write turned = full(); // whatever the order of the timers
  std::swap(turned.timers_set.front(), turned.timers_set.back());
  std::swap(turned.cursors_set.front(), turned.cursors_set.back());
  CHECK(broken(turned) == "");
  step_write failed = full(); // timers of one that has ended wake nobody, and may stay
  failed.header.status = instance_status::failed;
  failed.header.wake_at = failed.header.wake_on = std::nullopt;
  CHECK(broken(failed) == "");
}

TEST_CASE("write rules: each broken one is named") {
  for (const damage& d : damages) {
    step_write w = full();
    d.make(w);
    INFO(d.rule);
    CHECK(broken(w) == d.rule);
  }
}

TEST_CASE("write rules: a start keeps them too, and makes revision 1") {
  create_write late = create_of("a");
  late.first.header.revision = late.first.step.revision = 2;
  CHECK(broken(late) == "the first step makes another revision than 1");
  create_write torn = create_of("a");
  torn.first.cursors_gone = {1};
  CHECK(broken(torn) == "a cursor is set and gone");
}

} // namespace write_rules_test
