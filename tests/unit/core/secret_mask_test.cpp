// Secrets in text: found in every encoding that is promised, and only there.
#include "runtime/core/secret_mask.hpp"

#include <pawl/secrets.hpp>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace core_secret_mask_test {

using namespace pawl;
using core::secret_mask;
using nlohmann::json;

namespace {

secret_mask::secret named(const std::string& name, const std::string& value) {
  return {name, std::make_shared<const secret_bytes>(*secret_bytes::copy_of(value))};
}

secret_mask mask_of(const std::string& value) { return secret_mask({named("key", value)}); }

std::string base64(const std::string& bytes, int variant) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    variant);
  text.pop_back();
  return text;
}

std::string hex(const std::string& bytes, bool upper) {
  std::string text;
  for (const char c : bytes)
    text += upper ? fmt::format("{:02X}", static_cast<unsigned char>(c))
                  : fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string percent(const std::string& bytes, bool upper, bool plus) {
  std::string text;
  for (const char c : bytes) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128)
      text += c;
    else if (plus && c == ' ')
      text += '+';
    else
      text += "%" + hex(std::string(1, c), upper);
  }
  return text;
}

std::string in_json(const std::string& bytes, bool ascii) {
  const std::string quoted = json(bytes).dump(-1, ' ', ascii, json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

std::string in_lines(const std::string& text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += 10)
    lines += text.substr(at, 10) + "\r\n";
  return lines;
}

std::string every_character_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text)
    escaped += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
  return escaped;
}

using encoder = std::function<std::string(const std::string&)>;
struct encoding {
  const char* name;
  encoder encode;
};

// Those that write each byte of the value by itself, so that what stands around it stays as it is.
const std::vector<encoding> bytewise{
    {"raw", [](const std::string& s) { return s; }},
    {"hex", [](const std::string& s) { return hex(s, false); }},
    {"HEX", [](const std::string& s) { return hex(s, true); }},
    {"percent", [](const std::string& s) { return percent(s, true, false); }},
    {"percent in small letters", [](const std::string& s) { return percent(s, false, false); }},
    {"form", [](const std::string& s) { return percent(s, true, true); }},
    {"JSON", [](const std::string& s) { return in_json(s, false); }},
    {"JSON in ASCII", [](const std::string& s) { return in_json(s, true); }},
};

const std::vector<encoding> whole{
    {"base64", [](const std::string& s) { return base64(s, sodium_base64_VARIANT_ORIGINAL); }},
    {"base64url", [](const std::string& s) { return base64(s, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }},
    {"base64 in lines", [](const std::string& s) { return in_lines(base64(s, sodium_base64_VARIANT_ORIGINAL)); }},
    {"base64 percent-encoded",
     [](const std::string& s) { return percent(base64(s, sodium_base64_VARIANT_ORIGINAL), true, false); }},
    {"base64 in JSON",
     [](const std::string& s) { return every_character_escaped(base64(s, sodium_base64_VARIANT_ORIGINAL)); }},
};

const std::vector<std::string> values{"8 bytes!",
                                      "token-0123456789abcdef",
                                      "a \"quoted\" \\ and/or +100% é ß",
                                      "tab\tand\nline and \x01 control",
                                      "\xF0\x9F\x94\x91 key of four bytes",
                                      std::string(4000, 'x') + "end"};

// What stands in for the value, whoever decodes it.
bool any_form_holds(const std::string& text, const std::string& value) {
  if (text.find(value) != std::string::npos) return true;
  for (const encoding& e : bytewise)
    if (text.find(e.encode(value)) != std::string::npos) return true;
  return false;
}

} // namespace

TEST_CASE("secret mask: every encoding of a value becomes its mark and nothing else changes") {
  for (const std::string& value : values)
    for (const encoding& e : bytewise) {
      INFO(e.name << " of a value of " << value.size() << " bytes");
      const secret_mask mask = mask_of(value);
      CHECK(mask.masked("before <" + e.encode(value) + "> after") == "before <[secret key]> after");
      CHECK(mask.masked(e.encode(value) + " and " + e.encode(value)) == "[secret key] and [secret key]");
      CHECK(mask.finds(e.encode(value)));
    }
}

