// ECMA 262 patterns in RE2's syntax. What RE2 would read as something else is rewritten or refused, never passed on.
#include "runtime/schema/ascii.hpp"
#include "runtime/schema/patterns.hpp"
#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace pawl::schema {
namespace {

// ECMA's WhiteSpace and LineTerminator, and all that is neither, as ranges of a class.
constexpr std::string_view spaces =
    R"(\t-\r\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view no_spaces =
    R"(\x00-\x08\x0e-\x1f\x21-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e})"
    R"(\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

constexpr std::array<std::pair<std::string_view, std::string_view>, 37> categories{{
    {"Letter", "L"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
}};

using ascii::is_digit, ascii::is_letter;

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

class translator {
public:
  translator(std::string_view source, std::string& fault) : source_(source), fault_(fault) {}

  std::string run() {
    while (fault_.empty() && at_ < source_.size()) {
      const char c = source_[at_++];
      switch (c) {
        case '\\': escape(false); break;
        case '[': open_class(); break;
        case '(': group(); break;
        case '.': out_ += R"([^\n\r\x{2028}\x{2029}])"; break;
        case '\0': refuse("it holds the character U+0000 itself; write \\x00"); break;
        default: out_ += c;
      }
    }
    return std::move(out_);
  }

private:
  void refuse(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
  }
  bool next_is(std::string_view text) const { return source_.substr(at_, text.size()) == text; }

  void group() {
    out_ += '(';
    if (!next_is("?")) return;
    if (next_is("?:")) return copy(2);
    if (next_is("?=") || next_is("?!")) return refuse("it looks ahead ('(?=' or '(?!'), which takes unbounded time");
    if (next_is("?<=") || next_is("?<!"))
      return refuse("it looks behind ('(?<=' or '(?<!'), which takes unbounded time");
    const std::size_t end = source_.find('>', at_);
    if (!next_is("?<") || end == std::string_view::npos) return refuse("ECMA 262 has no such group '(?'");
    out_ += "?:"; // a name: nobody asks for the group
    at_ = end + 1;
  }

  void copy(std::size_t count) {
    out_ += source_.substr(at_, count);
    at_ += count;
  }

  void open_class() {
    if (next_is("^]")) {
      at_ += 2;
      out_ += R"([\x00-\x{10ffff}])";
      return;
    }
    if (next_is("]")) {
      ++at_;
      out_ += R"([^\x00-\x{10ffff}])";
      return;
    }
    out_ += '[';
    if (next_is("^")) copy(1);
    while (fault_.empty() && at_ < source_.size()) {
      const char c = source_[at_++];
      if (c == ']') {
        out_ += ']';
        return;
      }
      if (c == '\\')
        class_escape();
      else if (c == '-' && is_set_escape(at_))
        out_ += "\\-";
      else if (c == '[')
        out_ += "\\["; // RE2 would read [[:alpha:]]
      else if (c == '\0')
        refuse("it holds the character U+0000 itself; write \\x00");
      else
        out_ += c;
    }
    refuse("a '[' is not closed");
  }

  bool is_set_escape(std::size_t at) const {
    constexpr std::string_view sets = "dDwWsSpP";
    return at + 1 < source_.size() && source_[at] == '\\' && sets.find(source_[at + 1]) != std::string_view::npos;
  }

  // Beside a set there is no range: ECMA 262 reads the '-' as itself (annex B), RE2 would refuse or misread it.
  void class_escape() {
    const bool is_set = is_set_escape(at_ - 1);
    escape(true);
    if (!is_set || !next_is("-")) return;
    ++at_;
    out_ += "\\-";
  }

  void escape(bool in_class) {
    if (at_ == source_.size()) return refuse("it ends in a single backslash");
    const char c = source_[at_++];
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 'f':
      case 'n':
      case 'r':
      case 't':
      case 'v': plain(c); return;
      case 's': ranges(spaces, in_class); return;
      case 'S': ranges(no_spaces, in_class); return;
      case 'b':
        if (in_class)
          point(8);
        else
          plain(c);
        return;
      case 'B': in_class ? refuse("\\B stands inside a class") : plain(c); return;
      case 'c': control(); return;
      case 'x': point_of_hex(2, "\\x"); return;
      case 'u': unicode(); return;
      case 'p':
      case 'P': property(c); return;
      case '0':
        if (at_ < source_.size() && is_digit(source_[at_])) return refuse("it holds an octal escape");
        point(0);
        return;
      case 'k': return refuse("it refers back to a group (\\k), which takes unbounded time");
      default: break;
    }
    if (is_digit(c)) return refuse("it refers back to a group (\\1 to \\9), which takes unbounded time");
    if (is_letter(c)) return refuse(fmt::format("ECMA 262 has no escape \\{}", c));
    if (c == '\0') return refuse("it holds the character U+0000 itself; write \\x00");
    if (static_cast<unsigned char>(c) < 0x80) out_ += '\\';
    out_ += c;
  }

  void plain(char c) {
    out_ += '\\';
    out_ += c;
  }

  void point(unsigned code) { out_ += fmt::format("\\x{{{:x}}}", code); }

  void ranges(std::string_view content, bool in_class) {
    if (!in_class) out_ += '[';
    out_ += content;
    if (!in_class) out_ += ']';
  }

  void control() {
    if (at_ == source_.size() || !is_letter(source_[at_])) return refuse("a letter must follow \\c");
    point(static_cast<unsigned>(source_[at_++]) % 32);
  }

  std::optional<unsigned> read_hex(std::size_t digits) {
    unsigned code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto digit = at_ + i < source_.size() ? hex_digit(source_[at_ + i]) : std::nullopt;
      if (!digit) return std::nullopt;
      code = code * 16 + *digit;
    }
    at_ += digits;
    return code;
  }

