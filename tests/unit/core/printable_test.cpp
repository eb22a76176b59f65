// What is hidden or steers is made visible, everything else stays.
#include "runtime/core/json.hpp"

#include <pawl/printable.hpp>

#include <catch2/catch.hpp>

namespace core_printable_test {

using namespace pawl;

TEST_CASE("printable: what steers a terminal or cannot be seen is written out, in texts and in JSON") {
  const struct {
    const char* what;
    const char* text;
    const char* shown;
    const char* in_json; ///< the same inside of a JSON text
    bool is_plain;
  } rows[] = {
      {"words", "Grüße, 世界 🙂", "Grüße, 世界 🙂", "Grüße, 世界 🙂", true},
      {"an escape", "\x1b[2J", "\\x1b[2J", "\\u001b[2J", false},
      {"a line end", "a\nb", "a\\x0ab", "a\nb", false},
      {"the last of ASCII", "~\x7f", "~\\x7f", "~\\u007f", false},
      {"the first and the last of C1", "\xc2\x80\xc2\x9f", "\\x80\\x9f", "\\u0080\\u009f", false},
      {"what follows C1", "\xc2\xa0", "\xc2\xa0", "\xc2\xa0", true},
      {"line and paragraph", "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "\\u2028\\u2029", false},
      {"an override", "\xe2\x80\xae", "\\u202e", "\\u202e", false},
      {"an isolate", "\xe2\x81\xa6", "\\u2066", "\\u2066", false},
      {"an Arabic mark", "\xd8\x9c", "\\u061c", "\\u061c", false},
      {"a space without a width", "\xe2\x80\x8b", "\\u200b", "\\u200b", true},
      {"a joiner", "\xe2\x80\x8d", "\\u200d", "\\u200d", true},
      {"a byte order mark", "\xef\xbb\xbf", "\\ufeff", "\\ufeff", true},
      {"a tag", "\xf3\xa0\x81\x81", "\\udb40\\udc41", "\\udb40\\udc41", true},
      {"a byte alone", "a\x9b", "a?", "a?", false},
      {"a sequence that ends early", "\xe2\x80", "??", "??", false},
      {"an overlong form", "\xc0\x9b", "??", "??", false},
      {"a surrogate", "\xed\xa0\x80", "???", "???", false},
  };
  for (const auto& r : rows) {
    INFO(r.what);
    CHECK(printable(r.text) == r.shown);
    CHECK(printable_json(r.text) == r.in_json);
    CHECK(core::is_plain_text(r.text) == r.is_plain);
  }
}

} // namespace core_printable_test
