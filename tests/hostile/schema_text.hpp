// Pieces of schemas and of values, as text.
#pragma once

#include "tests/hostile/attack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace pawl::hostile::schema_text {

inline std::string with(const std::string& keyword, const std::string& content) {
  return "{\"" + keyword + "\":" + content + "}";
}

inline std::string reference(const std::string& to) { return with("$ref", "\"#/definitions/" + to + "\""); }

inline std::string numbered(const char* letter, std::size_t i) { return letter + std::to_string(i); }

template <class F> std::string list(std::size_t count, F&& item) { return "[" + join(count, ",", item) + "]"; }

/// {"PREFIX0":content,...}
inline std::string members(std::size_t count, const std::string& prefix, const std::string& content) {
  return "{" + join(count, ",", [&](std::size_t i) { return "\"" + prefix + std::to_string(i) + "\":" + content; }) +
         "}";
}

inline std::string nested_arrays(std::size_t depth, const std::string& innermost = "1") {
  return std::string(depth, '[') + innermost + std::string(depth, ']');
}

inline std::string nested_objects(std::size_t depth, const std::string& name, const std::string& innermost = "1") {
  return repeat("{\"" + name + "\":", depth) + innermost + std::string(depth, '}');
}

/// Each level refers to the next one twice: 2^levels ways.
template <class F> std::string ways(std::size_t levels, F&& twice) {
  return R"({"allOf":[)" + reference("a0") + R"(],"definitions":{)" +
         join(levels, "",
              [&](std::size_t i) {
                return "\"" + numbered("a", i) + "\":" + twice(reference(numbered("a", i + 1))) + ",";
              }) +
         "\"" + numbered("a", levels) + R"(":{"maximum":5}}})";
}

/// {"KEYWORD":[a,b]}
inline std::string pair(const std::string& keyword, const std::string& a, const std::string& b) {
  return fmt::format("{{\"{}\":[{},{}]}}", keyword, a, b);
}

inline std::string twice(const std::string& keyword, const std::string& s) { return pair(keyword, s, s); }

inline std::string text_of(std::size_t bytes, const std::string& end = "") {
  return "\"" + std::string(bytes, 'x') + end + "\"";
}

/// Texts that differ in their last bytes alone.
inline std::string like_texts(std::size_t count, std::size_t bytes) {
  return list(count,
              [=](std::size_t i) { return "\"" + std::string(bytes, 'p') + std::to_string(100'000 + i) + "\""; });
}

/// Different texts of 16 bytes for which std::hash of libstdc++ (Murmur, 64 bits, a fixed seed) is one number: the
/// second half makes up for the first.
inline std::string texts_of_one_hash(std::size_t count) {
  constexpr std::uint64_t factor = 0xC6A4A7935BD1E995ULL;
  std::uint64_t inverse = factor; // modulo 2^64, by Newton
  for (int i = 0; i < 6; ++i)
    inverse *= 2 - factor * inverse;
  const auto mix = [](std::uint64_t v) { return v ^ (v >> 47U); };
  std::string out;
  for (std::uint64_t n = 0; count > 0; ++n) {
    std::string text(16, ' ');
    for (std::size_t i = 0; i < 8; ++i)
      text[i] = static_cast<char>('a' + (n >> (4 * i) & 15U));
    std::uint64_t half = 0;
    std::memcpy(&half, text.data(), 8);
    const auto before = (0xC70F6907ULL ^ (16 * factor) ^ (mix(half * factor) * factor)) * factor;
    half = mix((before ^ 1) * inverse) * inverse;
    std::memcpy(text.data() + 8, &half, 8);
    const auto is_plain = [](char c) { return c >= ' ' && c < '\x7F' && c != '"' && c != '\\'; };
    if (!std::all_of(text.begin(), text.end(), is_plain)) continue;
    out += (out.empty() ? "[\"" : ",\"") + text + "\"";
    --count;
  }
  return out + "]";
}

} // namespace pawl::hostile::schema_text
