// Makes the forms in which a canary may turn up, and searches bytes for them.
#include "tests/canary/encodings.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include <zlib.h>

namespace pawl::canary {
namespace {

constexpr std::size_t raw_window = 12;
constexpr std::size_t coded_window = 16;
constexpr std::size_t findings_max = 40;
constexpr std::size_t unpacked_max = std::size_t{8} << 20;
constexpr int depth_max = 2;
constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// --- canaries

class maker {
public:
  explicit maker(std::uint64_t seed) : dice_(seed) {}

  std::string token(std::size_t size) {
    std::string text;
    while (text.size() < size)
      text += letters[dice_() % (sizeof(letters) - 1)];
    return text;
  }
  // Ends are letters: what a header loses at its ends is not the matter here.
  std::string hard(std::size_t size) {
    std::vector<std::string> parts{"\"", "\\", "/", "+", "%", " ", "\xC3\xA9", "&", "=", "<", "'", "?", "%2"};
    while (parts.size() + 4 < size)
      parts.push_back(token(1));
    std::shuffle(parts.begin(), parts.end(), dice_);
    std::string text = token(2);
    for (const std::string& part : parts)
      text += part;
    return text + token(2);
  }
  std::string binary(std::size_t size) {
    std::string text;
    while (text.size() < size)
      text += static_cast<char>(0x80 + dice_() % 0x40); // bytes that only follow others in UTF-8
    return text;
  }

private:
  std::mt19937_64 dice_;
};

// --- forms

std::string coded64(std::string_view bytes, char plus, char slash) {
  std::string digits(letters, sizeof(letters) - 1);
  digits += plus;
  digits += slash;
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out += digits[(held >> (bits - 6)) & 63];
  }
  if (bits > 0) out += digits[(held << (6 - bits)) & 63];
  return out;
}

// Digits that the same bytes have whatever stands before and behind them.
std::string inner64(std::string_view bytes, std::size_t offset, char plus, char slash) {
  const std::string coded = coded64(std::string(offset, '\0') + std::string(bytes), plus, slash);
  const std::size_t first = (offset * 8 + 5) / 6;
  const std::size_t end = (offset + bytes.size()) * 8 / 6;
  return coded.substr(first, end - first);
}

std::string hex(std::string_view bytes, const char* digits) {
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool is_unreserved(char c) { return std::strchr(letters, c) != nullptr || std::strchr("-._~", c) != nullptr; }

enum class percents { needed, all, form };

std::string percent(std::string_view bytes, const char* digits, percents which) {
  std::string out;
  for (const char c : bytes)
    if (which == percents::form && c == ' ')
      out += '+';
    else if (which != percents::all && c != '\0' && is_unreserved(c))
      out += c;
    else
      out += "%" + hex(std::string_view(&c, 1), digits);
  return out;
}

std::string json_short(std::string_view bytes, bool slashes) {
  std::string out;
  for (const char c : bytes)
    if (c == '"' || c == '\\' || (slashes && c == '/'))
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  return out;
}

// Every character of valid UTF-8 up to U+FFFF as \uXXXX; with `only_needed` those that are not plain ASCII.
std::string json_codes(std::string_view bytes, const char* digits, bool only_needed) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    unsigned code = c;
    if (c >= 0xC0 && i + 1 < bytes.size()) {
      code = ((c & 0x1FU) << 6) | (static_cast<unsigned char>(bytes[i + 1]) & 0x3FU);
      ++i;
    }
    const bool is_plain = code >= 0x20 && code < 0x7F;
    if (only_needed && is_plain) {
      out += json_short(bytes.substr(i, 1), false);
      continue;
    }
    const char pair[2] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    out += "\\u" + hex(std::string_view(pair, 2), digits);
  }
  return out;
}

constexpr char lower[] = "0123456789abcdef";
constexpr char upper[] = "0123456789ABCDEF";

// --- search

std::uint64_t start_of(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof(value));
  return value;
}
std::size_t hash_of(std::uint64_t start) { return (start * 0x9E3779B97F4A7C15ULL) >> 46; } // 18 bits

bool is_packed(std::string_view bytes, std::size_t at) {
  if (at + 3 > bytes.size()) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[at + i])); };
  if (byte(0) == 0x1F) return byte(1) == 0x8B && byte(2) == 8;
  return byte(0) == 0x78 && (byte(0) * 256 + byte(1)) % 31 == 0 && (byte(1) & 0x20) == 0;
}

} // namespace

std::vector<planted> make_canaries(std::uint64_t seed) {
  maker by(seed);
  std::vector<planted> made;
  const auto add = [&](const char* name, const std::string& core, const std::string& before = "",
                       const std::string& behind = "") {
    made.push_back({name, before + core + behind, core});
  };
  add("token", by.token(24));
  add("hard", by.hard(36));
  add("short", by.token(16));
  add("login", by.hard(30), "user:");
  add("block", by.token(20) + "\n" + by.hard(30) + "\n" + by.token(20));
  add("line", by.token(30), "", "\n");
  add("binary", by.binary(32));
  return made;
}

