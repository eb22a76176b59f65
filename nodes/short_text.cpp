// Makes texts for people safe to store: repairs UTF-8 and cuts what is long.
#include "nodes/short_text.hpp"

#include "runtime/core/json.hpp"

#include <nlohmann/json.hpp>

namespace pawl::nodes {

using nlohmann::json;

std::string shortened(std::string text) {
  if (!core::to_text(json(text), "a text"))
    text = json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
  if (text.size() <= short_text_bytes_max) return text;
  std::size_t end = short_text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text + "…";
}

} // namespace pawl::nodes
