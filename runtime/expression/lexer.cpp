// The tokens of Jexl with its accidents of regular expressions ruled out, plus Pawl's forms of numbers and names.
#include "runtime/expression/lexer.hpp"

#include "runtime/expression/ascii.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <array>

namespace pawl::expression {

namespace {

using ascii::is_digit;

constexpr std::array<bool, 256> make_name_parts() noexcept {
  std::array<bool, 256> parts{};
  for (unsigned c = 'a'; c <= 'z'; ++c)
    parts[c] = parts[c - 'a' + 'A'] = true;
  for (unsigned c = '0'; c <= '9'; ++c)
    parts[c] = true;
  parts['_'] = parts['$'] = true;
  return parts;
}

constexpr auto ascii_name_parts = make_name_parts();

bool is_ascii_name_part(char c) noexcept { return ascii_name_parts[static_cast<unsigned char>(c)]; }

/// Members of Object.prototype, which Jexl's lexer mistakes for grammar.
bool is_reserved(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 12> members = {
      "constructor",      "hasOwnProperty",   "isPrototypeOf",    "propertyIsEnumerable",
      "toLocaleString",   "toString",         "valueOf",          "__proto__",
      "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"};
  return name.size() >= 7 && std::find(members.begin(), members.end(), name) != members.end();
}

token_kind word_kind(std::string_view name) noexcept {
  if (name == "in") return token_kind::in_word;
  if (name == "true") return token_kind::true_word;
  return name == "false" ? token_kind::false_word : token_kind::name;
}

} // namespace

token lexer::finish(token t, token_kind kind, std::uint32_t bytes) noexcept {
  at_ += bytes;
  t.kind = kind;
  t.end = at_;
  return t;
}

void lexer::skip_space() noexcept {
  while (at_ < source_.size()) {
    const auto lead = static_cast<unsigned char>(source_[at_]);
    if (lead < 0x80) {
      if (lead != ' ' && (lead < '\t' || lead > '\r')) return;
      ++at_;
      continue;
    }
    const auto c = decode(source_, at_);
    if (c.bytes == 0 || !is_space(c.value)) return;
    at_ += c.bytes;
  }
}

token lexer::next() noexcept {
  skip_space();
  token t;
  t.start = at_;
  if (at_ >= source_.size()) return finish(t, token_kind::end, 0);
  const char c = source_[at_];
  if (is_digit(c)) return read_number(t);
  if (is_ascii_name_part(c) || static_cast<unsigned char>(c) >= 0x80) return read_name(t);
  if (c == '\'' || c == '"') return read_text(t);
  return read_sign(t);
}

token lexer::number_from(token dot) noexcept {
  const auto resume = at_;
  at_ = dot.end;
  if (!is_digit(peek())) {
    at_ = resume;
    return dot;
  }
  while (is_digit(peek()))
    ++at_;
  dot.extensions.add(extension::number_forms);
  read_exponent(dot);
  return finish(dot, token_kind::number, 0);
}

void lexer::read_exponent(token& t) noexcept {
  if ((peek() | 0x20) != 'e') return;
  const std::uint32_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if (!is_digit(peek(1 + sign))) return;
  at_ += 1 + sign;
  while (is_digit(peek()))
    ++at_;
  t.extensions.add(extension::number_forms);
}

token lexer::read_number(token t) noexcept {
  while (is_digit(peek()))
    ++at_;
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    while (is_digit(peek()))
      ++at_;
  }
  read_exponent(t);
  return finish(t, token_kind::number, 0);
}

token lexer::read_text(token t) noexcept {
  const char quote = source_[at_++];
  while (at_ < source_.size() && source_[at_] != quote) {
    if (source_[at_] == '\\') {
      t.has_escape = true;
      ++at_;
      if (at_ == source_.size()) break;
    }
    ++at_;
  }
  if (at_ >= source_.size()) return finish(t, token_kind::unclosed_string, 0);
  return finish(t, token_kind::text, 1);
}

token lexer::read_name(token t) noexcept {
  while (at_ < source_.size()) {
    if (is_ascii_name_part(source_[at_])) {
      ++at_;
      continue;
    }
    const auto c = decode(source_, at_);
    if (c.value < 0x80) break;
    if (!is_jexl_letter(c.value)) {
      const bool fits = at_ == t.start ? is_unicode_letter(c.value) : is_unicode_name_part(c.value);
      if (!fits) break;
      t.extensions.add(extension::unicode_names);
    }
    at_ += c.bytes;
  }
  if (at_ == t.start) return finish(t, token_kind::bad_character, std::max(decode(source_, at_).bytes, 1U));
  const auto name = source_.substr(t.start, at_ - t.start);
  if (is_reserved(name)) t.extensions.add(extension::reserved_names);
  return finish(t, word_kind(name), 0);
}

token lexer::read_sign(token t) noexcept {
  const char follower = peek(1);
  const auto either = [&](char second, token_kind pair, token_kind single) {
    return follower == second ? finish(t, pair, 2) : finish(t, single, 1);
  };
  switch (source_[at_]) {
    case '.': return finish(t, token_kind::dot, 1);
    case ',': return finish(t, token_kind::comma, 1);
    case ':': return finish(t, token_kind::colon, 1);
    case '?': return finish(t, token_kind::question, 1);
    case '(': return finish(t, token_kind::open_round, 1);
    case ')': return finish(t, token_kind::close_round, 1);
    case '[': return finish(t, token_kind::open_square, 1);
    case ']': return finish(t, token_kind::close_square, 1);
    case '{': return finish(t, token_kind::open_curly, 1);
    case '}': return finish(t, token_kind::close_curly, 1);
    case '+': return finish(t, token_kind::plus, 1);
    case '-': return finish(t, token_kind::minus, 1);
    case '*': return finish(t, token_kind::star, 1);
    case '%': return finish(t, token_kind::percent, 1);
    case '^': return finish(t, token_kind::caret, 1);
    case '/': return either('/', token_kind::double_slash, token_kind::slash);
    case '|': return either('|', token_kind::double_or, token_kind::pipe);
    case '!': return either('=', token_kind::not_equal, token_kind::bang);
    case '<': return either('=', token_kind::less_or_equal, token_kind::less);
    case '>': return either('=', token_kind::greater_or_equal, token_kind::greater);
    case '=': return either('=', token_kind::equal, token_kind::bad_character);
    case '&': return either('&', token_kind::double_and, token_kind::bad_character);
    default: return finish(t, token_kind::bad_character, 1);
  }
}

} // namespace pawl::expression
