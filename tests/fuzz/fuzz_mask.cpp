// The mask of secrets. An input is a secret of 8 to 40 bytes (its first byte says how many) and the text of a stranger.
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "runtime/core/secret_mask.hpp"

#include <algorithm>
#include <memory>

using namespace pawl;
using core::secret_mask;

namespace {

constexpr std::string_view hex = "0123456789abcdef";

std::string in_hex(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) {
    digits += hex[static_cast<unsigned char>(c) >> 4U];
    digits += hex[static_cast<unsigned char>(c) & 15U];
  }
  return digits;
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What is masked before and after parsing is the same, where masking made no two names of an object one.
void check_json(const secret_mask& mask, std::string_view text) {
  auto value = core::parse_json(text, "the input");
  if (!value) return;
  const auto masked = core::parse_json(mask.masked_json(text), "the masked text");
  fuzz::require(mask.apply(*value), "without a limit every mark has room");
  if (masked) fuzz::require(*masked == *value, "a text that is masked is the JSON that masking its values gives");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::text_of(data, size);
  if (all.size() < 42) return 0;
  const std::string_view secret = all.substr(1, 8 + static_cast<unsigned char>(all[0]) % 33);
  const std::string_view text = all.substr(1 + secret.size());
  const bool is_trimmed = secret.find_last_of(" \t\r\n") == secret.size() - 1;
  const bool like_a_mark = secret.find_first_of("[]") != std::string_view::npos;
  if (is_trimmed || like_a_mark) return 0;
  const secret_mask mask({{"s", std::make_shared<const secret_bytes>(*secret_bytes::copy_of(secret))}});
  for (const std::string& hostile : {std::string(text), std::string(text) + std::string(secret) + std::string(text),
                                     std::string(text) + "-" + in_hex(secret) + "-" + std::string(text)}) {
    const std::string masked = mask.masked(hostile);
    fuzz::require(!holds(masked, secret) && !holds(masked, in_hex(secret)), "a masked text holds no secret");
    fuzz::require(mask.finds(hostile) == (masked != hostile), "what is found is what is masked");
  }
  check_json(mask, text);
  return 0;
}
