// One walk, as deep as the limit at most.
#include "runtime/expression/functions/documents.hpp"

#include "runtime/expression/unicode.hpp"

#include <cmath>

namespace pawl::expression {

namespace {

using json = nlohmann::json;

bool check_text(const std::string& text, meter& cost) {
  if (!cost.build_text(text.size())) return false;
  return !find_invalid_utf8(text) || cost.fail(errc::evaluation, "a text is not UTF-8");
}

bool copy(value& out, const json& from, meter& cost, std::size_t depth);

bool copy_array(value& out, const json& from, meter& cost, std::size_t depth) {
  if (!cost.build_array(from.size())) return false;
  std::vector<value> items;
  items.reserve(from.size());
  for (const auto& item : from)
    if (!copy(items.emplace_back(), item, cost, depth + 1)) return false;
  out = value::array(std::move(items));
  return true;
}

bool copy_object(value& out, const json& from, meter& cost, std::size_t depth) {
  if (!cost.allocate(from.size() * sizeof(value::members::value_type))) return false;
  value::members all;
  all.reserve(from.size());
  for (const auto& [key, item] : from.get_ref<const json::object_t&>()) {
    if (!check_text(key, cost)) return false;
    if (!copy(all.emplace_back(key, value()).second, item, cost, depth + 1)) return false;
  }
  out = value::object(std::move(all));
  return true;
}

bool copy(value& out, const json& from, meter& cost, std::size_t depth) {
  if (!cost.step()) return false;
  if (from.is_structured() && depth >= document_depth_max)
    return cost.fail(errc::limit, "a value is nested too deeply: more than 128 levels");
  if (from.is_array()) return copy_array(out, from, cost, depth);
  if (from.is_object()) return copy_object(out, from, cost, depth);
  if (from.is_discarded() || from.is_binary()) return cost.fail(errc::evaluation, "a value is no JSON");
  if (from.is_number_float() && !std::isfinite(from.get<double>()))
    return cost.fail(errc::evaluation, "JSON has no number that is NaN or infinite");
  if (!from.is_string()) {
    out = value::borrow(from);
    return true;
  }
  const auto& text = from.get_ref<const std::string&>();
  if (!check_text(text, cost)) return false;
  out = value::text(text);
  return true;
}

} // namespace

bool copy_document(value& out, const json& document, meter& cost) { return copy(out, document, cost, 0); }

} // namespace pawl::expression
