// Between the corpus' notation and Pawl's.
#include "tests/conformance/engine_cases.hpp"

#include <algorithm>

namespace conformance {
namespace {

// What JSON.stringify leaves of a value written with $undefined and $number; nothing for undefined.
std::optional<json> stringified(const json& value) {
  if (value.is_object() && value.contains("$undefined")) return std::nullopt;
  if (value.is_object() && value.contains("$number")) return value.at("$number") == "-0" ? json(0) : json(nullptr);
  if (value.is_array()) {
    json items = json::array();
    for (const json& item : value)
      items.push_back(stringified(item).value_or(nullptr));
    return items;
  }
  if (!value.is_object()) return value;
  json members = json::object();
  for (const auto& [key, member] : value.items())
    if (auto kept = stringified(member)) members[key] = std::move(*kept);
  return members;
}

// What stands before the first printed object and behind the last one must be the same.
bool same_around_objects(const std::string& wanted, const std::string& is) {
  static const std::string printed = "[object Object]";
  const std::size_t first = wanted.find(printed);
  if (first == std::string::npos) return false;
  const std::size_t last = wanted.rfind(printed) + printed.size();
  const std::size_t tail = wanted.size() - last;
  return is.size() >= first + tail && is.compare(0, first, wanted, 0, first) == 0 &&
         is.compare(is.size() - tail, tail, wanted, last, tail) == 0 && is.find(printed) == std::string::npos;
}

bool same_text(const std::string& wanted, const std::string& is, bool& excused) {
  const bool open_end = wanted.size() > 4 && wanted.compare(wanted.size() - 4, 4, "]: *") == 0;
  if (open_end) return is.compare(0, wanted.size() - 1, wanted, 0, wanted.size() - 1) == 0;
  if (wanted == is) return true;
  if (!same_around_objects(wanted, is)) return false;
  return excused = true;
}

bool same_value(const json& expected, const json& got, bool& excused) {
  if (expected.is_string() && got.is_string())
    return same_text(expected.get_ref<const std::string&>(), got.get_ref<const std::string&>(), excused);
  if (expected.is_structured() != got.is_structured() || expected.size() != got.size()) return false;
  const auto same = [&](const json& a, const json& b) { return same_value(a, b, excused); };
  if (expected.is_array() && got.is_array()) return std::equal(expected.begin(), expected.end(), got.begin(), same);
  if (!expected.is_object() || !got.is_object()) return expected == got;
  for (const auto& [key, member] : expected.items())
    if (!got.contains(key) || !same(member, got.at(key))) return false;
  return true;
}

} // namespace

json definition_of(const json& the_case, const json& first) {
  json definition = the_case.at("definition");
  const std::string id = first.value("workflowId", "");
  definition["id"] = id.empty() ? "default" : id;
  definition["fanOut"] = "first";
  if (first.value("initialNodeId", "").empty()) definition["start"] = "";
  for (json& node : definition["nodes"]) {
    const auto type = the_case.at("nodeTypes").find(node.value("type", ""));
    if (type != the_case.at("nodeTypes").end() && type->contains("retryPolicy"))
      node["retry"] = type->at("retryPolicy");
  }
  return definition;
}

json trace_writer::entry(const json& snapshot, std::int64_t now_ms) {
  json entry;
  for (const char* field : {"workflowId", "status", "currentNodeId", "version", "metadata", "context"})
    entry[field] = snapshot.at(field);
  for (auto& [id, results] : entry["context"].items())
    for (json& result : results)
      result.erase("timestamp");
  if (snapshot.contains("retryState")) {
    json retry = snapshot.at("retryState");
    const auto next = retry.at("nextRetryAt").get<std::int64_t>();
    if (next != next_retry_ms_) retry_delay_ms_ = next - now_ms;
    next_retry_ms_ = next;
    retry["retryDelayMs"] = retry_delay_ms_;
    retry.erase("nextRetryAt");
    entry["retryState"] = std::move(retry);
  }
  return entry;
}

bool same_entry(const json& expected, const json& got, bool& excused) {
  return same_value(*stringified(expected), got, excused);
}

bool may_be_refused_at_load(const json& the_case) {
  static const char* const tags[] = {"throws",         "missing-node",        "missing-type",      "missing-start",
                                     "duplicate-node", "edge-unknown-source", "edge-empty-target", "empty-workflow",
                                     "bad-expression", "non-string-handle",   "policy-values"};
  return std::any_of(std::begin(tags), std::end(tags), [&](const char* tag) { return has_tag(the_case, tag); });
}

bool needs_the_core(const json& the_case) {
  return std::any_of(the_case.at("events").begin(), the_case.at("events").end(), [](const json& e) {
    return e.at("op") == "set" || e.at("op") == "step" || (e.contains("stepLimit") && e.at("stepLimit") == 0);
  });
}

} // namespace conformance
