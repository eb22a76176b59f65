// Percent encoding; the rest of the chapter is in digests.cpp.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <iterator>

namespace pawl::expression {

namespace {

bool stays_in_url(char c) noexcept {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
}

bool url_encode(call& c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string_view text;
  if (!c.text(0, text)) return false;
  const auto kept = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), stays_in_url));
  const auto length = 3 * text.size() - 2 * kept;
  if (!c.cost().build_text(length)) return false;
  std::string out;
  out.reserve(length);
  for (const char at : text) {
    const auto byte = static_cast<unsigned char>(at);
    if (stays_in_url(at)) {
      out += at;
    } else {
      out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
  return c.give(std::move(out));
}

int hex_digit(char c) noexcept {
  const int lower = c | 0x20;
  return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool url_decode(call& c) {
  std::string_view text;
  if (!c.text(0, text) || !c.cost().build_text(text.size())) return false;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return c.refuse(0, "has, after " + std::to_string(i) + " bytes, a % without two hexadecimal digits");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (find_invalid_utf8(out)) return c.refuse(0, "does not decode to UTF-8");
  return c.give(std::move(out));
}

} // namespace

chapter encoding_chapter() {
  chapter all{"Encodings and digests",
              {
                  {"urlEncode(text)",
                   "The text for a part of a URL: JavaScript's encodeURIComponent.",
                   "",
                   {{"'a b&ü'|urlEncode", "\"a%20b%26%C3%BC\""}},
                   url_encode},
                  {"urlDecode(text)",
                   "What urlEncode had made: JavaScript's decodeURIComponent.",
                   "A `+` stays a plus. What is not UTF-8 then is an error.",
                   {{"'a%20b+%C3%BC'|urlDecode", "\"a b+ü\""}},
                   url_decode},
              }};
  auto digests = digest_entries();
  all.entries.insert(all.entries.begin(), std::make_move_iterator(digests.begin()),
                     std::make_move_iterator(digests.end()));
  return all;
}

} // namespace pawl::expression
