// Addresses of the network: e-mail (RFC 5321), host names (RFC 1123), IP addresses, URIs (RFC 3986) and IRIs (RFC
// 3987).
#include "runtime/schema/ascii.hpp"
#include "runtime/schema/formats.hpp"

#include <algorithm>
#include <cstddef>

namespace pawl::schema {
namespace {

using ascii::is_digit;

bool is_alnum(char c) { return is_digit(c) || ascii::is_letter(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_one_of(char c, std::string_view these) { return these.find(c) != std::string_view::npos; }

// Calls f with each part between separators until it says false.
template <class F> bool each_part(std::string_view text, char separator, F f) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!f(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_quoted_local(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < ' ' || text[i] > '~' || text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
  }
  return true;
}

bool is_dotted_atoms(std::string_view text) {
  return each_part(text, '.', [](std::string_view atom) {
    return !atom.empty() && std::all_of(atom.begin(), atom.end(),
                                        [](char c) { return is_alnum(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~"); });
  });
}

bool is_mail_domain(std::string_view text) {
  if (text.size() < 2 || text.front() != '[') return is_hostname(text);
  if (text.back() != ']') return false;
  const std::string_view address = text.substr(1, text.size() - 2);
  constexpr std::string_view tag = "IPv6:";
  return address.substr(0, tag.size()) == tag ? is_ipv6(address.substr(tag.size())) : is_ipv4(address);
}

bool is_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), is_hex);
}

// Groups of 16 bits; 100 when one is none. The last may be an IPv4 address, which counts as two.
std::size_t groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  std::size_t count = 0;
  const std::size_t last = text.rfind(':') + 1; // 0 without a colon
  if (may_end_in_ipv4 && text.find('.', last) != std::string_view::npos) {
    if (!is_ipv4(text.substr(last))) return 100;
    if (last == 0) return 2;
    count = 2;
    text = text.substr(0, last - 1);
  }
  return each_part(text, ':', [&](std::string_view part) { return is_group(part) && ++count <= 8; }) ? count : 100;
}

// Characters of a part of a URI, percent escapes among them.
bool is_text_of(std::string_view text, std::string_view beside_unreserved, bool international) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alnum(c) && !is_one_of(c, "-._~!$&'()*+,;=") && !is_one_of(c, beside_unreserved) &&
               !(international && static_cast<unsigned char>(c) >= 0x80)) {
      return false;
    }
  }
  return true;
}

bool is_future_address(std::string_view text) {
  const std::size_t dot = text.find('.');
  return text.size() > 3 && (text[0] == 'v' || text[0] == 'V') && dot != std::string_view::npos && dot > 1 &&
         std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(dot), is_hex) &&
         dot + 1 < text.size() && text.find('%') == std::string_view::npos &&
         is_text_of(text.substr(dot + 1), ":", false);
}

bool is_authority(std::string_view text, bool international) {
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_text_of(text.substr(0, at), ":", international)) return false;
    text.remove_prefix(at + 1);
  }
  std::size_t port = text.find(':');
  if (!text.empty() && text[0] == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view address = text.substr(1, end - 1);
    if (!is_ipv6(address) && !is_future_address(address)) return false;
    port = end + 1;
    if (port == text.size()) return true;
    if (text[port] != ':') return false;
  } else if (!is_text_of(text.substr(0, port), "", international)) {
    return false;
  }
  if (port == std::string_view::npos) return true;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(port) + 1, text.end(), is_digit);
}

bool is_rest(std::string_view text, bool international) {
  const std::size_t hash = text.find('#');
  if (hash != std::string_view::npos && !is_text_of(text.substr(hash + 1), ":@/?", international)) return false;
  text = text.substr(0, hash);
  const std::size_t query = text.find('?');
  if (query != std::string_view::npos && !is_text_of(text.substr(query + 1), ":@/?", international)) return false;
  text = text.substr(0, query);
  if (text.substr(0, 2) == "//") {
    const std::size_t path = text.find('/', 2);
    if (!is_authority(text.substr(2, path == std::string_view::npos ? path : path - 2), international)) return false;
    text = path == std::string_view::npos ? std::string_view() : text.substr(path);
  }
  return is_text_of(text, ":@/", international);
}

// The length of "scheme:"; 0 without one.
std::size_t scheme_size(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !ascii::is_letter(text[0])) return 0;
  const bool fits = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                                [](char c) { return is_alnum(c) || is_one_of(c, "+-."); });
  return fits ? colon + 1 : 0;
}

bool is_absolute(std::string_view text, bool international) {
  const std::size_t scheme = scheme_size(text);
  return scheme > 0 && is_rest(text.substr(scheme), international);
}

bool is_reference(std::string_view text, bool international) {
  if (is_absolute(text, international)) return true;
  const std::string_view first = text.substr(0, text.find_first_of("/?#"));
  return first.find(':') == std::string_view::npos && is_rest(text, international);
}

} // namespace

bool is_hostname(std::string_view text) { return text.size() <= 253 && each_part(text, '.', is_label); }

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at);
  return (is_dotted_atoms(local) || is_quoted_local(local)) && is_mail_domain(text.substr(at + 1));
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  const auto is_octet = [&](std::string_view part) {
    if (++parts > 4 || part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
    if (!std::all_of(part.begin(), part.end(), is_digit)) return false;
    return part.size() < 3 || part <= "255";
  };
  return each_part(text, '.', is_octet) && parts == 4;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return groups(text, true) == 8;
  const std::string_view behind = text.substr(gap + 2);
  if (behind.find("::") != std::string_view::npos) return false;
  return groups(text.substr(0, gap), false) + groups(behind, true) <= 7;
}

bool is_uri(std::string_view text) { return is_absolute(text, false); }
bool is_uri_reference(std::string_view text) { return is_reference(text, false); }
bool is_iri(std::string_view text) { return is_absolute(text, true); }
bool is_iri_reference(std::string_view text) { return is_reference(text, true); }

} // namespace pawl::schema