TEST_CASE("secret mask: base64 of whatever holds the value leaves no digit of it") {
  for (const std::string& value : values)
    for (const encoding& e : whole)
      for (const std::string before : {"", "x", "yz", "user:", "four", "fives"})
        for (const std::string after : {"", "z", "yx"}) {
          INFO(e.name << " of a value of " << value.size() << " bytes between '" << before << "' and '" << after
                      << "'");
          std::string all = before;
          all.append(value).append(after);
          const std::string with = e.encode(all);
          const std::string masked = mask_of(value).masked("=" + with + "=");
          CHECK(masked.find("[secret key]") != std::string::npos);
          // Digits of what stands around it may stay: at most as many as those have.
          const std::size_t digits_max = (before.size() * 8 + 5) / 6 + (after.size() * 8 + 5) / 6;
          const std::size_t cost = e.name == std::string("base64 in JSON") ? 6 : 3;
          CHECK(masked.size() <= std::string("=[secret key]==\r\n\r\n=").size() * cost + digits_max * cost);
        }
}

TEST_CASE("secret mask: what only looks like a value stays") {
  const secret_mask mask = mask_of("token-0123456789abcdef");
  for (const char* text :
       {"", "token-0", "token-0123", "oken-0123456789abcdef", "t0ken-0123456789abcdef", "746f6b656e2d30313233",
        "%74%6f%6b%65%6e%2d%30%31%32%33", "\\", "%", "%zz", "\\u12", "\\ud83d\\u", "\r\n\r\n"}) {
    INFO(text);
    CHECK(mask.masked(text) == text);
    CHECK_FALSE(mask.finds(text));
  }
}

TEST_CASE("secret mask: a first half and letters of another case are found, what values begin with in public is not") {
  const struct {
    const char* value;
    const char* text;
    const char* masked;
  } rows[] = {
      {"token-0123456789abcdef", "TOKEN-0123456789ABCDEF", "[secret key]"},
      {"token-0123456789abcdef", "invalid token token-01234…", "invalid token [secret key]…"},
      {"token-0123456789abcdef", "token-0123456789abcdeX", "[secret key]X"},
      {"token-0123456789abcdef", "746f6b656e2d30313233343536373839616263646", "[secret key]6"},
      {"8 bytes!", "8 bytes?", "8 bytes?"},
      {"https://hooks.example.com/T0/abcdefghijklmnop", "https://hooks.example.com/T0/abc",
       "https://hooks.example.com/T0/abc"},
      {"https://hooks.example.com/T0/abcdefghijklmnop", "https://hooks.example.com/T0/abcde", "[secret key]"},
      {"https://hooks.example.com/T0/abcdefghijklmnop", "//hooks.example.com/T0/abcdef.", "[secret key]."},
      {"administrator:correct-horse", "administrator", "administrator"},
      {"administrator:correct-horse", "administrator:correct-", "[secret key]"},
      {"administrator:correct-horse", "correct-h", "[secret key]"},
      // What looks like the beginning of the value goes over into the value.
      {"abababababababab-tail", "ababababababababab-tail.", "[secret key]."},
      {"aaaaaaaaaaaaend1", "aaaaaaaaaaaaaaaaaaaaend1", "[secret key]"},
  };
  for (const auto& r : rows) {
    INFO(r.value << " in " << r.text);
    CHECK(mask_of(r.value).masked(r.text) == r.masked);
  }
}

