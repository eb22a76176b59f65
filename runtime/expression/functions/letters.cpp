// Unicode's simple case pairs as ranges: by a distance, or even and odd neighbours.
#include "runtime/expression/functions/letters.hpp"

#include <algorithm>
#include <array>

namespace pawl::expression {

namespace {

/// Capitals `first` to `last`, their small letters `distance` further. A stride of 2: capital and small letter in turn.
struct case_range {
  char32_t first;
  char32_t last;
  char32_t distance;
  char32_t stride;
};

constexpr std::array ranges{
    case_range{'A', 'Z', 32, 1},     case_range{0xC0, 0xD6, 32, 1},    case_range{0xD8, 0xDE, 32, 1},
    case_range{0x100, 0x12E, 1, 2},  case_range{0x132, 0x136, 1, 2},   case_range{0x139, 0x147, 1, 2},
    case_range{0x14A, 0x176, 1, 2},  case_range{0x179, 0x17D, 1, 2},   case_range{0x1CD, 0x1DB, 1, 2},
    case_range{0x1DE, 0x1EE, 1, 2},  case_range{0x1F8, 0x21E, 1, 2},   case_range{0x222, 0x232, 1, 2},
    case_range{0x386, 0x386, 38, 1}, case_range{0x388, 0x38A, 37, 1},  case_range{0x38C, 0x38C, 64, 1},
    case_range{0x38E, 0x38F, 63, 1}, case_range{0x391, 0x3A1, 32, 1},  case_range{0x3A3, 0x3AB, 32, 1},
    case_range{0x400, 0x40F, 80, 1}, case_range{0x410, 0x42F, 32, 1},  case_range{0x460, 0x480, 1, 2},
    case_range{0x48A, 0x4BE, 1, 2},  case_range{0x4C1, 0x4CD, 1, 2},   case_range{0x4D0, 0x52E, 1, 2},
    case_range{0x531, 0x556, 48, 1}, case_range{0x1E00, 0x1E94, 1, 2}, case_range{0x1EA0, 0x1EFE, 1, 2},
};

} // namespace

char32_t upper_letter(char32_t c) noexcept {
  switch (c) {
    case 0xFF: return 0x178;
    case 0x131: return 'I';
    case 0x17F: return 'S';
    case 0x3C2: return 0x3A3; // the sigma at the end of a word
    case 0x4CF: return 0x4C0;
    default: break;
  }
  const auto fits = [c](const case_range& r) {
    return c >= r.first + r.distance && c <= r.last + r.distance && (c - r.first - r.distance) % r.stride == 0;
  };
  const auto* found = std::find_if(ranges.begin(), ranges.end(), fits);
  return found == ranges.end() ? c : c - found->distance;
}

char32_t lower_letter(char32_t c) noexcept {
  if (c == 0x178) return 0xFF;
  if (c == 0x1E9E) return 0xDF;
  if (c == 0x4C0) return 0x4CF;
  const auto fits = [c](const case_range& r) { return c >= r.first && c <= r.last && (c - r.first) % r.stride == 0; };
  const auto* found = std::find_if(ranges.begin(), ranges.end(), fits);
  return found == ranges.end() ? c : c + found->distance;
}

} // namespace pawl::expression
