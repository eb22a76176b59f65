// The inside of outcome: what an executor answered, before the core makes an event of it.
#pragma once

#include <pawl/node.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl {

struct PAWL_LOCAL outcome::content {
  struct success {
    std::optional<std::string> handle;
    std::optional<nlohmann::json> value;
    std::vector<std::pair<std::string, std::optional<nlohmann::json>>> memory;
  };
  struct wait {
    bool for_payload = true;
    std::optional<std::int64_t> timer_ms;
    std::optional<nlohmann::json> node_state;
    std::string reason;
    std::optional<nlohmann::json> payload_schema;
    bool for_signals = false; ///< then not for a payload
    std::vector<std::string> signals = {};
    std::optional<std::int64_t> until_ms = {}; ///< by the calendar; not beside timer_ms
    bool extends = false;                      ///< also when earlier pauses of the visit end before
  };
  struct failure {
    std::string name;
    std::string message;
    bool retryable = true;
    std::int64_t after_ms = 0;
  };
  struct given_up {};
  std::variant<success, wait, failure, given_up> what;
};

} // namespace pawl
