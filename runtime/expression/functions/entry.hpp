// A standard function: what people read about it and what carries it out, in one place, so that neither can be without
// the other.
#pragma once

#include <string_view>
#include <vector>

namespace pawl::expression {

class call;

/// Evaluated by a test: the documentation cannot lie.
struct example {
  const char* expression;
  const char* result; ///< JSON text, or `undefined`
  const char* context = "{}";
};

/// Every entry is a function and a transform.
struct entry {
  const char* signature; ///< `slice(x, start, end?)`, `max(numbers...)`
  const char* summary;   ///< one line
  const char* details;   ///< what else there is to know; may be empty
  std::vector<example> examples;
  bool (*run)(call& with); ///< gives an answer, or has failed and says false

  std::string_view name() const noexcept {
    const std::string_view all(signature);
    return all.substr(0, all.find('('));
  }
};

struct chapter {
  const char* title;
  std::vector<entry> entries;
};

chapter text_chapter();
chapter pattern_chapter();
chapter number_chapter();
chapter array_chapter();
chapter object_chapter();
chapter conversion_chapter();
chapter encoding_chapter();
chapter time_chapter();
/// base64 to hmacSha256; they need libsodium, which one file may include. Part of the encodings.
std::vector<entry> digest_entries();

} // namespace pawl::expression
