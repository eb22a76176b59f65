// The values of `format` that are enforced. By hand-written readers in time linear in the text, never by std::regex.
#pragma once

#include <string_view>

namespace pawl::schema {

struct format {
  std::string_view name;
  std::string_view expected; ///< "a date (YYYY-MM-DD)"
  bool (*fits)(std::string_view text);
};

/// nullptr for a format that nobody enforces.
const format* find_format(std::string_view name);

/// For the readers of formats that are made of others; in formats_net.cpp.
bool is_email(std::string_view text);
bool is_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_uri(std::string_view text);
bool is_uri_reference(std::string_view text);
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);

} // namespace pawl::schema
