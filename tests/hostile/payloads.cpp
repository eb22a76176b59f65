// JSON texts: cut off, with bad characters, numbers, shapes and sizes, and those that just fit.
#include "tests/hostile/attack.hpp"

namespace pawl::hostile {
namespace {

const char* const complete_payload =
    R"({"a":[1,-2.5e-3,true,false,null,"\u00e4\ud83d\ude00\n",{}],"b":{"c":[[],[{"d":"ä😀"}]]}})";

} // namespace

std::vector<attack> cut_json(std::uint64_t) {
  attacks all;
  const std::string whole = complete_payload;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    all.add("after " + std::to_string(n), whole.substr(0, n), "not valid JSON");
    all.add("a comma at " + std::to_string(n), whole.substr(0, n) + "\x01" + whole.substr(n), "not valid JSON");
  }
  for (const char* tail : {" 1", "{}", ",", "]", "}", "null", "//", "/* */", "\x01", "x", "\xEF\xBB\xBF"})
    all.add(std::string("more: ") + tail, whole + tail, "not valid JSON");
  for (const char* before : {"1", "{}", "[1]", "\"a\"", ""})
    for (const char* behind : {"", " ", "}", "hidden", "{\"a\":1}"})
      all.add(std::string("a zero byte: ") + before + behind, before + std::string(1, '\0') + behind, "not valid JSON");
  return std::move(all).take();
}

std::vector<attack> json_texts(std::uint64_t) {
  attacks all;
  std::size_t n = 0;
  for (const auto& bytes : invalid_utf8()) {
    const auto name = std::to_string(n++);
    all.add("value " + name, "\"" + bytes + "\"", "not valid JSON");
    all.add("item " + name, "[1,\"x" + bytes + "y\"]", "not valid JSON");
    all.add("member " + name, "{\"x" + bytes + "\":1}", "not valid JSON");
    all.add("bare " + name, bytes, "not valid JSON");
    all.add_later(
        "far " + name, [bytes] { return "\"" + std::string(1'000'000, 'x') + bytes + "\""; }, "not valid JSON");
  }
  for (const char* half : {"\\ud800", "\\udbff", "\\udc00", "\\udfff", "\\ud800\\ud800", "\\ud83dx", "\\ud83d\\n",
                           "\\ude00\\ud83d", "\\uD83D\\u0041", "\\ud800\\u0000"}) {
    all.add(std::string("half ") + half, "\"" + std::string(half) + "\"", "not valid JSON");
    all.add(std::string("half at the end ") + half, "[\"x" + std::string(half) + "\"]", "not valid JSON");
    all.add(std::string("half in a name ") + half, "{\"" + std::string(half) + "\":1}", "not valid JSON");
  }
  for (const char* escape :
       {"\\x41", "\\u", "\\u1", "\\u12", "\\u123", "\\u123g", "\\U0041", "\\0", "\\'", "\\a", "\\", "\\u{41}"})
    all.add(std::string("escape ") + escape, "\"" + std::string(escape) + "\"", "not valid JSON");
  for (int c = 0; c < 0x20; ++c) {
    const std::string control(1, static_cast<char>(c));
    all.add("control " + std::to_string(c), "\"" + control + "\"", "not valid JSON");
    all.add("control in a name " + std::to_string(c), "{\"" + control + "\":1}", "not valid JSON");
  }
  return std::move(all).take();
}

std::vector<attack> json_numbers(std::uint64_t) {
  attacks all;
  for (const char* number :
       {"1e309", "-1e309", "1e400", "1e999999999", "-1e99999999999999999999", "1.8e308", "9e308", "1E+309"}) {
    all.add(std::string("number ") + number, number, "no double can hold");
    all.add(std::string("in a list ") + number, "[1," + std::string(number) + "]", "no double can hold");
    all.add(std::string("member ") + number, "{\"a\":" + std::string(number) + "}", "no double can hold");
  }
  for (const std::size_t digits : {310, 1'000, 100'000, 4'000'000}) {
    all.add_later(
        "digits " + std::to_string(digits), [digits] { return std::string(digits, '9'); }, "no double can hold");
    all.add_later(
        "digits and a point " + std::to_string(digits), [digits] { return std::string(digits, '9') + ".5"; },
        "no double can hold");
  }
  for (const char* no :
       {"NaN",   "Infinity", "-Infinity", "+1", ".5", "1.",    "01", "-01", "0x10", "1e",  "1e+", "--1", "-",
        "1_000", "1,5",      "0b1",       "1f", "1n", "1e1.5", "٣",  "１",  "- 1",  "1 2", "00",  "-.5", "1.e1"}) {
    all.add(std::string("no number ") + no, no, "not valid JSON");
    all.add(std::string("no number in a list ") + no, "[" + std::string(no) + ",x]", "not valid JSON");
  }
  return std::move(all).take();
}

