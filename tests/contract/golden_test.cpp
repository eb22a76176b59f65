// Stores of every earlier format open, and their instances go on where they were.
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/store_reader.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <filesystem>

using namespace pawl;
using nlohmann::json;

namespace {

struct set_clock final : pawl::clock {
  std::int64_t now_ms() override { return wall; }
  std::atomic<std::int64_t> wall{0};
};

std::string copy_of(const char* name, const test::temp_folder& folder) {
  const std::string path = folder.file(name);
  std::filesystem::copy_file(std::filesystem::path(PAWL_SOURCES) / "tests/golden" / name, path);
  return path;
}

snapshot at_rest(runtime& rt, const std::string& id) {
  auto seen = rt.wait(id, wait_until::at_rest);
  if (!seen) FAIL(to_string(seen.failure()));
  return *seen;
}

} // namespace

TEST_CASE("golden: a store of format 1 opens and every instance goes on where it was") {
  test::temp_folder folder;
  const std::string path = copy_of("format-1.db", folder);
  const auto old = store_reader::open(path);
  REQUIRE_FALSE(old); // a reader cannot migrate, and says so
  CHECK(old.failure().code == errc::old_store);

  auto time = std::make_shared<set_clock>();
  time->wall = 1'800'000'000'000; // later than anything that waits in it
  options opts;
  opts.store_path = path;
  opts.time = time;
  auto opened = runtime::open(std::move(opts));
  if (!opened) FAIL(to_string(opened.failure()));
  runtime& rt = *opened;

  CHECK(at_rest(rt, "completed").document()["context"]["end"][0]["output"]["items"] == 0);
  CHECK(at_rest(rt, "failed").failed_reason() == "Error: as told");
  CHECK(at_rest(rt, "paused").waits().front().visit == 2);
  const json answer{{"answer", "second"}};
  REQUIRE(rt.resume("paused", &answer));
  const auto done = rt.wait("delayed", wait_until::ended);
  REQUIRE(done);
  CHECK(done->status() == instance_status::completed);
  REQUIRE(rt.resume("retrying", nullptr)); // retry now
  CHECK(at_rest(rt, "retrying").status() == instance_status::error);
  const auto retried = rt.history("retrying");
  REQUIRE(retried);
  CHECK(retried->size() > 5);
}
