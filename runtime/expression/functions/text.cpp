// Functions on texts. Lengths and positions count UTF-16 units, as `.length` and JavaScript do; a position in the
// middle of a surrogate pair leaves the whole character out, because half of one is no text.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/letters.hpp"
#include "runtime/expression/functions/slices.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/expression/operators.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pawl::expression {

namespace {

/// Most letters are plain ones, and a text may have a million.
template <class Plain, class Change> bool change_letters(call& c, Plain change_plain, Change change) {
  std::string_view text;
  if (!c.text(0, text) || !c.cost().build_text(text.size())) return false;
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out += change_plain(text[at++]);
      continue;
    }
    const auto letter = decode(text, at);
    change(out, letter.value);
    at += std::max<std::size_t>(letter.bytes, 1);
  }
  return c.give(std::move(out));
}

bool upper(call& c) {
  return change_letters(
      c, [](char l) { return l >= 'a' && l <= 'z' ? static_cast<char>(l - 'a' + 'A') : l; },
      [](std::string& out, char32_t letter) {
        letter == 0xDF ? void(out += "SS") : append_utf8(out, upper_letter(letter));
      });
}

bool lower(call& c) {
  return change_letters(
      c, [](char l) { return l >= 'A' && l <= 'Z' ? static_cast<char>(l - 'A' + 'a') : l; },
      [](std::string& out, char32_t letter) { append_utf8(out, lower_letter(letter)); });
}

bool trim(call& c) {
  std::string_view text;
  value out;
  return c.text(0, text) && c.make_text(out, trim_space(text)) && c.give(std::move(out));
}

/// The bytes up to the next separator, or one character where the separator is empty.
std::size_t piece_length(std::string_view rest, std::string_view separator) noexcept {
  if (separator.empty()) return std::max<std::size_t>(decode(rest, 0).bytes, 1);
  return std::min(find_text(rest, separator), rest.size());
}

bool split(call& c) {
  std::string_view text;
  std::string_view separator;
  std::int64_t pieces_max = std::numeric_limits<std::uint32_t>::max();
  if (!c.text(0, text) || !c.text(1, separator)) return false;
  if (!c.lacks(2) && !c.whole(2, 0, pieces_max, pieces_max)) return false;
  std::vector<value> pieces;
  bool is_done = text.empty() && separator.empty();
  while (!is_done && static_cast<std::int64_t>(pieces.size()) < pieces_max) {
    const auto length = piece_length(text, separator);
    value piece;
    if (!c.make_text(piece, text.substr(0, length)) || !c.add_item(pieces, std::move(piece))) return false;
    is_done = length + separator.size() > text.size() || (separator.empty() && length == text.size());
    if (!is_done) text.remove_prefix(length + separator.size());
  }
  return c.give(std::move(pieces));
}

bool join(call& c) {
  std::string_view separator = ",";
  if (!c.array(0) || (!c.lacks(1) && !c.text(1, separator))) return false;
  std::string out;
  bool is_first = true;
  const bool ok = c.at(0).each_item([&](const value& item) {
    if (!is_first && !c.append(out, separator)) return false;
    is_first = false;
    return c.cost().step() && append_template_text(out, item, c.cost());
  });
  return ok && c.give(std::move(out));
}

bool replace(call& c) {
  std::string_view text;
  std::string_view wanted;
  std::string_view replacement;
  if (!c.text(0, text) || !c.text(1, wanted) || !c.text(2, replacement)) return false;
  const auto found = find_text(text, wanted);
  if (found == text.npos) return c.give(c.at(0));
  std::string out;
  return c.append(out, text.substr(0, found)) && c.append(out, replacement) &&
         c.append(out, text.substr(found + wanted.size())) && c.give(std::move(out));
}

bool contains_item(call& c) {
  if (c.at(0).is(kind::array)) {
    bool found = false;
    return contains(found, c.at(1), c.at(0), c.cost()) && c.give(found);
  }
  std::string_view text;
  std::string_view wanted;
  if (!c.at(0).is(kind::text)) return c.wrong_kind(0, "a text or an array");
  return c.text(0, text) && c.text(1, wanted) && c.give(find_text(text, wanted) != text.npos);
}

bool starts_with(call& c) {
  std::string_view text;
  std::string_view start;
  return c.text(0, text) && c.text(1, start) && c.give(text.substr(0, start.size()) == start);
}

bool ends_with(call& c) {
  std::string_view text;
  std::string_view end;
  return c.text(0, text) && c.text(1, end) &&
         c.give(text.size() >= end.size() && text.substr(text.size() - end.size()) == end);
}

/// `fill` again and again, as much as fits into `units`.
bool append_fill(call& c, std::string& out, std::string_view fill, double units) {
  const auto each = static_cast<double>(utf16_length(fill));
  if (units / each * static_cast<double>(fill.size()) > static_cast<double>(c.cost().allowed().string_bytes_max))
    return c.cost().build_text(std::numeric_limits<std::size_t>::max() / 2);
  for (; units >= each; units -= each)
    if (!c.cost().step() || !c.append(out, fill)) return false;
  return c.append(out, utf16_slice(fill, {0, static_cast<std::size_t>(units)}));
}

bool pad(call& c, bool in_front) {
  std::string_view text;
  double length = 0;
  std::string_view fill = " ";
  if (!c.text(0, text) || !c.number(1, length) || (!c.lacks(2) && !c.text(2, fill))) return false;
  const double missing = std::trunc(length) - static_cast<double>(utf16_length(text));
  if (!(missing > 0) || fill.empty()) return c.give(c.at(0));
  std::string out;
  if (!in_front && !c.append(out, text)) return false;
  if (!append_fill(c, out, fill, missing)) return false;
  return (!in_front || c.append(out, text)) && c.give(std::move(out));
}

