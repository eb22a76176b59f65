// The cutting of texts. Linear but for a bounded number of look-aheads by tokens.
#include "runtime/expression/template_cut.hpp"

#include "runtime/expression/lexer.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>

namespace pawl::expression {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t failed_lookaheads_max = 16; // such a text is refused anyway
constexpr std::size_t lookahead_bytes_max = 64 * 1024;

std::size_t find_line_end(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = from; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\n' || byte == '\r') return at;
    if (byte == 0xE2 && is_line_terminator(decode(text, at).value)) return at;
  }
  return text.size();
}

/// Where the }} stands that ends the tokens at the start of `line`, or npos.
std::size_t end_by_tokens(std::string_view line) noexcept {
  lexer tokens(line.substr(0, lookahead_bytes_max));
  for (int depth = 0;;) {
    const token t = tokens.next();
    switch (t.kind) {
      case token_kind::end:
      case token_kind::bad_character:
      case token_kind::unclosed_string: return npos;
      case token_kind::open_curly: ++depth; break;
      case token_kind::close_curly:
        if (depth == 0) return line.substr(t.start, 2) == "}}" ? t.start : npos;
        --depth;
        break;
      default: break;
    }
  }
}

class cutter {
public:
  cutter(std::string_view text, std::size_t expressions_max) noexcept
      : text_(text), expressions_max_(expressions_max) {}

  template_cut run() {
    std::size_t open = text_.find("{{");
    while (open != npos && expressions_ <= expressions_max_)
      open = text_.find("{{", take(open));
    flush(text_.size());
    const auto& all = out_.pieces;
    out_.is_whole = all.size() == 1 && all[0].is_expression;
    return std::move(out_);
  }

private:
  /// Looks at the braces at `open`; answers where to look on.
  std::size_t take(std::size_t open) {
    if (open >= line_end_ || line_end_ == 0) line_end_ = find_line_end(text_, open);
    const auto inner = open + 2;
    const auto line = text_.substr(inner, line_end_ - inner);
    const auto shortest = line.find("}}", 1);
    if (line.substr(0, 2) == "}}") return leave_plain(inner + 2);
    if (shortest == npos) return leave_plain(line_end_);
    const auto by_tokens = failed_ < failed_lookaheads_max ? end_by_tokens(line) : npos;
    failed_ += by_tokens == npos;
    const auto length = by_tokens == npos ? shortest : by_tokens;
    flush(open);
    out_.pieces.push_back({true, line.substr(0, length)});
    ++expressions_;
    plain_start_ = inner + length + 2;
    return plain_start_;
  }

  std::size_t leave_plain(std::size_t until) noexcept {
    out_.has_plain_braces = true;
    return until;
  }

  void flush(std::size_t until) {
    if (until > plain_start_) out_.pieces.push_back({false, text_.substr(plain_start_, until - plain_start_)});
  }

  std::string_view text_;
  std::size_t expressions_max_;
  std::size_t expressions_ = 0;
  template_cut out_;
  std::size_t plain_start_ = 0;
  std::size_t line_end_ = 0;
  std::size_t failed_ = 0;
};

} // namespace

template_cut cut_template(std::string_view text, std::size_t expressions_max) {
  return cutter(text, expressions_max).run();
}

std::string_view reference_cut(std::string_view text, std::size_t position) {
  const bool is_framed = text.size() >= 5 && text.substr(0, 2) == "{{" && text.substr(text.size() - 2) == "}}";
  if (is_framed && find_line_end(text, 0) == text.size()) return text.substr(2, text.size() - 4);
  std::size_t line_end = 0;
  std::size_t open = text.find("{{");
  while (open != npos && open <= position) {
    if (open >= line_end) line_end = find_line_end(text, open);
    const auto close = text.substr(0, line_end).find("}}", open + 3);
    if (close == npos) {
      open = text.find("{{", line_end);
    } else if (position < close + 2) {
      return text.substr(open + 2, close - open - 2);
    } else {
      open = text.find("{{", close + 2);
    }
  }
  return {};
}

} // namespace pawl::expression
