// Who may have a secret and until when, on the command line: what set, allow and seal have in common.
#pragma once

#include <pawl/secret_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pawl::tool {

struct settings_arguments {
  std::vector<std::string> owners;
  std::vector<std::string> definitions;
  std::vector<std::string> types;
  std::vector<std::string> hosts;
  std::vector<std::string> labels; ///< K=V
  std::string expires;             ///< empty: not given

  bool is_given() const;
  /// Ends the command (usage) when an entry is wrong.
  secret_policy policy() const;
  /// Empty, or `never`: never. Ends the command (usage) when it is no time.
  std::optional<std::int64_t> expires_at_ms() const;
};

/// Adds --allow-definition, --allow-type, --allow-host and --allow-label.
void add_allowed(CLI::App& command, settings_arguments& given);
/// Adds these, and --expires.
void add_settings(CLI::App& command, settings_arguments& given);

} // namespace pawl::tool
