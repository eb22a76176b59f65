// Looking for secrets. Text is brought into the shapes that undo an encoding, and the values are looked for there, so
// no encoded copy of a secret is ever made. Every shape that may hold one lies in memory that is wiped.
#include "runtime/core/secret_mask.hpp"

#include "runtime/core/wiped.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace pawl::core {
namespace {

using nlohmann::json;

constexpr std::size_t window = masked_secret_bytes_min; ///< what a look into the filter reads

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, window);
  return word;
}

constexpr std::size_t filter_bits = std::size_t{1} << 16;
std::size_t filter_place(std::uint64_t word) { return (word * 0x9E3779B97F4A7C15U) >> 48U; }

constexpr std::array<std::int8_t, 256> digits_of(bool hexadecimal) {
  std::array<std::int8_t, 256> values{};
  for (auto& v : values)
    v = -1;
  const auto set = [&](char first, int count, int value) {
    for (int i = 0; i < count; ++i)
      values[static_cast<unsigned char>(first) + static_cast<unsigned>(i)] = static_cast<std::int8_t>(value + i);
  };
  set('0', 10, hexadecimal ? 0 : 52);
  set('A', hexadecimal ? 6 : 26, hexadecimal ? 10 : 0);
  set('a', hexadecimal ? 6 : 26, hexadecimal ? 10 : 26);
  if (hexadecimal) return values;
  set('+', 1, 62), set('-', 1, 62), set('/', 1, 63), set('_', 1, 63);
  return values;
}
constexpr auto hex_digits = digits_of(true);
constexpr auto base64_digits = digits_of(false);

int digit(const std::array<std::int8_t, 256>& of, char c) { return of[static_cast<unsigned char>(c)]; }

// Digits of so many bits each, which stand for bytes.
struct digit_kind {
  const std::array<std::int8_t, 256>& values;
  unsigned bits;
  std::size_t alignments;  ///< at how many digits a byte may begin
  std::size_t least_count; ///< fewer hold no secret
};
constexpr digit_kind hexadecimal{hex_digits, 4, 2, 16};
constexpr digit_kind base64{base64_digits, 6, 4, 11};

// A text, and for each of its bytes (and its end) where that comes from; without `from`, from the same place.
struct shape {
  std::string_view bytes;
  std::vector<std::uint32_t> from{};
  wiped_vector<char> owned{};

  std::size_t origin(std::size_t at) const { return from.empty() ? at : from[at]; }
};

// Writes a shape whose bytes differ from those of its source.
class shape_writer {
public:
  explicit shape_writer(const shape& source) : source_(source) {
    made_.owned.reserve(source.bytes.size());
    made_.from.reserve(source.bytes.size() + 1);
  }
  void put(char byte, std::size_t source_at) {
    made_.owned.push_back(byte);
    made_.from.push_back(static_cast<std::uint32_t>(source_.origin(source_at)));
  }
  void put_character(std::uint32_t code, std::size_t source_at) {
    const auto put_bits = [&](std::uint32_t bits) { put(static_cast<char>(bits), source_at); };
    if (code < 0x80) return put_bits(code);
    if (code < 0x800) {
      put_bits(0xC0 | code >> 6);
    } else if (code < 0x10000) {
      put_bits(0xE0 | code >> 12), put_bits(0x80 | (code >> 6 & 0x3F));
    } else {
      put_bits(0xF0 | code >> 18), put_bits(0x80 | (code >> 12 & 0x3F)), put_bits(0x80 | (code >> 6 & 0x3F));
    }
    put_bits(0x80 | (code & 0x3F));
  }
  shape take() {
    made_.from.push_back(static_cast<std::uint32_t>(source_.origin(source_.bytes.size())));
    made_.bytes = {made_.owned.data(), made_.owned.size()};
    return std::move(made_);
  }

private:
  const shape& source_;
  shape made_;
};

// The number that `count` hexadecimal digits at `at` say; nothing when others stand there.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int value = digit(hex_digits, text[at + i]);
    if (value < 0) return std::nullopt;
    number = number << 4 | static_cast<std::uint32_t>(value);
  }
  return number;
}

shape without_percent(const shape& source, bool plus_is_space) {
  shape_writer out(source);
  const std::string_view text = source.bytes;
  for (std::size_t i = 0; i < text.size();) {
    const auto code = text[i] == '%' ? hex_number(text, i + 1, 2) : std::nullopt;
    out.put(code ? static_cast<char>(*code) : plus_is_space && text[i] == '+' ? ' ' : text[i], i);
    i += code ? 3 : 1;
  }
  return out.take();
}

// `text[at]` is the u of an escape. The character, and how many bytes it takes from there; nothing when it is none.
std::optional<std::pair<std::uint32_t, std::size_t>> unicode_escape(std::string_view text, std::size_t at) {
  const auto high = hex_number(text, at + 1, 4);
  if (!high) return std::nullopt;
  const bool pair = *high >= 0xD800 && *high < 0xDC00 && text.substr(at + 5, 2) == "\\u";
  const auto low = pair ? hex_number(text, at + 7, 4) : std::nullopt;
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::pair(*high, std::size_t{5});
  return std::pair(0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00), std::size_t{11});
}