std::vector<form> forms_of(std::string_view bytes) {
  std::vector<form> all{{"raw", std::string(bytes)}};
  for (std::size_t offset = 0; offset < 3; ++offset) {
    all.push_back({"base64 at " + std::to_string(offset), inner64(bytes, offset, '+', '/')});
    all.push_back({"base64url at " + std::to_string(offset), inner64(bytes, offset, '-', '_')});
  }
  for (const char* digits : {lower, upper}) {
    const std::string of = digits == lower ? " lower" : " upper";
    all.push_back({"hex" + of, hex(bytes, digits)});
    all.push_back({"percent" + of, percent(bytes, digits, percents::needed)});
    all.push_back({"percent of all" + of, percent(bytes, digits, percents::all)});
    all.push_back({"percent of forms" + of, percent(bytes, digits, percents::form)});
    all.push_back({"json codes" + of, json_codes(bytes, digits, false)});
    all.push_back({"json ascii" + of, json_codes(bytes, digits, true)});
  }
  all.push_back({"json", json_short(bytes, false)});
  all.push_back({"json slashes", json_short(bytes, true)});
  return all;
}

std::string base64(std::string_view bytes) {
  std::string coded = coded64(bytes, '+', '/');
  while (coded.size() % 4 != 0)
    coded += '=';
  return coded;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string finding::text() const { return canary + " (" + encoding + ") at byte " + std::to_string(offset); }

searcher::searcher(const std::vector<planted>& canaries) : filter_((std::size_t{1} << 18) / 64) {
  for (const planted& one : canaries) {
    names_.push_back(one.name);
    for (const form& f : forms_of(one.core))
      add(names_.size() - 1, f);
    if (one.core == one.value) continue;
    for (const form& f : forms_of(one.value)) // its base64 has other borders
      if (f.encoding.rfind("base64", 0) == 0) add(names_.size() - 1, f);
  }
}

void searcher::add(std::size_t canary, const form& whole) {
  const std::size_t size = std::min(whole.encoding == "raw" ? raw_window : coded_window, whole.text.size());
  for (std::size_t at = 0; at + size <= whole.text.size(); ++at) {
    const std::string piece = whole.text.substr(at, size);
    const std::uint64_t start = start_of(piece.data());
    const std::size_t bit = hash_of(start);
    filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    by_start_.emplace(start, needles_.size());
    needles_.push_back({canary, whole.encoding, piece});
  }
}

std::vector<finding> searcher::search(std::string_view bytes) const {
  std::vector<finding> found;
  look(bytes, 0, "", found);
  return found;
}

std::vector<finding> searcher::search_file(const std::string& path) const {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return search(bytes);
}

void searcher::look(std::string_view bytes, int depth, const std::string& where, std::vector<finding>& found) const {
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    const std::size_t bit = hash_of(start_of(bytes.data() + at));
    if ((filter_[bit / 64] >> (bit % 64)) & 1) compare(bytes, at, where, found);
    const char c = bytes[at];
    if (depth < depth_max && (c == '\x1F' || c == '\x78') && is_packed(bytes, at))
      unpack(bytes, at, depth, where, found);
  }
}

void searcher::compare(std::string_view bytes, std::size_t at, const std::string& where,
                       std::vector<finding>& found) const {
  const auto [first, last] = by_start_.equal_range(start_of(bytes.data() + at));
  for (auto i = first; i != last && found.size() < findings_max; ++i) {
    const needle& n = needles_[i->second];
    if (bytes.substr(at, n.bytes.size()) != n.bytes) continue;
    const finding one{names_[n.canary], n.encoding + where, at};
    const bool is_known = std::any_of(found.begin(), found.end(), [&](const finding& f) {
      return f.canary == one.canary && f.encoding == one.encoding;
    });
    if (!is_known) found.push_back(one);
  }
}

void searcher::unpack(std::string_view bytes, std::size_t at, int depth, const std::string& where,
                      std::vector<finding>& found) const {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) throw std::runtime_error("zlib");
  std::string out(std::size_t{64} << 10, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + at));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size() - at, unpacked_max));
  int answer = Z_OK;
  while (answer == Z_OK && stream.total_out < unpacked_max) {
    if (stream.total_out == out.size()) out.resize(out.size() * 2);
    stream.next_out = reinterpret_cast<Bytef*>(out.data()) + stream.total_out;
    stream.avail_out = static_cast<uInt>(out.size() - stream.total_out);
    answer = inflate(&stream, Z_NO_FLUSH);
  }
  out.resize(stream.total_out); // also what came before the stream broke
  inflateEnd(&stream);
  if (!out.empty()) look(out, depth + 1, where + " in gzip", found);
}

} // namespace pawl::canary
