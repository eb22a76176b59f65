// Resolution of references between URIs (RFC 3986, 5.2). Only texts: nothing is ever fetched.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawl::schema {

struct split_uri {
  std::string_view without_fragment;
  std::string_view fragment;
};
split_uri split_fragment(std::string_view uri);

/// `reference`, seen from `base`. Both without fragment.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// With %41 as A; nothing for a faulty escape.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace pawl::schema
