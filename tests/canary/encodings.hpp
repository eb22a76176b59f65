// Canaries, the forms in which one may turn up somewhere, and the search for all of them in bytes. Nothing here is
// Pawl's own code: a fault in Pawl's mask must not hide itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::canary {

/// A secret that a test planted.
struct planted {
  std::string name;  ///< of the secret
  std::string value; ///< what is given to Pawl
  std::string core;  ///< what must not turn up: the value, or its part behind the user's name
};

/// Different ones for each seed: `token` of letters and digits; `hard` with bytes that every encoding changes; `short`
/// of 16 bytes; `login`, user:password; `block` of several lines; `line` with a line end; `binary`, no UTF-8.
std::vector<planted> make_canaries(std::uint64_t seed);

/// A way to write bytes as text.
struct form {
  std::string encoding;
  std::string text;
};
/// The bytes as they are, base64 and base64url at three offsets (what no neighbour changes), hexadecimal digits of both
/// cases, percent-encoded (what must be, both cases; every byte; as forms do) and with JSON's escapes (short ones,
/// every character by \u, slashes too).
std::vector<form> forms_of(std::string_view bytes);

/// Base64 with the padding, for what stands by itself.
std::string base64(std::string_view bytes);
/// A gzip member.
std::string gzip(std::string_view bytes);

/// One place where something was found.
struct finding {
  std::string canary;
  std::string encoding; ///< with `in gzip` behind it where it was packed
  std::size_t offset = 0;
  std::string text() const;
};

/// Looks for every form of every canary, and for long pieces of them: any 12 bytes of a raw one, any 16 of another
/// form. Looks into gzip and zlib streams wherever one begins, two deep. Immutable: safe from several threads.
class searcher {
public:
  explicit searcher(const std::vector<planted>& canaries);

  /// At most 40 findings, each canary and encoding once.
  std::vector<finding> search(std::string_view bytes) const;
  /// Of a file, which may change or go meanwhile.
  std::vector<finding> search_file(const std::string& path) const;

private:
  struct needle {
    std::size_t canary;
    std::string encoding;
    std::string bytes;
  };

  void add(std::size_t canary, const form& whole);
  void look(std::string_view bytes, int depth, const std::string& where, std::vector<finding>& found) const;
  void compare(std::string_view bytes, std::size_t at, const std::string& where, std::vector<finding>& found) const;
  void unpack(std::string_view bytes, std::size_t at, int depth, const std::string& where,
              std::vector<finding>& found) const;

  std::vector<std::string> names_;
  std::vector<needle> needles_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_start_; ///< the first eight bytes
  std::vector<std::uint64_t> filter_;                            ///< a bit for each hash of those
};

} // namespace pawl::canary
