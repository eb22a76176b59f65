// Pure functions: std::bad_alloc may leave them, nothing else may.
#include "tests/allocation/pure_targets.hpp"

#include <catch2/catch.hpp>

using namespace pawl::allocation;

namespace {

void check(const std::vector<target>& all) {
  for (const target& t : all) {
    const tally done = fail_every_allocation(t);
    print(t.name, done);
    INFO(t.name);
    CHECK(done.broken.empty());
    CHECK(done.allocations > 0);
  }
}

void check_first(const std::vector<target>& all) {
  for (const target& t : all) {
    const tally done = fail_every_first_allocation(t);
    print("first " + t.name, done);
    INFO(t.name);
    CHECK(done.broken.empty());
    CHECK(done.allocations > 0);
  }
}

} // namespace

TEST_CASE("allocation: json", "[pure]") { check(json_targets()); }
TEST_CASE("allocation: definitions", "[pure]") { check(definition_targets()); }
TEST_CASE("allocation: schemas", "[pure]") { check(schema_targets()); }
TEST_CASE("allocation: expressions", "[pure]") { check(expression_targets()); }
TEST_CASE("allocation: transitions, rows, views", "[pure]") { check(core_targets()); }

// Processes of their own: what is made once must not have been made.
TEST_CASE("allocation: the first call of a process", "[first][.]") {
  check_first(json_targets());
  check_first(schema_targets());
  check_first(first_expression_targets());
}
