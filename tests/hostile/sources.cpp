// Sources that are no expressions: cut off, made of random tokens, or of bytes that are no characters.
#include "tests/hostile/attack.hpp"

#include <random>

namespace pawl::hostile {
namespace {

const char* const good_sources[] = {
    "nodes.a.output.items[.price > 10 && .tags[0] == 'x'].name",
    "input.a ? {x: [1, 2.5e3, -3], 'y z': \"q\\\"\"} : f(input.b, .5)|upper|pad(3, '0')",
    "l[.x in [1, 2, 3] || !(.y ^ 2 >= 4)][0]['k' + 1] // 7 % 3",
    "globals.größe == 'ä' ? t : nothing ?: 1 != 2",
    "(a.b[-1] - -c.d) * {a: {b: {c: [[]]}}}.a.b['c'][0]",
};

const char* const tokens[] = {
    "(",   ")",   "[",     "]",    "{",  "}",  ".",  ",",  ":",    "?",     "|",       "!",   "+",    "-",      "*",
    "/",   "//",  "%",     "^",    "==", "!=", "<",  "<=", ">",    ">=",    "&&",      "||",  "in",   "1",      "2.5",
    "1e9", "'x'", "\"y\"", "true", "l",  "t",  "a",  "f(", "l[.x", "wide",  "nothing", "0x1", "=",    "&",      "#",
    "`",   "\\",  "'",     "ä",    "\n", "\t", "1.", ".5", "{a:",  "{'b':", "|t",      "|t(", "deep", ".length"};

} // namespace

std::vector<attack> cut_expressions(std::uint64_t) {
  attacks all;
  for (std::size_t n = 0; n < std::size(good_sources); ++n) {
    const std::string source = good_sources[n];
    // An open bracket at the end is never closed, whatever comes before.
    for (std::size_t length = 0; length <= source.size(); ++length)
      all.add(std::to_string(n) + " after " + std::to_string(length), source.substr(0, length) + "(");
  }
  return std::move(all).take();
}

std::vector<attack> random_tokens(std::uint64_t seed) {
  attacks all;
  std::mt19937_64 random(seed);
  for (int n = 0; n < 400; ++n) {
    std::string source;
    for (auto left = 1 + random() % (n % 10 == 0 ? 900 : 30); left > 0; --left) {
      source += tokens[random() % std::size(tokens)];
      if (random() % 4 == 0) source += ' ';
    }
    all.add(std::to_string(n), source + "(");
  }
  return std::move(all).take();
}

std::vector<attack> bad_characters(std::uint64_t) {
  attacks all;
  std::size_t n = 0;
  for (const auto& bytes : invalid_utf8()) {
    const auto name = std::to_string(n++);
    all.add("alone " + name, bytes, "not UTF-8");
    all.add("in a text " + name, "'" + bytes + "'", "not UTF-8");
    all.add("in a name " + name, "a" + bytes + "b", "not UTF-8");
    all.add("behind " + name, "1 + 1 " + bytes, "not UTF-8");
    all.add("far behind " + name, std::string(8'000, ' ') + bytes, "not UTF-8");
  }
  for (int c = 1; c < 0x20; ++c)
    if (c < '\t' || c > '\r') all.add("control " + std::to_string(c), std::string("1 ") + static_cast<char>(c) + " 1");
  for (const char* one :
       {"#", "`", "~", "@", ";", "\\", "&", "=", "→", "😀", "\xE2\x80\x8B", "\xC2\xAD", "“1”", "１", "a😀", "²"})
    all.add(one, std::string("1 + ") + one);
  all.add("a zero byte", std::string("1\0 + 1", 6));
  return std::move(all).take();
}

} // namespace pawl::hostile