std::vector<attack> json_shapes(std::uint64_t) {
  attacks all;
  const std::pair<const char*, const char*> json_brackets[] = {
      {"[", "]"}, {"{\"a\":", "}"}, {"[{\"a\":[", "]}]"}, {"[1,", "]"}};
  for (const auto& [open, close] : json_brackets) {
    for (const std::size_t depth : {129, 130, 200, 1'000, 10'000, 90'000}) {
      all.add(std::string(open) + " " + std::to_string(depth), repeat(open, depth) + "1" + repeat(close, depth),
              "json_depth_max");
      all.add(std::string("left open ") + open + " " + std::to_string(depth), repeat(open, depth), "json_depth_max");
    }
  }
  const char* const items[] = {"1", "\"\"", "[]", "{}", "null", "1.5", "[1]", "{\"a\":1}"};
  for (const char* item : items) {
    for (const std::size_t count : {100'000, 100'001, 400'000})
      all.add_later(
          std::string("items ") + item + " " + std::to_string(count),
          [=] { return "[" + join(count, ",", [&](std::size_t) { return item; }) + "]"; }, "json_values_max");
  }
  all.add_later(
      "members 200,000",
      [] { return "{" + join(200'000, ",", [](std::size_t i) { return "\"" + std::to_string(i) + "\":1"; }) + "}"; },
      "json_values_max");
  for (const char* one :
       {"{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}", "[{\"\":1,\"\":2}]", "{\"a\":1,\"\\u0061\":2}",
        "{\"ä\":1,\"\\u00e4\":2}", "{\"a\":[],\"b\":{},\"a\":null}", "{\"__proto__\":1,\"__proto__\":2}"})
    all.add(std::string("twice ") + one, one, "twice");
  for (const std::size_t count : {10, 1'000, 50'000})
    all.add_later(
        "twice after " + std::to_string(count),
        [count] {
          return "{" + join(count, ",", [](std::size_t i) { return "\"k" + std::to_string(i) + "\":1"; }) +
                 ",\"k0\":1}";
        },
        "twice");
  for (const std::size_t more : {1, 2, 1'000'000})
    all.add_later(
        "too long by " + std::to_string(more), [more] { return std::string((4U << 20U) + more, ' '); }, "bytes");
  for (const char* one : {"",        " ",     "\n\n",  "\xEF\xBB\xBF", "]",          "}",
                          "[",       "{",     "[,]",   "[1,]",         "{,}",        "{\"a\":1,}",
                          "{\"a\"}", "{a:1}", "{1:1}", "{'a':1}",      "'a'",        "undefined",
                          "True",    "nul",   "nulll", "[1 2]",        "{\"a\" 1}",  "{\"a\":}",
                          "[}",      "{]",    "[1}",   "{\"a\":1]",    "//x\n1",     "/**/1",
                          "#1",      "[1;2]", "\"a",   "a\"",          "\"a\"\"b\"", "*"})
    all.add(std::string("shape ") + one, one, "not valid JSON");
  return std::move(all).take();
}

std::vector<attack> json_at_the_limits(std::uint64_t) {
  attacks all;
  all.add_good("complete", complete_payload);
  all.add_good("deep", repeat("[", 128) + repeat("]", 128));
  all.add_good_later("wide", [] { return "[" + join(99'999, ",", [](std::size_t) { return "1"; }) + "]"; });
  all.add_good_later("wide objects",
                     [] { return "[" + join(49'999, ",", [](std::size_t) { return "{\"a\":1}"; }) + "]"; });
  all.add_good_later("members", [] {
    return "{" + join(99'999, ",", [](std::size_t i) { return "\"member " + std::to_string(i) + "\":1"; }) + "}";
  });
  all.add_good_later("4 MiB of text", [] { return "\"" + std::string((4U << 20U) - 2, 'x') + "\""; });
  all.add_good_later("4 MiB of escapes", [] { return "\"" + repeat("\\u0001", 699'000) + "\""; });
  all.add_good_later("4 MiB of a small number", [] { return "0." + std::string(4'000'000, '0') + "1"; });
  all.add_good_later("4 MiB of decimals", [] { return "0." + std::string(4'000'000, '7'); });
  all.add_good_later("a long name", [] { return "{\"" + std::string(4'000'000, 'k') + "\":1}"; });
  all.add_good_later("long names with one start", [] {
    return "{" +
           join(400, ",", [](std::size_t i) { return "\"" + std::string(10'000, 'k') + std::to_string(i) + "\":1"; }) +
           "}";
  });
  all.add_good("numbers", "[1.7976931348623157e308,5e-324,-0,0.1,18446744073709551615,-9223372036854775808,1e-400]");
  return std::move(all).take();
}

} // namespace pawl::hostile
