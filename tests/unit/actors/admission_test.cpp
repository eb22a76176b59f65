// Places for live instances.
#include "actors/admission.hpp"

#include <catch2/catch.hpp>

namespace actors_admission_test {

using pawl::actors::admission;

TEST_CASE("admission: who waits hears of room, whoever gives it back") {
  const auto room = std::make_shared<admission>(2);
  int heard = 0;
  room->set_when_room([&] { ++heard; });
  auto first = room->enter(1, false);
  auto second = room->enter(1, false);
  CHECK_FALSE(room->enter(1, false));
  first.reset();
  CHECK(heard == 0); // nobody waits
  first = room->enter(1, false);
  room->let_nobody_past(true);
  second.reset();
  CHECK(heard == 1);
  CHECK_FALSE(room->enter(1, false)); // that room is for who waits
  CHECK(room->has_room());
}

TEST_CASE("admission: who begins to wait hears of room that came just before") {
  const auto room = std::make_shared<admission>(1);
  int heard = 0;
  room->set_when_room([&] { ++heard; });
  room->let_nobody_past(true);
  CHECK(heard == 1);
}

TEST_CASE("admission: large inputs take several places, one larger than all of them gets in alone") {
  const auto room = std::make_shared<admission>(4);
  CHECK(admission::size_of(0) == 1);
  CHECK(admission::size_of(1023) == 1);
  CHECK(admission::size_of(1024) == 2);
  auto large = room->enter(100, false);
  CHECK(large);
  CHECK_FALSE(room->enter(1, false));
  large.reset();
  CHECK(room->enter(4, false));
}

} // namespace actors_admission_test
