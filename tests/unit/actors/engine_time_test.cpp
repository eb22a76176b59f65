// The timelines under a wall clock that is set, slowed down, wrong at first, or gone back while the power was off.
#include "actors/engine_time.hpp"

#include <catch2/catch.hpp>

namespace actors_engine_time_test {

using namespace pawl;
using actors::engine_time;
using core::clock_offsets;
using core::moment;

namespace {

constexpr std::int64_t noon = 1'800'000'000'000;
constexpr std::int64_t hour = 3'600'000;

struct two_clocks final : pawl::clock {
  std::int64_t now_ms() override { return wall; }
  std::int64_t monotonic_ms() override { return monotonic; }
  void pass(std::int64_t ms) {
    wall += ms;
    monotonic += ms;
  }
  std::int64_t wall = noon;
  std::int64_t monotonic = 1;
};

struct fixture {
  explicit fixture(bool is_trusted = true, std::int64_t last = 0, clock_offsets offsets = {})
      : clocks(std::make_shared<two_clocks>()), time(clocks, is_trusted) {
    time.continue_from(last, offsets);
  }
  std::shared_ptr<two_clocks> clocks;
  engine_time time;
};

} // namespace

} // namespace actors_engine_time_test

namespace Catch {
template <> struct StringMaker<pawl::core::moment> {
  static std::string convert(const pawl::core::moment& m) {
    return "engine " + std::to_string(m.engine) + " steady " + std::to_string(m.steady) + " calendar " +
           std::to_string(m.calendar);
  }
};
} // namespace Catch

namespace actors_engine_time_test {

TEST_CASE("engine time: as long as nobody sets the clock all lines are the same") {
  fixture f;
  CHECK(f.time.read() == moment(noon));
  f.clocks->pass(5000);
  CHECK(f.time.read() == moment(noon + 5000));
  CHECK_FALSE(f.time.unsaved());
}

TEST_CASE("engine time: a clock that is set forward moves the calendar and not what is relative") {
  fixture f;
  f.clocks->pass(1000);
  f.clocks->wall += hour;
  CHECK(f.time.read() == moment(noon + 1000 + hour, noon + 1000, noon + 1000 + hour));
  CHECK(f.time.unsaved() == clock_offsets{hour});
  f.time.saved({hour});
  CHECK_FALSE(f.time.unsaved());
  f.clocks->pass(500);
  CHECK(f.time.read() == moment(noon + 1500 + hour, noon + 1500, noon + 1500 + hour));
}

TEST_CASE("engine time: a clock that is set back moves the calendar only") {
  fixture f;
  f.clocks->pass(1000);
  f.clocks->wall -= hour;
  CHECK(f.time.read() == moment(noon + 1000 - hour, noon + 1000, noon + 1000 - hour));
  f.clocks->pass(500);
  CHECK(f.time.read() == moment(noon + 1500 - hour, noon + 1500, noon + 1500 - hour));
  f.clocks->wall += 2 * hour; // and forward again, further than it ever was
  CHECK(f.time.read() == moment(noon + 1500 + hour, noon + 1500, noon + 1500 + hour));
}

TEST_CASE("engine time: what differs by two seconds or less is no step") {
  const std::int64_t apart = GENERATE(-2000, -1, 1, 2000);
  CAPTURE(apart);
  fixture f;
  f.clocks->pass(10'000);
  (void)f.time.read();
  f.clocks->pass(1000);
  f.clocks->wall += apart;
  const moment now = f.time.read();
  CHECK(now == moment(noon + 11'000 + std::max<std::int64_t>(0, apart)));
  CHECK_FALSE(f.time.unsaved());
}

TEST_CASE("engine time: one millisecond more is a step, on each side") {
  const std::int64_t apart = GENERATE(-2001, 2001);
  fixture f;
  f.clocks->wall += apart;
  CHECK(f.time.read().steady == noon);
  CHECK(f.time.read().calendar == noon + apart);
}

TEST_CASE("engine time: what passed while the power was off counts, as far as a trusted clock shows it") {
  fixture f(true, noon - hour);
  CHECK(f.time.read() == moment(noon));
}

TEST_CASE("engine time: known offsets go on over a restart") {
  fixture f(true, noon - 2 * hour, {-hour});
  CHECK(f.time.read() == moment(noon, noon + hour, noon));
}

TEST_CASE("engine time: a clock that went back while the power was off delays nothing") {
  fixture f(true, noon + hour);
  CHECK(f.time.read() == moment(noon, noon + hour, noon));
  CHECK(f.time.unsaved() == clock_offsets{-hour});
  f.clocks->pass(10);
  CHECK(f.time.read() == moment(noon + 10, noon + hour + 10, noon + 10));
}

TEST_CASE("engine time: a boot in 1970 that is corrected later keeps what is left of every delay") {
  auto clocks = std::make_shared<two_clocks>();
  clocks->wall = 5000;
  engine_time time(clocks, false);
  time.continue_from(noon, {});
  CHECK_FALSE(time.is_trusted());
  clocks->pass(1000);
  CHECK(time.read().steady == noon + 1000);
  CHECK(time.read().engine == noon + 1000);
  clocks->wall = noon + 24 * hour; // the network has the time
  CHECK(time.read().steady == noon + 1000);
  time.trust();
  CHECK(time.is_trusted());
  CHECK(time.read() == moment(noon + 24 * hour, noon + 1000, noon + 24 * hour));
  time.trust(); // changes nothing
  CHECK(time.read() == moment(noon + 24 * hour, noon + 1000, noon + 24 * hour));
}

TEST_CASE("engine time: an empty store begins with the wall clock, trusted or not") {
  CHECK(fixture(true).time.read() == moment(noon));
  CHECK(fixture(false).time.read() == moment(noon));
}

TEST_CASE("engine time: without a monotonic clock what the wall clock moves is time") {
  fixture f;
  f.clocks->monotonic = 0;
  f.clocks->wall += hour;
  CHECK(f.time.read() == moment(noon + hour));
  f.clocks->wall -= 2 * hour;
  CHECK(f.time.read() == moment(noon + hour));
}

TEST_CASE("engine time: a thread that is held up between the two clocks sees no step") {
  struct slow_once final : pawl::clock {
    std::int64_t now_ms() override { return wall; }
    std::int64_t monotonic_ms() override {
      if (--calls_until_stop == 0) { // five seconds between this clock and the one before
        wall += 5000;
        monotonic += 5000;
      }
      return monotonic;
    }
    std::int64_t wall = noon;
    std::int64_t monotonic = 1;
    int calls_until_stop = 0;
  };
  auto clocks = std::make_shared<slow_once>();
  engine_time time(clocks, true);
  time.continue_from(0, {});
  clocks->calls_until_stop = 2; // the second of the next reading: the wall clock was read before it
  CHECK(time.read() == moment(noon + 5000));
  CHECK_FALSE(time.unsaved());
}

} // namespace actors_engine_time_test
