// RFC 3986: components, merging of paths, removal of dots.
#include "runtime/schema/uri.hpp"

#include <cstddef>

namespace pawl::schema {
namespace {

// Scheme and authority hold their separators ("http:", "//host"), the query its mark: to join them is to write them.
struct components {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
};

components split(std::string_view uri) {
  components c;
  const std::size_t colon = uri.find_first_of(":/?");
  if (colon != std::string_view::npos && colon > 0 && uri[colon] == ':') {
    c.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.substr(0, 2) == "//") {
    c.authority = uri.substr(0, uri.find_first_of("/?", 2));
    uri.remove_prefix(c.authority.size());
  }
  c.path = uri.substr(0, uri.find('?'));
  c.query = uri.substr(c.path.size());
  return c;
}

std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = path.find('/', 1);
    const std::string_view segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    const bool is_up = segment == "/.." || segment == "..";
    if (is_up) out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (!is_up && segment != "/." && segment != ".")
      out += segment;
    else if (path.empty())
      out += '/';
  }
  return out;
}

std::string joined(std::string_view scheme, std::string_view authority, std::string_view path, std::string_view query) {
  std::string uri(scheme);
  uri += authority;
  uri += path;
  uri += query;
  return uri;
}

} // namespace

split_uri split_fragment(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const components b = split(base);
  const components r = split(reference);
  if (!r.scheme.empty()) return joined(r.scheme, r.authority, without_dots(r.path), r.query);
  if (!r.authority.empty()) return joined(b.scheme, r.authority, without_dots(r.path), r.query);
  if (r.path.empty()) return joined(b.scheme, b.authority, b.path, r.query.empty() ? b.query : r.query);
  if (r.path[0] == '/') return joined(b.scheme, b.authority, without_dots(r.path), r.query);
  const bool is_bare_host = !b.authority.empty() && b.path.empty();
  const std::size_t folder = b.path.rfind('/') + 1; // 0 where there is no slash
  std::string path(is_bare_host ? std::string_view("/") : b.path.substr(0, folder));
  path += r.path;
  return joined(b.scheme, b.authority, without_dots(path), r.query);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    const std::string_view digits = "0123456789abcdef";
    return digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c);
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const std::size_t high = digit(text[i + 1]);
    const std::size_t low = digit(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

} // namespace pawl::schema