TEST_CASE("secret mask: the same secret again and again is one mark, and a name in a mark has 64 bytes at most") {
  const std::string value = "own-0123";
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += value;
  CHECK(mask_of(value).masked("<" + text + ">") == "<[secret key]>");
  const secret_mask long_name({named(std::string(8'192, 'n'), value)});
  CHECK(long_name.masked(value) == "[secret " + std::string(64, 'n') + "…]");
  CHECK(secret_mask({named(std::string(63, 'n') + "ü", value)}).masked(value) ==
        "[secret " + std::string(63, 'n') + "…]");
}

TEST_CASE("secret mask: marks make no more of an answer than it may have") {
  const std::string value = "own-0123";
  const auto again = [](const std::string& piece, std::size_t bytes) {
    std::string text;
    while (text.size() + piece.size() <= bytes)
      text += piece;
    return text;
  };
  constexpr std::size_t bytes_max = std::size_t{4} << 20;
  const secret_mask mask({named(std::string(8'192, 'n'), value)}, bytes_max);
  const std::string fits = again(value + " ", 400'000);
  const std::string masked = mask.masked(fits);
  CHECK(masked.size() <= bytes_max);
  CHECK(masked.capacity() < masked.size() + 64); // no more is taken than is needed
  CHECK_FALSE(mask.finds(masked));

  const std::string too_many = again(value + " ", std::size_t{1} << 20);
  CHECK_THROWS_WITH(mask.masked(too_many), mask.too_long());
  CHECK_THROWS_AS(mask.masked_json("[\"" + too_many + "\"]"), std::length_error);
  std::string text = too_many;
  CHECK_FALSE(mask.apply(text));
  CHECK(text.empty());

  // Of many small texts the sum counts.
  json many = json::array();
  for (int i = 0; i < 100'000; ++i)
    many.push_back(value);
  CHECK_FALSE(mask.apply(many));
  CHECK(many.dump().size() < 2 * bytes_max);
  CHECK_FALSE(mask.finds(many.dump()));
}

TEST_CASE("secret mask: short values are not looked for and nothing is masked without secrets") {
  CHECK(mask_of("7 bytes").empty());
  CHECK(mask_of("7 bytes").masked("these 7 bytes") == "these 7 bytes");
  CHECK(mask_of("  \n").empty());
  CHECK(secret_mask().empty());
  CHECK(secret_mask().masked("anything") == "anything");
  CHECK(secret_mask({{"none", nullptr}}).empty());
}

TEST_CASE("secret mask: a line end at the value's end and the user before a password do not hide it") {
  CHECK(mask_of("from-a-file-0123\n").masked("got from-a-file-0123.") == "got [secret key].");
  CHECK(mask_of("user:password").masked("user's password is known") == "user's [secret key] is known");
  CHECK(mask_of("user:password").masked("user:password") == "[secret key]");
}

TEST_CASE("secret mask: the longest value counts and neighbours are masked each") {
  const secret_mask mask({named("short", "abcdefgh"), named("long", "abcdefghijkl"), named("other", "0123456789")});
  CHECK(mask.masked("abcdefghijkl") == "[secret long]");
  CHECK(mask.masked("abcdefghijk") == "[secret long]");
  CHECK(mask.masked("abcdefgh0123456789abcdefgh") == "[secret short][secret other][secret short]");
}

TEST_CASE("secret mask: a value that overlaps itself or another is gone whole") {
  const std::string masked = mask_of("abababab").masked("ababababab");
  CHECK(masked == "[secret key]");
  const secret_mask two({named("one", "aaaaBBBB"), named("two", "BBBBcccc")});
  CHECK(two.masked("aaaaBBBBcccc").find("BBBB") == std::string::npos);
}

TEST_CASE("secret mask: in JSON texts and names are masked and the rest stays as it is") {
  const secret_mask mask = mask_of("secret-0123456789");
  json value = json::parse(R"({"a": ["x", "the secret-0123456789", 17, true, null], "secret-0123456789": {"b": 1.5}})");
  REQUIRE(mask.apply(value));
  CHECK(value == json::parse(R"({"a": ["x", "the [secret key]", 17, true, null], "[secret key]": {"b": 1.5}})"));
}

TEST_CASE("secret mask: member names that become the same stay apart") {
  json value{{"x secret-0123456789", 1}, {"x [secret key]", 2}, {"x " + hex("secret-0123456789", true), 3}};
  REQUIRE(mask_of("secret-0123456789").apply(value));
  CHECK(value.size() == 3);
  CHECK(value.contains("x [secret key]"));
  CHECK(value.contains("x [secret key] 2"));
  CHECK(value.contains("x [secret key] 3"));
  CHECK(value["x [secret key]"] == 2);
}

TEST_CASE("secret mask: as many names that become the same as one likes are numbered in a row") {
  constexpr int count = 16'000;
  json value = json::object();
  for (int i = 0; i < count; ++i) {
    std::string name;
    for (int bit = 0; bit < 14; ++bit)
      name += (i >> bit & 1) != 0 ? "%61" : "a";
    value[name + "-tail"] = i;
  }
  REQUIRE(mask_of("aaaaaaaaaaaaaa-tail").apply(value));
  CHECK(value.size() == count);
  CHECK(value.contains("[secret key]"));
  CHECK(value.contains("[secret key] " + std::to_string(count)));
}

TEST_CASE("secret mask: nesting of any depth needs no stack") {
  json value = "secret-0123456789";
  for (int i = 0; i < 50'000; ++i)
    value = json::array({std::move(value)});
  REQUIRE(mask_of("secret-0123456789").apply(value));
  json* inner = &value;
  while (inner->is_array())
    inner = &(*inner)[0];
  CHECK(*inner == "[secret key]");
}

TEST_CASE("secret mask: the text of JSON stays the JSON that parsing and masking gives") {
  for (const std::string& secret : values)
    for (const bool ascii : {false, true}) {
      const secret_mask mask({named("a \"name\" \\", secret)});
      json document{{"plain", "before " + secret + " after"},
                    {secret, json::array({secret, base64("pre" + secret, sodium_base64_VARIANT_ORIGINAL), 5})},
                    {"quoted again", json(secret).dump()},
                    {"n", -1.25}};
      const std::string text = document.dump(ascii ? 2 : -1, ' ', ascii);
      const json read = json::parse(mask.masked_json(text));
      REQUIRE(mask.apply(document));
      CHECK(read == document);
      CHECK_FALSE(any_form_holds(read.dump(), secret));
    }
}

TEST_CASE("secret mask: of a text that is no JSON nothing is broken but the strings in it") {
  const secret_mask mask = mask_of("secret-0123456789");
  CHECK(mask.masked_json(R"({"open": "secret-0123456789)") == R"({"open": "[secret key])");
  CHECK(mask.masked_json(R"("a\)") == R"("a\)");
  CHECK(mask.masked_json(R"(")") == R"(")");
  CHECK(mask_of("1234567890").masked_json("[1234567890]") == "[1234567890]"); // numbers are not masked
}

TEST_CASE("secret mask: any bytes around and in a value") {
  const auto seed = static_cast<std::mt19937::result_type>(
      std::getenv("PAWL_SEED_FROM") ? std::atoi(std::getenv("PAWL_SEED_FROM")) : 1);
  std::mt19937 random(seed);
  CAPTURE(seed);
  const auto bytes = [&](std::size_t count) {
    std::string made(count, '\0');
    for (char& c : made)
      c = static_cast<char>(random() % 256);
    return made;
  };
  for (int i = 0; i < 3'000; ++i) {
    const std::string value = "\x01" + bytes(8 + random() % 40) + "\x02";
    const std::string text = bytes(random() % 50) + value + bytes(random() % 50);
    const secret_mask mask = mask_of(value);
    for (const encoding& e : bytewise) {
      if (std::string(e.name).find("JSON") != std::string::npos) continue; // which has no words for any bytes
      INFO(i << " " << e.name << " " << hex(text, false));
      CHECK_FALSE(any_form_holds(mask.masked(e.encode(text)), value));
    }
    for (const int variant : {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_URLSAFE})
      CHECK(mask.finds(base64(text, variant)));
  }
}

} // namespace core_secret_mask_test
