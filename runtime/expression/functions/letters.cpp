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

struct case_pair {
  char32_t capital;
  char32_t small;
};

/// What follows no range; from Unicode's simple case mappings.
constexpr std::array pairs{
    case_pair{0x181, 0x253}, case_pair{0x182, 0x183}, case_pair{0x184, 0x185}, case_pair{0x186, 0x254},
    case_pair{0x187, 0x188}, case_pair{0x189, 0x256}, case_pair{0x18A, 0x257}, case_pair{0x18B, 0x18C},
    case_pair{0x18E, 0x1DD}, case_pair{0x18F, 0x259}, case_pair{0x190, 0x25B}, case_pair{0x191, 0x192},
    case_pair{0x193, 0x260}, case_pair{0x194, 0x263}, case_pair{0x196, 0x269}, case_pair{0x197, 0x268},
    case_pair{0x198, 0x199}, case_pair{0x19C, 0x26F}, case_pair{0x19D, 0x272}, case_pair{0x19F, 0x275},
    case_pair{0x1A0, 0x1A1}, case_pair{0x1A2, 0x1A3}, case_pair{0x1A4, 0x1A5}, case_pair{0x1A6, 0x280},
    case_pair{0x1A7, 0x1A8}, case_pair{0x1A9, 0x283}, case_pair{0x1AC, 0x1AD}, case_pair{0x1AE, 0x288},
    case_pair{0x1AF, 0x1B0}, case_pair{0x1B1, 0x28A}, case_pair{0x1B2, 0x28B}, case_pair{0x1B3, 0x1B4},
    case_pair{0x1B5, 0x1B6}, case_pair{0x1B7, 0x292}, case_pair{0x1B8, 0x1B9}, case_pair{0x1BC, 0x1BD},
    case_pair{0x1C4, 0x1C6}, case_pair{0x1C7, 0x1C9}, case_pair{0x1CA, 0x1CC}, case_pair{0x1F1, 0x1F3},
    case_pair{0x1F4, 0x1F5}, case_pair{0x1F6, 0x195}, case_pair{0x1F7, 0x1BF}, case_pair{0x220, 0x19E},
    case_pair{0x23B, 0x23C}, case_pair{0x23D, 0x19A}, case_pair{0x241, 0x242}, case_pair{0x243, 0x180},
    case_pair{0x244, 0x289}, case_pair{0x245, 0x28C}, case_pair{0x246, 0x247}, case_pair{0x248, 0x249},
    case_pair{0x24A, 0x24B}, case_pair{0x24C, 0x24D}, case_pair{0x24E, 0x24F}, case_pair{0x370, 0x371},
    case_pair{0x372, 0x373}, case_pair{0x376, 0x377}, case_pair{0x37F, 0x3F3}, case_pair{0x3CF, 0x3D7},
    case_pair{0x3D8, 0x3D9}, case_pair{0x3DA, 0x3DB}, case_pair{0x3DC, 0x3DD}, case_pair{0x3DE, 0x3DF},
    case_pair{0x3E0, 0x3E1}, case_pair{0x3E2, 0x3E3}, case_pair{0x3E4, 0x3E5}, case_pair{0x3E6, 0x3E7},
    case_pair{0x3E8, 0x3E9}, case_pair{0x3EA, 0x3EB}, case_pair{0x3EC, 0x3ED}, case_pair{0x3EE, 0x3EF},
    case_pair{0x3F7, 0x3F8}, case_pair{0x3F9, 0x3F2}, case_pair{0x3FA, 0x3FB}, case_pair{0x3FD, 0x37B},
    case_pair{0x3FE, 0x37C}, case_pair{0x3FF, 0x37D}};

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
  for (const case_pair& p : pairs)
    if (c >= 0x180 && p.small == c) return p.capital;
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
  for (const case_pair& p : pairs)
    if (c >= 0x180 && p.capital == c) return p.small;
  const auto fits = [c](const case_range& r) { return c >= r.first && c <= r.last && (c - r.first) % r.stride == 0; };
  const auto* found = std::find_if(ranges.begin(), ranges.end(), fits);
  return found == ranges.end() ? c : c + found->distance;
}

} // namespace pawl::expression
