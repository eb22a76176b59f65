// Cuts the source of an expression into tokens. Knows nothing of grammar, except that a dot may start a number when
// the parser says so. Never reads beyond the source, never allocates.
#pragma once

#include "runtime/expression/extensions.hpp"

#include <cstdint>
#include <string_view>

namespace pawl::expression {

enum class token_kind : std::uint8_t {
  end,
  bad_character,
  unclosed_string,
  number,
  text,
  name,
  true_word,
  false_word,
  in_word,
  dot,
  comma,
  colon,
  question,
  pipe,
  bang,
  open_round,
  close_round,
  open_square,
  close_square,
  open_curly,
  close_curly,
  plus,
  minus,
  star,
  slash,
  double_slash,
  percent,
  caret,
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  double_and,
  double_or
};

struct token {
  token_kind kind = token_kind::end;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  bool has_escape = false;  ///< of a text
  extension_set extensions; ///< what only this token's form needs
};

class lexer {
public:
  explicit lexer(std::string_view source, std::uint32_t from = 0) noexcept : source_(source), at_(from) {}

  token next() noexcept;
  /// Reads `dot` again as the start of a number such as .5; gives the dot back where no digit follows it.
  token number_from(token dot) noexcept;
  std::string_view text_of(const token& t) const noexcept { return source_.substr(t.start, t.end - t.start); }

private:
  void skip_space() noexcept;
  char peek(std::uint32_t ahead = 0) const noexcept {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  token finish(token t, token_kind kind, std::uint32_t bytes) noexcept;
  token read_number(token t) noexcept;
  void read_exponent(token& t) noexcept;
  token read_text(token t) noexcept;
  token read_name(token t) noexcept;
  token read_sign(token t) noexcept;

  std::string_view source_;
  std::uint32_t at_;
};

} // namespace pawl::expression
