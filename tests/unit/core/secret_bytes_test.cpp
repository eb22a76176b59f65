// Bytes that leave nothing behind.
#include "runtime/core/secret_bytes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace core_secret_bytes_test {

using namespace pawl;

static_assert(!std::is_copy_constructible_v<secret_bytes> && !std::is_copy_assignable_v<secret_bytes>);

TEST_CASE("secret bytes: of no size, of the largest, and not of a larger one") {
  CHECK(secret_bytes().empty());
  CHECK(secret_bytes().view().empty());
  const auto none = secret_bytes::of_size(0);
  REQUIRE(none);
  CHECK(none->empty());
  const auto largest = secret_bytes::of_size(secret_bytes_max);
  REQUIRE(largest);
  CHECK(largest->size() == secret_bytes_max);
  CHECK(std::count(largest->view().begin(), largest->view().end(), '\0') == secret_bytes_max);
  const auto larger = secret_bytes::of_size(secret_bytes_max + 1);
  REQUIRE_FALSE(larger);
  CHECK(larger.failure().code == errc::limit);
  CHECK(secret_bytes::of_size(SIZE_MAX).failure().code == errc::limit);
  const auto copy = secret_bytes::copy_of(std::string(secret_bytes_max + 1, 'x'));
  REQUIRE_FALSE(copy);
  CHECK(copy.failure().code == errc::limit);
  CHECK(copy.failure().message.find("xx") == std::string::npos);
}

TEST_CASE("secret bytes: moving moves no byte and leaves nothing in the source") {
  auto first = *secret_bytes::copy_of("first value");
  const char* at = first.data();
  secret_bytes second(std::move(first));
  CHECK(second.data() == at);
  CHECK(second.view() == "first value");
  CHECK(first.empty()); // NOLINT(bugprone-use-after-move): that is the promise
  CHECK(first.data() == nullptr);
  auto third = *secret_bytes::copy_of("what was there before");
  third = std::move(second);
  CHECK(third.data() == at);
  CHECK(third.view() == "first value");
  CHECK(second.empty()); // NOLINT(bugprone-use-after-move): not what was there before
  secret_bytes& same = third;
  third = std::move(same);
  CHECK(third.view() == "first value");
}

TEST_CASE("secret bytes: what is cut off is wiped") {
  auto bytes = *secret_bytes::copy_of("a value that is cut");
  const char* at = bytes.data();
  bytes.shrink(100); // longer: nothing
  bytes.shrink(19);
  CHECK(bytes.view() == "a value that is cut");
  bytes.shrink(7);
  CHECK(bytes.view() == "a value");
  CHECK(bytes.data() == at);
  CHECK(std::string_view(at, 19) == std::string_view("a value\0\0\0\0\0\0\0\0\0\0\0\0", 19));
  bytes.shrink(0);
  CHECK(bytes.empty());
  CHECK(std::string_view(at, 7) == std::string_view("\0\0\0\0\0\0\0", 7));
  secret_bytes().shrink(0);
}

TEST_CASE("secret bytes: base64 as RFC 4648 has it") {
  const auto base64 = [](std::string_view text) { return std::string(core::base64_of(text)->view()); };
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFB\xFF") == "+/8=");
}

} // namespace core_secret_bytes_test
