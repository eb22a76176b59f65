// Looking for secrets. Text is brought into the shapes that undo an encoding, and the values are looked for there, so
// no encoded copy of a secret is ever made. Every shape that may hold one lies in memory that is wiped.
#include "runtime/core/secret_mask.hpp"

#include "runtime/core/wiped.hpp"
#include "runtime/expression/ascii.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

namespace pawl::core {
namespace {

using nlohmann::json;

constexpr std::size_t window = masked_secret_bytes_min; ///< what a look into the filter reads

using expression::ascii::lower;

// All eight letters at once, as lower() does it with one.
std::uint64_t lowered_word(const char* bytes) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, window);
  const std::uint64_t low_bits = word & (0x7FU * each);
  const std::uint64_t from_a = low_bits + (0x80U - 'A') * each;
  const std::uint64_t beyond_z = low_bits + (0x7FU - 'Z') * each;
  return word | ((from_a & ~beyond_z & ~word & (0x80U * each)) >> 2U);
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

std::string shortened_name(const std::string& name) {
  if (name.size() <= mask_name_bytes_max) return name;
  std::size_t end = mask_name_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80)
    --end;
  return name.substr(0, end) + "…";
}

// What remains to be compared at each place where text and value part: the longest beginning of the value (with
// letters of any case) that is also the end of what fitted.
std::vector<std::uint32_t> borders_of(std::string_view value) {
  std::vector<std::uint32_t> borders(value.size() + 1, 0);
  for (std::size_t at = 1, fits = 0; at < value.size(); ++at) {
    while (fits > 0 && lower(value[at]) != lower(value[fits]))
      fits = borders[fits];
    if (lower(value[at]) == lower(value[fits])) ++fits;
    borders[at + 1] = static_cast<std::uint32_t>(fits);
  }
  return borders;
}

// What stands in innocent text as well: scheme and host of a URL, a user's name before the password.
std::size_t public_bytes(std::string_view value) {
  const std::size_t slashes = value.find("//");
  if (slashes == 0 || (slashes != std::string_view::npos && value[slashes - 1] == ':'))
    return std::min(value.find('/', slashes + 2), value.size());
  const std::size_t colon = value.find(':');
  return colon == std::string_view::npos ? 0 : colon + 1;
}