char unescaped(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

shape without_escapes(const shape& source) {
  shape_writer out(source);
  const std::string_view text = source.bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.put(text[i], i);
      ++i;
    } else if (const auto code = text[i + 1] == 'u' ? unicode_escape(text, i + 1) : std::nullopt) {
      out.put_character(code->first, i);
      i += 1 + code->second;
    } else {
      out.put(unescaped(text[i + 1]), i);
      i += 2;
    }
  }
  return out.take();
}

shape without_line_ends(const shape& source) {
  shape_writer out(source);
  for (std::size_t i = 0; i < source.bytes.size(); ++i)
    if (source.bytes[i] != '\n' && source.bytes[i] != '\r') out.put(source.bytes[i], i);
  return out.take();
}

bool holds(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

// Where the string that begins behind the quote at `open` ends: at its closing quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t open) {
  std::size_t at = open + 1;
  while (at < text.size() && text[at] != '"')
    at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

std::string in_json_string(const std::string& text) {
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

} // namespace

struct secret_mask::found {
  std::size_t begin;
  std::size_t end;
  const needle* what;
};

class secret_mask::search {
public:
  search(const secret_mask& mask, std::vector<found>& places) : mask_(mask), places_(places) {}

  void everywhere(const shape& text) {
    in(text);
    if (holds(text.bytes, '%')) in(without_percent(text, false));
    if (mask_.has_space_ && holds(text.bytes, '+')) in(without_percent(text, true));
    if (holds(text.bytes, '\\')) in(without_escapes(text));
    if (holds(text.bytes, '\n') || holds(text.bytes, '\r')) in(without_line_ends(text));
  }

private:
  void in(const shape& text) {
    values_in(text.bytes, [&](std::size_t begin, std::size_t end, const needle& what) {
      places_.push_back({text.origin(begin), text.origin(end), &what});
    });
    const std::string_view bytes = text.bytes;
    for (std::size_t begin = 0; begin + base64.least_count <= bytes.size();) {
      if (const auto other = last_other(bytes, begin, base64)) {
        begin = *other + 1;
        continue;
      }
      const std::size_t end = end_of_run(bytes, begin + base64.least_count, base64);
      digits_in(text, begin, end);
      begin = end + 1;
    }
  }

  // The last place in the shortest run that begins here that holds no digit: most text is passed in long steps.
  static std::optional<std::size_t> last_other(std::string_view bytes, std::size_t begin, const digit_kind& kind) {
    for (std::size_t at = begin + kind.least_count; at-- > begin;)
      if (digit(kind.values, bytes[at]) < 0) return at;
    return std::nullopt;
  }

  static std::size_t end_of_run(std::string_view bytes, std::size_t begin, const digit_kind& kind) {
    while (begin < bytes.size() && digit(kind.values, bytes[begin]) >= 0)
      ++begin;
    return begin;
  }

  // Every hexadecimal digit is one of base64 as well.
  void digits_in(const shape& text, std::size_t begin, std::size_t end) {
    decoded_in(text, begin, end, base64);
    while (begin < end) {
      const std::size_t stop = std::min(end, end_of_run(text.bytes, begin, hexadecimal));
      if (stop - begin >= hexadecimal.least_count) decoded_in(text, begin, stop, hexadecimal);
      begin = stop + 1;
    }
  }

  void decoded_in(const shape& text, std::size_t begin, std::size_t end, const digit_kind& kind) {
    for (std::size_t first = begin; first < begin + kind.alignments && first < end; ++first) {
      decode(text.bytes.substr(first, end - first), kind);
      values_in({decoded_.data(), decoded_.size()}, [&](std::size_t from, std::size_t to, const needle& what) {
        const std::size_t last = (to * 8 + kind.bits - 1) / kind.bits; // a digit that holds but one bit of it goes too
        places_.push_back({text.origin(first + from * 8 / kind.bits), text.origin(first + last), &what});
      });
    }
  }

  void decode(std::string_view digits, const digit_kind& kind) {
    decoded_.clear();
    decoded_.reserve(digits.size() * kind.bits / 8);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : digits) {
      bits = bits << kind.bits | static_cast<std::uint32_t>(digit(kind.values, c));
      count += kind.bits;
      if (count < 8) continue;
      count -= 8;
      decoded_.push_back(static_cast<char>(bits >> count));
    }
  }

  template <class Tell> void values_in(std::string_view bytes, Tell tell) const {
    if (bytes.size() < window) return;
    for (std::size_t at = 0; at <= bytes.size() - window;) {
      const std::uint64_t word = word_at(bytes.data() + at);
      const needle* const what = mask_.filter_[filter_place(word)] ? at_front(bytes.substr(at), word) : nullptr;
      if (what != nullptr) tell(at, at + what->bytes.size(), *what);
      at += what != nullptr ? what->bytes.size() : 1;
    }
  }

  const needle* at_front(std::string_view text, std::uint64_t word) const {
    const auto at = std::find_if(mask_.needles_.begin(), mask_.needles_.end(), [&](const needle& n) {
      return word_at(n.bytes.data()) == word && text.substr(0, n.bytes.size()) == n.bytes;
    });
    return at == mask_.needles_.end() ? nullptr : &*at;
  }

  const secret_mask& mask_;
  std::vector<found>& places_;
  wiped_vector<char> decoded_;
};

