// Header fields: those of authors are checked before they are sent, those of servers are read as they come.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::nodes {

struct http_header {
  std::string name; ///< of a server: in lower case
  std::string value;
};
using http_headers = std::vector<http_header>;

/// The author's `headers`. Throws std::invalid_argument: a name that is no token, a value with a line end or another
/// control character, a field that only the connection may set. Never names a value.
http_headers read_headers(const nlohmann::json& object);

/// A number or boolean as headers, queries and forms send it: a number as expressions write it, so 2.0 is "2" whether
/// it was written or computed. Whole numbers keep all their digits.
std::string plain_text(const nlohmann::json& value);

/// The first value of that name, whatever its case; null pointer when there is none.
const std::string* find_header(const http_headers& headers, std::string_view name);

/// One line of an answer, `Name: value`; nothing when it is none.
std::optional<http_header> read_header_line(std::string_view line);

/// Names in lower case to texts; repeated fields are joined by ", ", but `set-cookie` is always an array. A value that
/// is not UTF-8 is read as ISO-8859-1.
nlohmann::json to_json(const http_headers& headers);

/// What may go along to another origin: Authorization, Cookie and X-Api-Key are none of its business.
http_headers without_private(const http_headers& headers);

/// Whether `name` is one that an author may set: a token, and none of the connection's.
bool may_be_set(std::string_view name);

/// Whether what stands in it usually ends in logs of proxies and servers, or goes on to others: no place for a secret.
bool is_logged(std::string_view name);

/// Whether the names are the same but for ASCII's case.
bool same_name(std::string_view a, std::string_view b);

} // namespace pawl::nodes
