// Reads JSON where it lies, in locked memory. A recursive descent of bounded depth. Texts become shorter by unescaping,
// so that each fits where it was.
#include "nodes/secrets/json_in_place.hpp"

#include "runtime/expression/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace pawl::nodes {
namespace {

/// One bit for each wanted path that the names up to here begin.
using path_set = std::uint32_t;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint32_t> digit_of_hex(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

bool are_different(std::vector<std::string_view>& names) {
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

class json_reader {
public:
  json_reader(char* text, std::size_t size, std::vector<json_wanted>& wanted)
      : text_(text), size_(size), wanted_(wanted) {}

  result<void> read() {
    const path_set all = (path_set{1} << wanted_.size()) - 1;
    if (value(0, all) && blanks() == size_) return {};
    if (is_too_deep_) return error{errc::limit, fmt::format("JSON deeper than {}", json_in_place_depth_max), ""};
    return error{errc::bad_json, "no good JSON", fmt::format("byte {}", at_)};
  }

private:
  // Behind the blanks.
  std::size_t blanks() {
    while (at_ < size_ && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
    return at_;
  }

  bool take(char c) {
    if (blanks() == size_ || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (std::string_view(text_ + at_, size_ - at_).substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool value(std::size_t depth, path_set here) {
    if (blanks() == size_) return false;
    switch (text_[at_]) {
      case '{': return found(json_kind::object, "", depth, here) && object(depth, here);
      case '[': return found(json_kind::array, "", depth, here) && array(depth);
      case 'n': return found(json_kind::null, "", depth, here) && take_word("null");
      case 't': return found(json_kind::boolean, "", depth, here) && take_word("true");
      case 'f': return found(json_kind::boolean, "", depth, here) && take_word("false");
      case '"': {
        const auto read = string();
        return read && found(json_kind::string, *read, depth, here);
      }
      default: {
        const std::size_t start = at_;
        return number() && found(json_kind::number, {text_ + start, at_ - start}, depth, here);
      }
    }
  }

  bool found(json_kind kind, std::string_view text, std::size_t depth, path_set here) {
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if ((here >> i & 1) != 0 && wanted_[i].path.size() == depth) {
        wanted_[i].kind = kind;
        wanted_[i].text = text;
      }
    return true;
  }

  path_set narrowed(path_set here, std::size_t depth, std::string_view name) const {
    path_set inner = 0;
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if ((here >> i & 1) != 0 && wanted_[i].path.size() > depth && wanted_[i].path[depth] == name)
        inner |= path_set{1} << i;
    return inner;
  }

  bool enter(std::size_t depth) {
    is_too_deep_ = depth >= json_in_place_depth_max;
    ++at_;
    return !is_too_deep_;
  }

  bool object(std::size_t depth, path_set here) {
    if (!enter(depth)) return false;
    if (take('}')) return true;
    std::vector<std::string_view> names; // where they are, not what they say
    do {
      if (blanks() == size_ || text_[at_] != '"') return false;
      const auto name = string();
      if (!name || !take(':') || !value(depth + 1, narrowed(here, depth, *name))) return false;
      names.push_back(*name);
    } while (take(','));
    return take('}') && are_different(names);
  }

  bool array(std::size_t depth) {
    if (!enter(depth)) return false;
    if (take(']')) return true;
    do
      if (!value(depth + 1, 0)) return false;
    while (take(','));
    return take(']');
  }

  bool digits() {
    const std::size_t start = at_;
    while (at_ < size_ && is_digit(text_[at_]))
      ++at_;
    return at_ > start;
  }

  bool next_is(char a, char b) const { return at_ < size_ && (text_[at_] == a || text_[at_] == b); }

  bool number() {
    if (next_is('-', '-')) ++at_;
    if (next_is('0', '0'))
      ++at_;
    else if (!digits())
      return false;
    if (next_is('.', '.')) {
      ++at_;
      if (!digits()) return false;
    }
    if (!next_is('e', 'E')) return true;
    ++at_;
    if (next_is('+', '-')) ++at_;
    return digits();
  }

  std::optional<std::string_view> string() {
    const std::size_t start = ++at_;
    std::size_t end = start; // of what is unescaped
    while (at_ < size_ && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return std::nullopt;
      if (text_[at_] != '\\')
        text_[end++] = text_[at_++];
      else if (!unescape(end))
        return std::nullopt;
    }
    if (at_ == size_) return std::nullopt;
    ++at_;
    return std::string_view(text_ + start, end - start);
  }

  bool unescape(std::size_t& end) {
    static constexpr std::string_view letters = "\"\\/bfnrtu";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (++at_ == size_) return false;
    const std::size_t which = letters.find(text_[at_++]);
    if (which == std::string_view::npos) return false;
    if (which < meanings.size()) {
      text_[end++] = meanings[which];
      return true;
    }
    const auto character = code_point();
    if (character) put(*character, end);
    return character.has_value();
  }

  // Behind \u; a surrogate with its other half.
  std::optional<std::uint32_t> code_point() {
    const auto first = hex();
    if (!first || *first < 0xD800 || *first > 0xDFFF) return first;
    if (*first > 0xDBFF || !take_word("\\u")) return std::nullopt;
    const auto second = hex();
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return std::nullopt;
    return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
  }

  std::optional<std::uint32_t> hex() {
    std::uint32_t read = 0;
    for (int i = 0; i < 4; ++i) {
      const auto digit = at_ < size_ ? digit_of_hex(text_[at_]) : std::nullopt;
      if (!digit) return std::nullopt;
      read = read << 4 | *digit;
      ++at_;
    }
    return read;
  }

  void put(std::uint32_t c, std::size_t& end) {
    const auto byte = [&](std::uint32_t b) { text_[end++] = static_cast<char>(b); };
    const auto rest = [&](unsigned shift) { byte(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) {
      byte(0xC0 | c >> 6);
    } else if (c < 0x10000) {
      byte(0xE0 | c >> 12);
      rest(6);
    } else {
      byte(0xF0 | c >> 18);
      rest(12);
      rest(6);
    }
    rest(0);
  }

  char* text_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::vector<json_wanted>& wanted_;
  bool is_too_deep_ = false;
};

} // namespace

result<void> read_json_in_place(secret_bytes& document, std::vector<json_wanted>& wanted) {
  if (wanted.size() > json_wanted_max)
    return error{errc::internal, fmt::format("more than {} values are looked for", json_wanted_max), ""};
  if (const auto fault = expression::find_invalid_utf8(document.view()))
    return error{errc::bad_json, "no good UTF-8", fmt::format("byte {}", *fault)};
  return json_reader(document.data(), document.size(), wanted).read();
}

} // namespace pawl::nodes
