// What stays in memory of the definitions that were used.
#include "actors/definitions.hpp"

#include <catch2/catch.hpp>

namespace actors_definitions_test {

using pawl::actors::definitions;
using pawl::core::workflow;

std::shared_ptr<const workflow> made(const std::string& hash, const std::string& id, std::size_t bytes = 100) {
  auto w = std::make_shared<workflow>();
  w->hash = hash;
  w->id = id;
  w->text.assign(bytes, 'x');
  return w;
}

const std::size_t room_for_two = 2 * pawl::actors::memory_bytes_of(*made("", ""));

TEST_CASE("definitions: a version that a newer one replaced stays as long as somebody holds it") {
  definitions known;
  known.saved(made("1", "a"));
  auto running = known.latest("a");
  known.saved(made("2", "a"));
  CHECK(known.latest("a")->hash == "2");
  CHECK(known.find("1", "a") == running);
  CHECK(known.add(made("1", "a")) == running); // compiled twice, kept once
  known.saved(made("2", "a"));
  const std::weak_ptr<const workflow> watched = std::exchange(running, nullptr);
  known.saved(made("3", "a"));
  CHECK_FALSE(known.find("2", "a"));
  CHECK(watched.lock()); // it was used lately
}

TEST_CASE("definitions: what nobody holds is kept up to a limit, the one used last in any case") {
  definitions known;
  known.set_limit(room_for_two);
  known.saved(made("1", "a"));
  known.saved(made("2", "b"));
  REQUIRE(known.latest("a")); // used again, so b goes first
  known.saved(made("3", "c"));
  CHECK(known.latest("a"));
  CHECK_FALSE(known.latest("b"));
  CHECK_FALSE(known.find("2", "b"));
  CHECK(known.latest("c"));
  known.add(made("4", "d", 1'000'000));
  CHECK(known.find("4", "d"));
  CHECK_FALSE(known.latest("a"));
}

TEST_CASE("definitions: what was read from the store is the latest unless something was saved since") {
  definitions known;
  const auto before = known.changes();
  CHECK(known.add_latest(made("1", "a"), before)->hash == "1");
  CHECK(known.latest("a")->hash == "1");
  known.saved(made("2", "a"));
  CHECK(known.add_latest(made("1", "a"), before)->hash == "1"); // late: compiling took its time
  CHECK(known.latest("a")->hash == "2");
  const auto later = known.changes();
  known.forget_latest("a");
  CHECK_FALSE(known.latest("a"));
  known.add_latest(made("2", "a"), later);
  CHECK_FALSE(known.latest("a"));
}

TEST_CASE("definitions: thousands of versions leave nothing behind") {
  definitions known;
  std::vector<std::weak_ptr<const workflow>> all;
  for (int version = 0; version < 3'000; ++version) {
    auto w = made(std::to_string(version), "a");
    all.push_back(w);
    known.saved(std::move(w));
  }
  CHECK(std::count_if(all.begin(), all.end(), [](const auto& w) { return !w.expired(); }) == 1);
}

} // namespace actors_definitions_test
