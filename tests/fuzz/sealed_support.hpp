// What the two targets of the sealed store share: keys that are the same in every run, and inputs that say how a good
// file or envelope is changed, so that they mean the same when the format grows.
#pragma once

#include <pawl/secrets.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::fuzz {

/// From here on libsodium's random bytes are the same ones in every run: an input that broke a law breaks it again.
/// Before any other call of libsodium.
void make_randomness_steady();

/// `size` times `letter`.
secret_bytes steady_secret(char letter, std::size_t size = 32);

/// `good` with each byte changed by that of the input in its place (xor), cut or extended to the input's length: an
/// input of zeros is `good` itself, and every file is one input.
std::string changed_by(std::string_view input, std::string_view good);

/// Up to the first line feed, and behind it.
struct two_parts {
  std::string_view line;
  std::string_view rest;
};
two_parts split(std::string_view input);

} // namespace pawl::fuzz