secret_mask::secret_mask(const std::vector<secret>& secrets) {
  for (const secret& s : secrets) {
    std::string_view bytes = s.bytes ? s.bytes->view() : std::string_view();
    const std::size_t end = bytes.find_last_not_of(" \t\r\n");
    bytes = bytes.substr(0, end == std::string_view::npos ? 0 : end + 1);
    add(s, bytes);
    if (const std::size_t colon = bytes.find(':'); colon != std::string_view::npos) add(s, bytes.substr(colon + 1));
  }
  std::stable_sort(needles_.begin(), needles_.end(),
                   [](const needle& a, const needle& b) { return a.bytes.size() > b.bytes.size(); });
}

void secret_mask::add(const secret& of, std::string_view bytes) {
  if (bytes.size() < masked_secret_bytes_min) return;
  filter_.resize(filter_bits);
  filter_[filter_place(word_at(bytes.data()))] = true;
  has_space_ = has_space_ || holds(bytes, ' ');
  needles_.push_back({of.name, of.bytes, bytes});
}

std::vector<secret_mask::found> secret_mask::find(std::string_view text) const {
  std::vector<found> places;
  if (empty() || text.size() < window || text.size() >= UINT32_MAX) return places;
  search(*this, places).everywhere({text});
  return places;
}

bool secret_mask::finds(std::string_view text) const { return !find(text).empty(); }

std::string secret_mask::replaced(std::string_view text, std::vector<found> places, bool in_json) const {
  std::stable_sort(places.begin(), places.end(), [](const found& a, const found& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::size_t size_max = text.size();
  for (const found& f : places)
    size_max += 9 + 6 * f.what->name.size(); // every character of it escaped
  std::string made;
  made.reserve(size_max); // growing would leave copies of a text that is no JSON, of which only strings are masked
  std::size_t done = 0;   // everything before it is in `made`
  for (const found& f : places) {
    if (f.begin >= done) {
      made.append(text.substr(done, f.begin - done));
      made.append("[secret ").append(in_json ? in_json_string(f.what->name) : f.what->name).append("]");
    }
    done = std::max(done, f.end); // what overlaps belongs to the mark before
  }
  made.append(text.substr(done));
  return made;
}

std::string secret_mask::masked(std::string_view text) const { return replaced(text, find(text), false); }

std::string secret_mask::masked_json(std::string_view text) const {
  std::vector<found> places;
  if (empty() || text.size() >= UINT32_MAX) return std::string(text);
  search looking(*this, places);
  for (std::size_t open = text.find('"'); open != std::string_view::npos;) {
    const std::size_t end = end_of_string(text, open);
    const std::size_t before = places.size();
    const shape raw{text.substr(open + 1, end - open - 1)};
    if (raw.bytes.size() >= window) looking.everywhere(holds(raw.bytes, '\\') ? without_escapes(raw) : raw);
    for (std::size_t i = before; i < places.size(); ++i)
      places[i].begin += open + 1, places[i].end += open + 1;
    open = end < text.size() ? text.find('"', end + 1) : std::string_view::npos;
  }
  return replaced(text, std::move(places), true);
}

void secret_mask::apply(std::string& text) const {
  auto places = find(text);
  if (places.empty()) return;
  std::string clean = replaced(text, std::move(places), false);
  wipe(text);
  text = std::move(clean);
}

void secret_mask::apply_to_names(json& object) const {
  auto& members = object.get_ref<json::object_t&>();
  std::vector<std::string> guilty;
  for (const auto& [name, value] : members)
    if (finds(name)) guilty.push_back(name);
  for (std::string& name : guilty) {
    auto member = members.extract(name);
    wipe(name);
    apply(member.key());
    const std::string first = member.key();
    for (int again = 2; members.count(member.key()) != 0; ++again)
      member.key() = first + " " + std::to_string(again);
    members.insert(std::move(member));
  }
}

// Without recursion: what an executor made has no bound of depth yet.
void secret_mask::apply(json& value) const {
  if (empty()) return;
  std::vector<json*> left{&value};
  while (!left.empty()) {
    json& next = *left.back();
    left.pop_back();
    if (next.is_string()) apply(next.get_ref<std::string&>());
    if (next.is_object()) apply_to_names(next);
    if (next.is_structured())
      for (json& inner : next)
        left.push_back(&inner);
  }
}

} // namespace pawl::core
