// Every standard function with arguments of wrong kinds, far too large or too deep, and calls that grow in calls. What
// must fail stands before an unknown function where a generous answer would do as well: that name ends every case.
#include "tests/hostile/attack.hpp"

#include <pawl/functions.hpp>

#include <algorithm>

namespace pawl::hostile {
namespace {

// Numbers, texts, arrays and objects of the context and literals that no function is made for.
const char* const arguments[] = {"mega",
                                 "t",
                                 "umlauts",
                                 "controls",
                                 "digits",
                                 "l",
                                 "many",
                                 "decimals",
                                 "objects",
                                 "wide",
                                 "keys",
                                 "deep",
                                 "equals",
                                 "tiny",
                                 "huge",
                                 "big",
                                 "(0/0)",
                                 "(1/0)",
                                 "(-1/0)",
                                 "-1",
                                 "1e308",
                                 "9007199254740993",
                                 "0.5",
                                 "''",
                                 "[]",
                                 "{}",
                                 "nothing",
                                 "absent",
                                 "true",
                                 "[[[[]]]]",
                                 "[nothing,absent,[]]",
                                 "'\\u0000'",
                                 "twin",
                                 "json",
                                 "braces",
                                 "percents"};

std::string call(const std::string& name, const std::string& list) { return name + "(" + list + ")"; }

/// Ends in an error whatever comes before: the functions have to give way, not to hold out.
std::string then_fails(const std::string& expression) { return "[" + expression + ",1/0]"; }

struct growth {
  const char* name;
  const char* expression;
};

// Each has to go over a limit by itself.
const growth over_a_limit[] = {
    {"padStart", "padStart('', 1e308)"},
    {"padStart of one more", "padStart('', 1048577)"},
    {"padEnd", "padEnd('', 1/0)"},
    {"padStart of a long fill", "padStart('x', 2e6, mega)"},
    {"padEnd of wide characters", "padEnd('', 600000, 'ä')"},
    {"padEnd upon padEnd", "padEnd(padEnd('', 1048576), 1048577, 'xy')"},
    {"join of pads", "join(map(l, 'x'), padStart('', 1000000))"},
    {"join", "join(many, t)"},
    {"join of joins", "join([join(l, t), join(l, t)], t)"},
    {"join of nothing", "join(range(10000), padEnd('', 200))"},
    {"split into characters", "split(mega, '')"},
    {"split", "split(mega, 'm')"},
    {"split of many", "split(join(many, ','), ',')"},
    {"replaceAll by much", "replaceAll(mega, 'm', 'mm')"},
    {"replaceAll of nothing", "replaceAll(mega, '', 'x')"},
    {"replaceAll by itself", "replaceAll(t, 'a+', '$&$&$&$&$&$&')"},
    {"replaceAll twice", "replaceAll(replaceAll(t, 'a', 'aaaa'), 'a', 'aaaa')"},
    {"replaceAll of groups", "replaceAll(mega, '(m)(m)(m)', '$1$2$3$3')"},
    {"replaceAll by much text", "replaceAll(t, 'a', t)"},
    {"replace", "replace(mega, 'm', t)"},
    {"format", "format('{0}{0}{0}{0}{0}{0}', t)"},
    {"format of formats", "format('{}{0}', format('{}{0}', format('{}{0}', t)))"},
    {"format of objects", "format('{0}{1}{2}{0}{1}{2}{0}{0}', objects, wide, wide)"},
    {"format of braces", "format(braces, t)"},
    {"toText", "toText([objects, objects, wide, wide, objects, objects, t, t])"},
    {"toJson", "toJson([mega])"},
    {"toJson of escapes", "toJson(controls)"},
    {"toJson of toJson", "toJson(toJson(toJson(toJson(toJson([controls])))))"},
    {"toJson of wide values", "toJson([wide, wide, wide, wide, objects, objects])"},
    {"fromJson of arrays", "fromJson(brackets)"},
    {"fromJson of much", "fromJson(join(['[1', padEnd('', 1000000, ',1'), ']'], ''))"},
    {"fromJson of depth", "fromJson(padEnd('', 1000, '[') + padEnd('', 1000, ']'))"},
    {"fromJson of members", "fromJson(toJson(merge(wide, wide, wide)))"},
    {"range", "range(1e9)"},
    {"range of infinity", "range(0, 1/0)"},
    {"range of little steps", "range(0, 1, 5e-324)"},
    {"range of one more", "range(10001)"},
    {"range of minus", "range(0, -1e308, -1)"},
    {"range of pits", "range(9007199254740992, 9007199254760000)"},
    {"slice", "slice(many)"},
    {"reverse", "reverse(many)"},
    {"sort", "sort(many)"},
    {"sort of equal prefixes", "sort(equals)"},
    {"sort of long texts", "sort(twins)"},
    {"unique of long texts", "unique(twins)"},
    {"unique of equal prefixes", "unique(equals)"},
    {"unique of objects", "unique([keys, keys, keys, keys, keys, keys])"},
    {"groupBy of much", "groupBy(many, 'x')"},
    {"groupBy of long names", "groupBy(named, 'n')"},
    {"flatten", "flatten([l, l])"},
    {"flatten of many", "flatten([many, [many]], 1e308)"},
    {"flatten of flattened", "flatten([[l, l], [l, l]], 1/0)"},
    {"map", "map(many, 'x')"},
    {"keys of wide", "keys(wide)"},
    {"values of wide", "values(wide)"},
    {"entries of wide", "entries(wide)"},
    {"keys of long names",
     "[keys(keys), keys(keys), keys(keys), keys(keys), keys(keys), keys(keys), keys(keys), keys(keys), "
     "keys(keys), keys(keys), keys(keys), keys(keys)]"},
    {"merge", "merge(wide, wide, wide, wide, wide, wide)"},
    {"merge of merges",
     "merge(merge(merge(wide, wide), merge(wide, wide)), merge(merge(wide, wide), merge(wide, wide)))"},
    {"omit nothing", "[omit(wide, 'x'), omit(wide, 'x'), omit(wide, 'x')]"},
    {"omit many", "omit(wide, equals, equals, many)"},
    {"base64", "base64(mega)"},
    {"base64 of base64", "base64(base64(base64(base64(base64(base64(t))))))"},
    {"hex", "hex(mega)"},
    {"hex of hex", "hex(hex(hex(t)))"},
    {"urlEncode", "urlEncode(padEnd('', 500000, 'ä'))"},
    {"urlEncode of urlEncode",
     "urlEncode(urlEncode(urlEncode(umlauts))) + urlEncode(urlEncode(umlauts)) + urlEncode(controls)"},
    {"upper into more", "upper(padEnd('', 524288, 'ß')) + 'x'"},
    {"upper again and again",
     "[upper(mega), upper(mega), upper(mega), upper(mega), upper(mega), upper(mega), upper(mega), upper(mega)]"},
    {"sha256 again and again", "many[sha256(mega) == .x]"},
    {"hmacSha256 again and again", "l[hmacSha256(t, t) == .x]"},
    {"matches", "matches(mega, '^(a|m)*$|(m+)+$|(mm|m)*x')"},
    {"matches again and again", "l[.x != matches(t, '(a+)+$')]"},
    {"backtracking", "matches(mega, '(m+)+(m+)+(m+)+(m+)+(m+)+(m+)+x')"},
    {"extract", "extract(mega, '(m?){300}m{300}')"},
    {"patterns of patterns", "l[.x != matches('x', '^' + .y + '(a{9}){9}')]"},
    {"too large a pattern", "matches('x', '((a{100}){100}){100}')"},
    {"too long a pattern", "matches('x', t)"},
    {"contains again and again", "l[.x != contains(mega, 'mmmmmmx')]"},
    {"contains in arrays", "many[.x != contains(many, 'x')]"},
    {"startsWith", "l[.x != startsWith(mega, mega)]"},
    {"lengths", "many[length(mega) == .x]"},
    {"sums", "many[sum(many) == .x]"},
    {"toNumber", "many[.x != toNumber(digits)]"},
    {"times", "many[formatTime(0, padEnd('', 1000, 'yyyy')) == .x]"},
    {"a long pattern of times",
     "[formatTime(0, padEnd('', 1000000, 'yyyy MM ')), formatTime(0, padEnd('', 1000000, 'EEEE MMMM '))]"},
};

const growth refused[] = {
    {"no digits", "round(1, 1e308)"},
    {"digits of NaN", "round(1, 0/0)"},
    {"a fraction of digits", "round(1, 0.5)"},
    {"step 0", "range(0, 1, 0)"},
    {"step NaN", "range(0, 1, 0/0)"},
    {"limit of minus", "split('a', ',', -1)"},
    {"limit of a fraction", "split('a', ',', 0.5)"},
    {"group 10", "extract('a', '(a)', 10)"},
    {"group of minus", "extract('a', '(a)', -1)"},
    {"value 99999", "format('{99999}', 1)"},
    {"look-ahead", "matches('a', '(?=a)')"},
    {"reference back", "matches('aa', '(a)\\\\1')"},
    {"half a character", "matches('ä', '\\\\C')"},
    {"an open group", "replaceAll('a', '(', 'x')"},
    {"no base64", "fromBase64('!')"},
    {"no UTF-8 in base64", "fromBase64('/w==')"},
    {"no UTF-8 in a URL", "urlDecode('%ff')"},
    {"a cut escape", "urlDecode('%')"},
    {"many percents", "urlDecode(percents)"},
    {"no JSON", "fromJson('{')"},
    {"JSON cut", "fromJson(mega)"},
    {"a member twice", "fromJson('{\"a\":1,\"a\":2}')"},
    {"NaN as JSON", "toJson([0/0])"},
    {"year 10000", "formatTime(253402300800000)"},
    {"a time of infinity", "formatTime(1/0)"},
    {"a time of NaN", "formatTime(0/0)"},
    {"an offset of days", "formatTime(0, 'yyyy', 1e9)"},
    {"an offset of text", "formatTime(0, 'yyyy', mega)"},
    {"letters of nothing", "formatTime(0, mega)"},
    {"no time", "parseTime(mega)"},
    {"no time by pattern", "parseTime(mega, 'yyyy')"},
    {"a time of digits", "parseTime(padEnd('', 100000, '9'), padEnd('', 100000, 'y'))"},
    {"February 30", "parseTime('2025-02-30')"},
    {"no unit", "addTime(0, 1, mega)"},
    {"too much time", "addTime(0, 1e308, 'years')"},
    {"months of a fraction", "addTime(0, 0.5, 'months')"},
    {"months of NaN", "addTime(0, 0/0, 'months')"},
    {"milliseconds of infinity", "addTime(0, 1/0, 'ms')"},
    {"direction", "sort([1], nothing, 'up')"},
    {"an encoding", "sha256('a', mega)"},
    {"a key of numbers", "hmacSha256('a', 1)"},
};

} // namespace

std::vector<attack> function_arguments(std::uint64_t) {
  attacks all;
  for (const function_doc& about : standard_functions()) {
    const std::string& name = about.name;
    for (const char* a : arguments) {
      all.add(name + " of " + a, then_fails(call(name, a)));
      all.add(name + " after " + a, then_fails(std::string(a) + "|" + name + "('a','b')"));
      for (const char* more : {"mega", "-1", "1e308", "(0/0)", "many", "deep", "wide"})
        all.add(name + " of " + a + " and " + more, then_fails(call(name, std::string(a) + "," + more)));
      all.add(name + " of three with " + a, then_fails(call(name, "t," + std::string(a) + ",mega")));
      all.add(name + " of three, last " + a, then_fails(call(name, "'a','a'," + std::string(a))));
    }
    all.add(name + " of nothing but one too many",
            then_fails(call(name, join(300, ",", [](std::size_t) { return "wide"; }))));
    all.add(name + " of itself", then_fails(repeat(name + "(", 150) + "t" + std::string(150, ')')));
    all.add(name + " upon itself", then_fails("objects" + repeat("|" + name, 300)));
    all.add(name + " for each", then_fails("many[.x != " + call(name, "mega") + "]"));
    all.add(name + " of each", then_fails("many[(.x|" + name + "(mega, mega)) == 1]"));
  }
  return std::move(all).take();
}

std::vector<attack> function_growth(std::uint64_t) {
  attacks all;
  for (const auto& [name, expression] : over_a_limit) {
    all.add(name, std::string("[") + expression + "]");
    all.add(std::string("in a group: ") + name, "length([" + std::string(expression) + "]) + 'x'");
  }
  for (const auto& [name, expression] : refused)
    all.add(name, expression);
  for (const char* one : {"upper", "lower", "trim", "reverse", "toText", "slice", "urlEncode"})
    for (const std::size_t times : {9, 50, 250})
      all.add(std::string(one) + " again " + std::to_string(times), "mega" + repeat(std::string("|") + one, times));
  for (const std::size_t times : {5, 40, 200}) {
    const auto n = " " + std::to_string(times);
    all.add("replaceAll again" + n, "'aaaa'" + repeat("|replaceAll('a','aaaaaaaaaaaaaaaaaaaaaaaaa')", times));
    all.add("format again" + n,
            "'xxxxxxxxxxxxxxxxxxxx'" + repeat("|replace('x','{}{}{}{}{}{}{}{}x')|replaceAll('.','xxxxxxxxxx')", times));
    all.add("toJson again" + n, "(controls|slice(0,1000))" + repeat("|toJson", times) + repeat("|toJson", 20));
    all.add("hex again" + n, "'0123456789'" + repeat("|hex", times) + repeat("|hex", 20));
    all.add("merge again" + n, "wide" + repeat("|merge(wide)", times));
    all.add("sort again" + n, "l" + repeat("|sort|reverse", times));
    all.add("unique again" + n, "l" + repeat("|unique", times));
    all.add("flatten again" + n, "[l]" + repeat("|flatten", times) + "|map('x')|join(t)");
    all.add("default again" + n, "absent" + repeat("|default(absent)", times) + "|upper");
  }
  return std::move(all).take();
}

std::vector<attack> functions_at_the_limits(std::uint64_t) {
  attacks all;
  for (const char* one : {"length(padStart('', 90000))",
                          "length(padEnd('', 400000, 'ääääääääää'))",
                          "length(range(10000))",
                          "length(split(padEnd('', 9999, ','), ','))",
                          "length(unique(range(5000)))",
                          "length(sort(range(4000)))",
                          "length(replaceAll(slice(t, 0, 3000), 'a', '$&$&'))",
                          "fromJson(toJson(deep))",
                          "length(merge(wide))",
                          "length(keys(keys))",
                          "length(upper(mega))",
                          "length(base64(t))",
                          "length(hex(t))",
                          "sha256(mega)",
                          "hmacSha256(mega, t)",
                          "matches(slice(t, 0, 100000), '(a+)+$')",
                          "length(flatten([l, [1]]))",
                          "length(groupBy(objects, 'b'))",
                          "fromBase64(base64('ä'))",
                          "urlDecode(urlEncode('ä b'))",
                          "max(many) + sum(many)",
                          "length(format('{0}{0}{0}{0}{0}', t))",
                          "type(big)",
                          "contains(mega, 'x')",
                          "addTime(0, 9999, 'days')"})
    all.add_good(one, one);
  return std::move(all).take();
}

} // namespace pawl::hostile