  void point_of_hex(std::size_t digits, const char* what) {
    const auto code = read_hex(digits);
    if (!code) return refuse(fmt::format("{} hexadecimal digits must follow {}", digits, what));
    point(*code);
  }

  void unicode() {
    if (next_is("{")) return unicode_in_braces();
    const auto first = read_hex(4);
    if (!first) return refuse("4 hexadecimal digits must follow \\u");
    if (*first < 0xD800 || *first > 0xDFFF) return point(*first);
    if (*first <= 0xDBFF && next_is("\\u")) {
      at_ += 2;
      const auto second = read_hex(4);
      if (second && *second >= 0xDC00 && *second <= 0xDFFF)
        return point(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
    }
    refuse("it holds half of a surrogate pair, which no text has");
  }

  void unicode_in_braces() {
    const std::size_t end = source_.find('}', at_);
    if (end == std::string_view::npos || end == at_ + 1 || end > at_ + 7)
      return refuse("\\u{ takes 1 to 6 digits and a }");
    const std::size_t digits = end - at_ - 1;
    ++at_;
    const auto code = read_hex(digits);
    if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) return refuse("\\u{ names no character");
    ++at_;
    point(*code);
  }

  void property(char letter) {
    const std::size_t end = source_.find('}', at_);
    if (!next_is("{") || end == std::string_view::npos)
      return refuse(fmt::format("a name in braces must follow \\{}", letter));
    std::string_view name = source_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    for (std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc="})
      if (name.substr(0, prefix.size()) == prefix) name.remove_prefix(prefix.size());
    for (const auto& [full, brief] : categories)
      if (name == full) name = brief;
    if (name.empty() || name[0] == '^') return refuse(fmt::format("\\{} names no property", letter));
    out_ += fmt::format("\\{}{{{}}}", letter, name);
  }

  std::string_view source_;
  std::string& fault_;
  std::size_t at_ = 0;
  std::string out_;
};

} // namespace

std::string to_re2(std::string_view ecma, std::string& fault) {
  std::string translated = translator(ecma, fault).run();
  return fault.empty() ? translated : std::string();
}

} // namespace pawl::schema
