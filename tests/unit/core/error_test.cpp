#include <pawl/result.hpp>

#include <catch2/catch.hpp>

namespace core_error_test {

using namespace pawl;

TEST_CASE("error: prints code, message and place") {
  CHECK(to_string(error{errc::not_found, "no instance 'a'", ""}) == "not_found: no instance 'a'");
  CHECK(to_string(error{errc::limit, "too deep", "/nodes/0"}) == "limit: too deep (/nodes/0)");
}

TEST_CASE("result: holds either side") {
  result<int> good = 3;
  result<int> bad = error{errc::busy, "taken", ""};
  CHECK(*good == 3);
  CHECK_FALSE(bad);
  CHECK(bad.failure().code == errc::busy);
  CHECK_THROWS(bad.value());
}

} // namespace core_error_test
