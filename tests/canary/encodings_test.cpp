// The search itself: what it finds, and that it does not find what is not there.
#include "tests/canary/encodings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace pawl::canary;

namespace {

std::string form_of(const std::string& bytes, const std::string& encoding) {
  for (const form& f : forms_of(bytes))
    if (f.encoding == encoding) return f.text;
  FAIL("no form is called " + encoding);
  return {};
}

bool finds(const searcher& by, const std::string& bytes, const std::string& canary) {
  const auto found = by.search(bytes);
  return std::any_of(found.begin(), found.end(), [&](const finding& f) { return f.canary == canary; });
}

} // namespace

TEST_CASE("canary forms: as other programs write them", "[encodings]") {
  const std::string text = "a\"b\\c/d+e%f g\xC3\xA9h&i"; // by Python's base64, urllib.parse and json
  CHECK(base64(text) == "YSJiXGMvZCtlJWYgZ8OpaCZp");
  CHECK(form_of(text, "base64 at 0") == "YSJiXGMvZCtlJWYgZ8OpaCZp");
  CHECK(form_of(text, "hex lower") == "6122625c632f642b6525662067c3a9682669");
  CHECK(form_of(text, "hex upper") == "6122625C632F642B6525662067C3A9682669");
  CHECK(form_of(text, "percent upper") == "a%22b%5Cc%2Fd%2Be%25f%20g%C3%A9h%26i");
  CHECK(form_of(text, "percent lower") == "a%22b%5cc%2fd%2be%25f%20g%c3%a9h%26i");
  CHECK(form_of(text, "percent of forms upper") == "a%22b%5Cc%2Fd%2Be%25f+g%C3%A9h%26i");
  CHECK(form_of(text, "json") == "a\\\"b\\\\c/d+e%f g\xC3\xA9h&i");
  CHECK(form_of(text, "json slashes") == "a\\\"b\\\\c\\/d+e%f g\xC3\xA9h&i");
  CHECK(form_of(text, "json ascii lower") == "a\\\"b\\\\c/d+e%f g\\u00e9h&i");
  CHECK(form_of("A\xC3\xA9", "json codes upper") == "\\u0041\\u00E9");
  CHECK(form_of("\xFB\xFF\xFE", "base64 at 0") == "+//+");
  CHECK(form_of("\xFB\xFF\xFE", "base64url at 0") == "-__-");
}

TEST_CASE("canary forms: base64 at three offsets is what stands in the base64 of more", "[encodings]") {
  for (const planted& one : make_canaries(1))
    for (std::size_t offset = 0; offset < 3; ++offset)
      for (const std::string behind : {"", "x", "yz", "\xFF\xFF\xFF"})
        CHECK(base64(std::string(offset, '\xAA') + one.core + behind)
                  .find(form_of(one.core, "base64 at " + std::to_string(offset))) != std::string::npos);
}

TEST_CASE("canary search: every form of every canary is found, in every neighbourhood", "[encodings]") {
  const auto canaries = make_canaries(2);
  const searcher by(canaries);
  for (const planted& one : canaries)
    for (const form& f : forms_of(one.core)) {
      INFO(one.name << ": " << f.encoding);
      CHECK(finds(by, f.text, one.name));
      CHECK(finds(by, std::string(4097, '\0') + f.text + "...", one.name));
      CHECK(finds(by, "x" + gzip("some text " + f.text), one.name));
      CHECK(finds(by, "x" + gzip("twice " + gzip(f.text)), one.name));
      CHECK(finds(by, "x" + gzip(f.text).substr(0, gzip(f.text).size() - 9), one.name)); // cut off
    }
}

TEST_CASE("canary search: a piece is found, its neighbours' bytes are not enough", "[encodings]") {
  const auto canaries = make_canaries(3);
  const searcher by(canaries);
  for (const planted& one : canaries) {
    for (std::size_t at = 0; at + 12 <= one.core.size(); ++at)
      CHECK(finds(by, "<" + one.core.substr(at, 12) + ">", one.name));
    CHECK_FALSE(finds(by, one.core.substr(0, 11), one.name));
  }
}

TEST_CASE("canary search: nothing is found in what holds none", "[encodings]") {
  const searcher by(make_canaries(4));
  std::mt19937_64 dice(4);
  std::string noise;
  while (noise.size() < (std::size_t{16} << 20)) {
    const std::uint64_t word = dice();
    noise.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  CHECK(by.search(noise).empty());
  for (const planted& other : make_canaries(5))
    CHECK(by.search(other.value).empty());
}