bool pad_start(call& c) { return pad(c, true); }
bool pad_end(call& c) { return pad(c, false); }

struct placeholder {
  std::size_t length = 0; ///< 0: a brace that is only a brace
  std::size_t argument = 0;
};

/// `{}` is the next argument, `{2}` the one of that number.
placeholder read_placeholder(std::string_view text, std::size_t next) noexcept {
  std::size_t end = 1;
  std::size_t number = 0;
  for (; end < text.size() && end < 6 && text[end] >= '0' && text[end] <= '9'; ++end)
    number = number * 10 + static_cast<std::size_t>(text[end] - '0');
  if (end >= text.size() || text[end] != '}') return {};
  return {end + 1, end == 1 ? next : number};
}

bool format(call& c) {
  std::string_view text;
  if (!c.text(0, text)) return false;
  std::string out;
  std::size_t next = 0;
  while (!text.empty()) {
    const auto brace = std::min(text.find('{'), text.size());
    if (!c.cost().step() || !c.append(out, text.substr(0, brace))) return false;
    text.remove_prefix(brace);
    if (text.empty()) break;
    const auto found = read_placeholder(text, next);
    if (found.length == 0) {
      if (!c.append(out, "{")) return false;
      text.remove_prefix(1);
      continue;
    }
    if (found.argument + 1 >= c.count())
      return c.fail("the text asks for value " + std::to_string(found.argument) + " and only " +
                    std::to_string(c.count() - 1) + " were given (they count from 0)");
    if (!append_template_text(out, c.at(found.argument + 1), c.cost())) return false;
    next = found.argument + 1;
    text.remove_prefix(found.length);
  }
  return c.give(std::move(out));
}

} // namespace

chapter text_chapter() {
  return {"Texts",
          {
              {"upper(text)",
               "The text in capitals.",
               "Latin, Greek, Cyrillic and Armenian letters; others stay. No language has rules of its own. Unlike "
               "JavaScript: İ stays, every Σ becomes σ, and of the letters whose capitals are several only ß changes, "
               "to SS.",
               {{"'Grüße'|upper", "\"GRÜSSE\""}, {"upper(name)", "\"АННА\"", R"({"name": "Анна"})"}},
               upper},
              {"lower(text)",
               "The text in small letters.",
               "The same letters as upper.",
               {{"'ÉCOLE 12'|lower", "\"école 12\""}},
               lower},
              {"trim(text)",
               "The text without white space at both ends.",
               "What JavaScript counts as white space.",
               {{"'  a b\t'|trim", "\"a b\""}},
               trim},
              {"split(text, separator, limit?)",
               "The pieces between the separators, at most `limit` of them.",
               "An empty separator splits into characters. The rest after the last piece is dropped, as in JavaScript.",
               {{"'a,b,,c'|split(',')", R"(["a","b","","c"])"},
                {"'a,b,c'|split(',', 2)", R"(["a","b"])"},
                {"'né😀'|split('')", R"(["n","é","😀"])"}},
               split},
              {"join(array, separator?)",
               "All items as one text, `,` between them unless said otherwise.",
               "Items become text as by toText: null and undefined are empty.",
               {{"['a', 1, missing, true]|join('-')", "\"a-1--true\""}, {"[1, 2]|join", "\"1,2\""}},
               join},
              {"replace(text, wanted, replacement)",
               "The text with the first `wanted` replaced.",
               "Both are plain texts. For every occurrence: replaceAll, or `split(wanted)|join(replacement)`.",
               {{"'a.b.c'|replace('.', '$&')", "\"a$&b.c\""}},
               replace},
              {"contains(x, wanted)",
               "Whether a text holds another, or an array an item.",
               "Items are compared as by ===: 1 is not '1', an array or object is only itself.",
               {{"'workflow'|contains('flow')", "true"}, {"['1', 2]|contains(1)", "false"}},
               contains_item},
              {"startsWith(text, start)",
               "Whether the text starts so.",
               "",
               {{"'order-7'|startsWith('order-')", "true"}},
               starts_with},
              {"endsWith(text, end)",
               "Whether the text ends so.",
               "",
               {{"endsWith('a.json', '.json')", "true"}},
               ends_with},
              {"padStart(text, length, fill?)",
               "The text with `fill` (a space) in front, until it has the length.",
               "A length that is too small, negative or NaN leaves the text alone. For numbers: `7|toText|padStart(3, "
               "'0')`.",
               {{"'7'|padStart(3, '0')", "\"007\""}, {"'abc'|padStart(-1)", "\"abc\""}},
               pad_start},
              {"padEnd(text, length, fill?)",
               "The text with `fill` (a space) behind it, until it has the length.",
               "",
               {{"'ab'|padEnd(7, '123')", "\"ab12312\""}},
               pad_end},
              {"format(text, values...)",
               "The text with `{}` replaced by the next value, `{0}` by the first, `{1}` by the second, and so on.",
               "Values become text as by toText. A brace that is no placeholder stays.",
               {{"'{} of {}: {0}'|format(3, 'ten')", "\"3 of ten: 3\""}, {"format('{a} {}', [1, 2])", "\"{a} 1,2\""}},
               format},
          }};
}

} // namespace pawl::expression
