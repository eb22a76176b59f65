// Who waits for what, and when the store is asked.
#include "actors/watchers.hpp"

#include <catch2/catch.hpp>

namespace actors_watchers_test {

using namespace pawl;
using actors::rest_summary;
using actors::watchers;

const rest_summary paused{instance_status::paused, false};
const rest_summary at_a_wait{instance_status::paused, true};
const rest_summary completed{instance_status::completed, false};
const error missing{errc::not_found, "there is no instance 'i'", ""};

/// Notes who was answered, in order.
struct bench {
  actors::watch_instance waiting(std::uint64_t number, wait_until until = wait_until::ended,
                                 const std::string& uid = "i") {
    return {number, uid, until, note<void>(number)};
  }
  template <class T> actors::reply<T> note(std::uint64_t number) {
    return actors::reply<T>([this, number](const result<T>& answer) {
      told.push_back(std::to_string(number) + (answer ? "" : " " + std::string(to_string(answer.failure().code))));
    });
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }

  std::vector<std::string> told; ///< outlives the watchers, whose replies answer when they go
  watchers all;
};
using names = std::vector<std::string>;

TEST_CASE("watchers: one question is asked for all who wait for an instance that is not live") {
  bench b;
  const auto asked = b.all.add(b.waiting(1), false);
  REQUIRE(asked);
  CHECK_FALSE(b.all.add(b.waiting(2, wait_until::at_rest), false));
  b.all.answered(*asked, paused, false);
  CHECK(b.take() == names{"2"});
  CHECK_FALSE(b.all.add(b.waiting(3, wait_until::at_rest), false)); // what the store said still holds
  CHECK(b.take() == names{"3"});
  CHECK_FALSE(b.all.add(b.waiting(4, wait_until::needs_payload), false));
  b.all.rested("i", at_a_wait);
  CHECK(b.take() == names{"4"});
  b.all.rested("i", completed);
  CHECK(b.take() == names{"1"});
  CHECK(b.all.add(b.waiting(5), false)); // nobody waited any more: nothing is remembered
}

TEST_CASE("watchers: who gives up is not answered, and the last one takes what is known along") {
  bench b;
  const auto asked = b.all.add(b.waiting(1), false);
  b.all.add(b.waiting(2), true);
  b.all.forget(1);
  b.all.forget(7);
  CHECK(b.take() == names{"1 stopped"}); // by its reply that goes, which the caller no longer looks at
  b.all.rested("i", completed);
  CHECK(b.take() == names{"2"});
  b.all.add(b.waiting(3), true);
  b.all.answered(*asked, completed, false); // the question of others, long ago
  CHECK(b.take().empty());
}

TEST_CASE("watchers: an answer of the store is older than an instance that is live") {
  bench b;
  const auto asked = b.all.add(b.waiting(1), false);
  b.all.answered(*asked, missing, true);
  CHECK(b.take().empty());
  const auto again = b.all.gone("i");
  REQUIRE(again);
  CHECK(again->number != asked->number);
  b.all.answered(*asked, completed, false);
  CHECK(b.take().empty());
  b.all.answered(*again, missing, false);
  CHECK(b.take() == names{"1 not_found"});
  CHECK_FALSE(b.all.gone("i"));
}

TEST_CASE("watchers: a failure is told to all of that instance and to nobody else") {
  bench b;
  b.all.add(b.waiting(1), true);
  b.all.add(b.waiting(2, wait_until::at_rest), true);
  b.all.add(b.waiting(3, wait_until::ended, "other"), true);
  b.all.failed("i", missing);
  CHECK(b.take() == names{"1 not_found", "2 not_found"});
  b.all.failed("i", missing);
  CHECK(b.take().empty());
}

TEST_CASE("watchers: what the store did not answer is asked again after it was opened anew") {
  bench b;
  const auto first = b.all.add(b.waiting(1, wait_until::ended, "b"), false);
  const auto second = b.all.add(b.waiting(2, wait_until::ended, "a"), false);
  b.all.add(b.waiting(3, wait_until::ended, "c"), true);
  const auto open = b.all.unanswered();
  REQUIRE(open.size() == 2);
  CHECK(open[0].uid == "b");
  CHECK(open[1].number == second->number);
  b.all.answered(*first, paused, false);
  CHECK(b.all.unanswered().size() == 1);
}

TEST_CASE("watchers: until nothing runs") {
  bench b;
  b.all.add(actors::watch_idle{1, b.note<void>(1)});
  b.all.add(actors::watch_idle{2, b.note<void>(2)});
  b.all.forget(1);
  CHECK(b.take() == names{"1 stopped"});
  b.all.idle();
  b.all.idle();
  CHECK(b.take() == names{"2"});
}

// Of 2,000 that wait one comes and one goes, over and over.
TEST_CASE("watchers: coming and going leaves nothing behind and asks the store once") {
  bench b;
  int questions = 0;
  for (std::uint64_t n = 1; n <= 10'000; ++n) {
    if (const auto asked = b.all.add(b.waiting(n), false)) {
      ++questions;
      b.all.answered(*asked, paused, false);
    }
    if (n > 2'000) b.all.forget(n - 2'000);
  }
  CHECK(questions == 1);
  for (std::uint64_t n = 8'001; n <= 10'000; ++n)
    b.all.forget(n);
  CHECK(b.all.add(b.waiting(10'001), false));
}

} // namespace actors_watchers_test