std::size_t least_of(std::string_view value) {
  const std::size_t at_least = std::max((value.size() + 1) / 2, public_bytes(value) + masked_secret_bytes_min);
  return std::min(value.size(), at_least);
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

  /// `offset`: where the text begins in what is masked.
  void everywhere(const shape& text, std::size_t offset) {
    offset_ = offset;
    in(text);
    if (holds(text.bytes, '%')) in(without_percent(text, false));
    if (mask_.has_space_ && holds(text.bytes, '+')) in(without_percent(text, true));
    if (holds(text.bytes, '\\')) in(without_escapes(text));
    if (holds(text.bytes, '\n') || holds(text.bytes, '\r')) in(without_line_ends(text));
  }

private:
  // A value that repeats itself would else be a place at every byte.
  void tell(std::size_t begin, std::size_t end, const needle& what) {
    begin += offset_, end += offset_;
    found* const last = places_.empty() ? nullptr : &places_.back();
    if (last != nullptr && last->what == &what && begin >= last->begin && begin <= last->end)
      last->end = std::max(last->end, end);
    else
      places_.push_back({begin, end, &what});
  }

  void in(const shape& text) {
    values_in(text.bytes, [&](std::size_t begin, std::size_t end, const needle& what) {
      tell(text.origin(begin), text.origin(end), what);
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
        tell(text.origin(first + from * 8 / kind.bits), text.origin(first + last), what);
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

  // Each needle goes on behind what it has seen, so that no text makes it look twice at the same.
  template <class Tell> void values_in(std::string_view bytes, Tell tell) {
    if (bytes.size() < window) return;
    goes_on_.assign(mask_.needles_.size(), 0);
    for (std::size_t at = 0; at <= bytes.size() - window; ++at) {
      const std::uint64_t word = lowered_word(bytes.data() + at);
      if (!mask_.filter_[filter_place(word)]) continue;
      for (std::size_t i = 0; i < goes_on_.size(); ++i) {
        const needle& what = mask_.needles_[i];
        if (at >= goes_on_[i] && lowered_word(what.bytes.data()) == word) goes_on_[i] = follow(bytes, at, what, tell);
      }
    }
  }

  // The value's first bytes stand at `begin`. Tells of each place where its least part or more stands from here on,
  // until less than a window fits; answers where the next one can begin.
  template <class Tell>
  static std::size_t follow(std::string_view bytes, std::size_t begin, const needle& what, Tell tell) {
    std::size_t fits = 0; // so much of the value's beginning ends at `at`
    std::size_t at = begin;
    const auto end_here = [&] {
      if (fits >= what.least) tell(at - fits, at, what);
      fits = what.borders[fits];
    };
    while (at < bytes.size() && (fits >= window || at < begin + window)) {
      if (fits == what.bytes.size() || (fits > 0 && lower(bytes[at]) != lower(what.bytes[fits]))) {
        end_here();
      } else {
        fits += lower(bytes[at]) == lower(what.bytes[fits]) ? 1 : 0;
        ++at;
      }
    }
    if (at < bytes.size()) return at - fits;
    end_here();
    return at;
  }

  const secret_mask& mask_;
  std::vector<found>& places_;
  std::size_t offset_ = 0;
  wiped_vector<char> decoded_;
  std::vector<std::size_t> goes_on_; ///< of each needle: before this it need not be looked for
};

secret_mask::secret_mask(const std::vector<secret>& secrets, std::size_t bytes_max) : bytes_max_(bytes_max) {
  for (const secret& s : secrets) {
    std::string_view bytes = s.bytes ? s.bytes->view() : std::string_view();
    const std::size_t end = bytes.find_last_not_of(" \t\r\n");
    bytes = bytes.substr(0, end == std::string_view::npos ? 0 : end + 1);
    add(s, bytes);
    if (const std::size_t colon = bytes.find(':'); colon != std::string_view::npos) add(s, bytes.substr(colon + 1));
  }
}

void secret_mask::add(const secret& of, std::string_view bytes) {
  if (bytes.size() < masked_secret_bytes_min) return;
  filter_.resize(filter_bits);
  filter_[filter_place(lowered_word(bytes.data()))] = true;
  has_space_ = has_space_ || holds(bytes, ' ');
  const std::string name = shortened_name(of.name);
  needles_.push_back({"[secret " + name + "]", "[secret " + in_json_string(name) + "]", of.bytes, bytes,
                      least_of(bytes), borders_of(bytes)});
}

std::vector<secret_mask::found> secret_mask::find(std::string_view text) const {
  std::vector<found> places;
  if (empty() || text.size() < window || text.size() >= UINT32_MAX) return places;
  search(*this, places).everywhere({text}, 0);
  return places;
}

bool secret_mask::finds(std::string_view text) const { return !find(text).empty(); }

// Its places in order, without those that lie in others: what overlaps becomes one, under the name of the first, and so
// does the same secret again and again.
void secret_mask::unite(std::vector<found>& places) {
  std::stable_sort(places.begin(), places.end(), [](const found& a, const found& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::size_t count = 0;
  for (const found& f : places) {
    found* const last = count > 0 ? &places[count - 1] : nullptr;
    if (last != nullptr && (f.begin < last->end || (f.begin == last->end && f.what->mark == last->what->mark)))
      last->end = std::max(last->end, f.end);
    else
      places[count++] = f;
  }
  places.resize(count);
}

// Nothing when it would be too long.
std::optional<std::string> secret_mask::replaced(std::string_view text, std::vector<found> places, bool in_json) const {
  unite(places);
  const auto mark_of = [&](const found& f) -> const std::string& { return in_json ? f.what->json_mark : f.what->mark; };
  std::size_t size = text.size();
  for (const found& f : places)
    size = size - (f.end - f.begin) + mark_of(f).size();
  if (size > std::max(bytes_max_, text.size())) return std::nullopt;
  std::string made;
  made.reserve(size); // growing would leave copies of a text that is no JSON, of which only strings are masked
  std::size_t done = 0;
  for (const found& f : places) {
    made.append(text.substr(done, f.begin - done)).append(mark_of(f));
    done = f.end;
  }
  made.append(text.substr(done));
  return made;
}

std::string secret_mask::required(std::optional<std::string> masked) const {
  if (!masked) throw std::length_error(too_long());
  return *std::move(masked);
}

std::string secret_mask::too_long() const {
  return "with the names of its secrets in their places it has more than " + std::to_string(bytes_max_) + " bytes";
}

std::string secret_mask::masked(std::string_view text) const { return required(replaced(text, find(text), false)); }

std::string secret_mask::masked_json(std::string_view text) const {
  std::vector<found> places;
  if (empty() || text.size() >= UINT32_MAX) return std::string(text);
  search looking(*this, places);
  for (std::size_t open = text.find('"'); open != std::string_view::npos;) {
    const std::size_t end = end_of_string(text, open);
    const shape raw{text.substr(open + 1, end - open - 1)};
    if (raw.bytes.size() >= window) looking.everywhere(holds(raw.bytes, '\\') ? without_escapes(raw) : raw, open + 1);
    open = end < text.size() ? text.find('"', end + 1) : std::string_view::npos;
  }
  return required(replaced(text, std::move(places), true));
}

bool secret_mask::apply(std::string& text) const {
  std::size_t growth_left = bytes_max_;
  return apply(text, growth_left);
}

// What the text was must go in any case.
bool secret_mask::apply(std::string& text, std::size_t& growth_left) const {
  auto places = find(text);
  if (places.empty()) return true;
  auto clean = replaced(text, std::move(places), false);
  const std::size_t before = text.size();
  wipe(text);
  const std::size_t growth = clean ? clean->size() - std::min(clean->size(), before) : SIZE_MAX;
  if (!clean || growth > growth_left) {
    text.clear();
    return false;
  }
  growth_left -= growth;
  text = *std::move(clean);
  return true;
}

bool secret_mask::apply_to_names(json& object, std::size_t& growth_left) const {
  auto& members = object.get_ref<json::object_t&>();
  std::vector<std::string> guilty;
  for (const auto& [name, value] : members)
    if (finds(name)) guilty.push_back(name);
  bool fits = true;
  std::map<std::string, int> last_number; ///< of the members that got the same name
  for (std::string& name : guilty) {
    auto member = members.extract(name);
    wipe(name);
    fits = apply(member.key(), growth_left) && fits;
    const std::string first = member.key();
    int& number = last_number.try_emplace(first, 1).first->second;
    while (members.count(member.key()) != 0)
      member.key() = first + " " + std::to_string(++number);
    members.insert(std::move(member));
  }
  return fits;
}

// Without recursion: what an executor made has no bound of depth yet.
bool secret_mask::apply(json& value) const {
  if (empty()) return true;
  std::size_t growth_left = bytes_max_;
  bool fits = true;
  std::vector<json*> left{&value};
  while (!left.empty()) {
    json& next = *left.back();
    left.pop_back();
    if (next.is_string()) fits = apply(next.get_ref<std::string&>(), growth_left) && fits;
    if (next.is_object()) fits = apply_to_names(next, growth_left) && fits;
    if (next.is_structured())
      for (json& inner : next)
        left.push_back(&inner);
  }
  return fits;
}

} // namespace pawl::core
