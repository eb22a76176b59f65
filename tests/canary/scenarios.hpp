// What secrets are sent through: workflows over every node type and every way in which one can end. A new node type
// belongs into one of them (registry.hpp).
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pawl::canary {

/// The node types of the child (echo_types.hpp): what they are given they give back, each in a way that `how` names.
inline const char* const echo_type = "echo";
inline const char* const echo_later_type = "echo-later";   ///< asynchronous
inline const char* const echo_strict_type = "echo-strict"; ///< with a schema that its output breaks
inline const char* const polite_type = "polite";           ///< reads its secret and gives nothing back
inline const char* const thief_type = "thief";             ///< gives a secret back that it was not given: for controls

struct servers {
  std::string home;      ///< http://127.0.0.1:PORT, which the policies list
  std::string elsewhere; ///< another origin
};

/// Each is run once for every canary that its secrets may be; input is `{"secret": NAME}`.
struct scenario {
  std::string name;
  nlohmann::json definition;
  std::string ends = "completed"; ///< status of the instance
  std::string error = "";         ///< of a failed one: how its reason begins
  bool shows_mark = true;         ///< what came back is kept, so that the mask must have put its mark there
  bool is_http = false;
  bool is_basic = false;  ///< user:password only
  bool is_brief = false;  ///< one canary is enough
  bool blocks = false;    ///< in a first life: for the tests that kill
  bool is_polite = false; ///< nothing in the process copies the secret but Pawl itself

  std::vector<std::string> types() const;
  /// The names of the canaries (encodings.hpp) that it takes.
  std::vector<std::string> canaries() const;
};

std::vector<scenario> all_scenarios(const servers& at);

} // namespace pawl::canary
