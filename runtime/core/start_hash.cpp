// The hash that tells one start of an instance's id from another. Made of canonical JSON, so that equal input is equal
// however it is written.
#include "runtime/core/start_hash.hpp"

#include "runtime/core/hash.hpp"
#include "runtime/core/json.hpp"

#include <nlohmann/json.hpp>

namespace pawl::core {

std::string start_hash(const nlohmann::json& input, const std::map<std::string, std::string>& labels) {
  std::string text = canonical_json(input);
  if (!labels.empty()) text += "\n" + canonical_json(nlohmann::json(labels));
  return content_hash(text);
}

} // namespace pawl::core
