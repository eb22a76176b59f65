// Expressions that are too deep, too large, too slow or too greedy, and those that just fit.
#include "tests/hostile/attack.hpp"

#include <algorithm>

namespace pawl::hostile {
namespace {

struct bracket {
  const char* name;
  const char* open;
  const char* middle;
  const char* close;
};

const bracket brackets[] = {
    {"groups", "(", "1", ")"},           {"arrays", "[", "1", "]"},
    {"objects", "{a:", "1", "}"},        {"calls", "f(", "1", ")"},
    {"transforms", "1|t(", "1", ")"},    {"keys", "l[", "0", "]"},
    {"filters", "l[.a==", "0", "]"},     {"not", "!", "1", ""},
    {"minus not", "-!", "1", ""},        {"branches", "1 ? ", "1", " : 1"},
    {"chains", "1 ? 1 : ", "1", ""},     {"or else", "0 ?: ", "1", ""},
    {"right", "1+(", "1", ")"},          {"left", "(", "1", ")+1"},
    {"keys of keys", "t[t[", "0", "]]"}, {"mixed", "[{a:(", "1", ")}]"},
    {"arguments", "f(1,", "1", ")"},     {"filters in groups", "l[(.a)==(", "1", ")]"},
};

std::string deep(const bracket& b, std::size_t depth) {
  return repeat(b.open, depth) + b.middle + repeat(b.close, depth);
}

} // namespace

std::vector<attack> deep_expressions(std::uint64_t) {
  attacks all;
  for (const auto& b : brackets) {
    for (const std::size_t depth : {201, 202, 256, 300, 400, 500, 700, 1'000}) {
      auto text = deep(b, depth);
      if (text.size() <= 8 * 1024)
        all.add(b.name + std::string(" ") + std::to_string(depth), std::move(text), "depth_max");
    }
    all.add(b.name + std::string(" left open"), repeat(b.open, 250), "depth_max");
  }
  return std::move(all).take();
}

std::vector<attack> large_expressions(std::uint64_t) {
  attacks all;
  for (const std::size_t bytes : {8'193, 8'194, 10'000, 65'536, 1'000'000, 4'194'304}) {
    for (const char* piece : {" ", "1+", "(", "{a:", "'", "a", "ä", "\xF0\x9F\x98\x80"})
      all.add(std::string(piece) + " " + std::to_string(bytes),
              repeat(piece, bytes / std::string_view(piece).size() + 1), "source_bytes_max");
  }
  const std::pair<const char*, const char*> chains[] = {{"1", "+1"},  {"a", ".a"},   {"1", "||1"}, {"1", "*1"},
                                                        {"1", "-1"},  {"1", "==1"},  {"a", "[0]"}, {"a", "|t"},
                                                        {"[1", ",1"}, {"f(1", ",1"}, {"1", "%1"},  {"1", "<1"}};
  for (const auto& [first, more] : chains) {
    for (const std::size_t count : {2'001, 2'200, 2'500, 2'700})
      all.add(more + std::string(" ") + std::to_string(count), first + repeat(more, count), "nodes_max");
  }
  for (const std::size_t count : {600, 700, 800}) {
    const auto twins = join(count, ",", [](std::size_t i) { return "k" + std::to_string(i) + ":1"; });
    all.add("keys twice " + std::to_string(count), "{" + twins.substr(0, 4'000) + "," + twins.substr(0, 4'000) + "(");
    all.add("one key again and again " + std::to_string(count), "{" + repeat("a:1,", 2 * count) + "(");
  }
  return std::move(all).take();
}

std::vector<attack> long_work(std::uint64_t) {
  attacks all;
  const char* bodies[] = {"l[.y != 1]",       "l[.y != l[.z != 1]]",
                          "(t in t)",         "(t + 'a' in t + t)",
                          "(t < t + 'b')",    "(t == t + '')",
                          "(t > t)",          "(umlauts[40000] == 'ä')",
                          "umlauts.length",   "(digits * 1)",
                          "(9000.5 in many)", "('x' in many)",
                          "('' + many)",      "(many == 'x')",
                          "(many * 1)",       "('' + decimals)",
                          "objects[.a == 2]", "objects[.b == 'none'].length",
                          "many[.q > 1e9]",   "wide['' + many]",
                          "(objects + '')",   "(mega in 'short' + mega)"};
  for (const char* list : {"l", "many", "objects", "decimals"}) {
    for (const char* body : bodies)
      all.add(std::string(list) + " x " + body, std::string(list) + "[.x != " + body + "]");
  }
  for (const char* operation : {"%", "^", "*", "/", "//", "-"})
    for (const char* list : {"l", "many"})
      all.add(std::string("arithmetic ") + list + operation,
              std::string(list) + "[.x != (" +
                  join(40, " + ", [&](std::size_t) { return "huge" + std::string(operation) + "tiny"; }) + ")]");
  const std::string long_name(7'000, 'k');
  all.add("long names", "l[.x != keys." + long_name + "0]", "steps_max");
  all.add("long names by bracket", "l[.x != keys['" + long_name + "0']]", "steps_max");
  all.add("long computed names", "l[.x != keys['" + long_name + "' + 0]]");
  for (const std::size_t count : {20, 100, 300})
    all.add("filters in a row " + std::to_string(count), "many" + repeat("[.x!=1]", count));
  for (const std::size_t depth : {2, 3, 5, 20, 60, 99})
    all.add("filters in filters " + std::to_string(depth), repeat("many[.x != ", depth) + "1" + repeat("]", depth));
  for (const std::size_t terms : {3, 10, 100, 400})
    all.add("many filters " + std::to_string(terms), join(terms, "+", [](std::size_t) { return "l[.x!=1][0]"; }));
  return std::move(all).take();
}

std::vector<attack> much_memory(std::uint64_t) {
  attacks all;
  for (const std::size_t terms : {6, 7, 8, 10, 40, 300})
    all.add("text upon text " + std::to_string(terms), join(terms, "+", [](std::size_t) { return "t"; }),
            "string_bytes_max");
  for (const std::size_t terms : {12, 20, 40, 400})
    all.add("texts in a list " + std::to_string(terms),
            "[" + join(terms, ",", [](std::size_t) { return "t+t+t+t"; }) + "]");
  for (const char* one : {"mega + 'x'", "'x' + mega", "mega + mega", "[mega, 1] + ''", "mega + 1", "mega + null",
                          "mega + true", "mega + empty + 'x'"})
    all.add(one, one, "string_bytes_max");
  for (const char* one : {"[mega+'', mega+'', mega+'', mega+'', mega+'', mega+'', mega+'', mega+'', mega+'']",
                          "{a: mega+'', b: mega+'', c: mega+'', d: mega+'', e: mega+'', f: mega+'', g: mega+''}"})
    all.add(one, one);
  for (const std::size_t filters : {2, 3, 20, 400})
    all.add("kept items " + std::to_string(filters),
            "[" + join(filters, ",", [](std::size_t) { return "many[.x!=null]"; }) + "]");
  for (const char* list : {"many[.x != null]", "many[1 < 2 && !.x]", "[many[!.x][0], many[.x != 2]]"})
    all.add(std::string("too many of ") + list, list);
  for (const std::size_t depth : {25, 50, 99})
    all.add("doubling " + std::to_string(depth), repeat("[t,", depth) + "t" + repeat("] + ''", depth));
  for (const std::size_t copies : {2, 8, 50}) {
    all.add("output of copies " + std::to_string(copies),
            "[" + join(copies * 4, ",", [](std::size_t) { return "t"; }) + "]", "output_bytes_max");
    all.add("output of documents " + std::to_string(copies),
            "[" + join(copies * 3, ",", [](std::size_t) { return "wide"; }) + "]", "output_bytes_max");
    all.add("output of members " + std::to_string(copies),
            "{" + join(copies * 4, ",", [](std::size_t i) { return "k" + std::to_string(i) + ":objects"; }) +
                ",z:mega}",
            "output_bytes_max");
  }
  return std::move(all).take();
}

std::vector<attack> refused_values(std::uint64_t) {
  attacks all;
  for (const char* operation : {"+", "-", "*", "/", "//", "%", "^", "<", "<=", ">", ">=", "==", "!="}) {
    all.add(std::string("big ") + operation + " 1", "big " + std::string(operation) + " 1", "too large to be exact");
    all.add(std::string("1 ") + operation + " big", "1 " + std::string(operation) + " big", "too large to be exact");
    all.add(std::string("big by big ") + operation, "big " + std::string(operation) + " big", "too large to be exact");
  }
  for (const char* one : {"nothing['x']",
                          "nothing['x'].y",
                          "absent['x']",
                          "absent[0]",
                          "absent['a' + 'b']",
                          "empty.x",
                          "empty.x.y",
                          "[nothing].x",
                          "1/0",
                          "-1/0",
                          "0/0",
                          "huge * huge",
                          "huge ^ huge",
                          "0 % 0",
                          "'x' * 1",
                          "[1/0]",
                          "{a: {b: [1/0]}}",
                          "'x' - 1",
                          "empty.length.a.b[nothing + 1]['x']",
                          "1 // 0",
                          "-'x'",
                          "(1/0) - (1/0)",
                          "1e400",
                          "-1e400",
                          "{a: 1e999}"})
    all.add(one, std::string("[") + one + "][0]" +
                     (std::string_view(one).find("['x']") != std::string_view::npos ? "['x']['y']" : ""));
  for (const char* name : {"f", "eval", "Function", "require", "constructor", "__proto__", "toString", "process",
                           "import", "fetch", "setTimeout", "hasOwnProperty", "valueOf", "globalThis", "système"}) {
    all.add(std::string("function ") + name, std::string(name) + "(1)", "unknown function");
    all.add(std::string("function with much ") + name, std::string(name) + "(t, [t], {a: l})", "unknown function");
    all.add(std::string("transform ") + name, "1|" + std::string(name), "unknown transform");
    all.add(std::string("transform of a list ") + name, "l|" + std::string(name) + "(1, 2)", "unknown transform");
    all.add(std::string("in a filter ") + name, "l[.x|" + std::string(name) + "]", "unknown transform");
    all.add(std::string("through a path ") + name, "deep." + std::string(name) + "(1)");
  }
  for (const char* name : {"constructor", "__proto__", "prototype", "toString", "__defineGetter__", "process"})
    for (const char* from : {"t", "l", "wide", "nothing", "big", "absent"})
      all.add(std::string("member ") + from + name, std::string(from) + "." + name + "['x']['y']");
  return std::move(all).take();
}

std::vector<attack> expressions_at_the_limits(std::uint64_t) {
  attacks all;
  for (const auto& b : brackets)
    if (std::string_view(b.name) == "groups" || std::string_view(b.name) == "arrays")
      all.add_good(b.name + std::string(" 199"), deep(b, 199));
  all.add_good("8 KiB", "1" + std::string(8 * 1024 - 1, ' '));
  all.add_good("8 KiB of text", "'" + std::string(8 * 1024 - 2, 'x') + "'");
  all.add_good("2,000 nodes", "1" + repeat("+1", 999));
  all.add_good("a long path", "a" + repeat(".a", 1'998));
  all.add_good("1 MiB of text", "(mega + '').length");
  all.add_good("all of a list", "l[.x >= 0]");
  all.add_good("nearly all steps", "l[.x + 1 + 1 < 0]");
  all.add_good("deep text", "deep + ''");
  all.add_good("much of memory", "[t+t+t+t, t+t][0] == 1");
  all.add_good("output", "[t, t, t, t, t]");
  all.add_good("a big integer passed on", "[big]");
  all.add_good("one key again and again", "{" + repeat("a:1,", 600) + "a:2}");
  all.add_good("found at the end", "30000 in many");
  all.add_good("wide", "wide.member19999 + wide['member' + 0]");
  return std::move(all).take();
}

} // namespace pawl::hostile
