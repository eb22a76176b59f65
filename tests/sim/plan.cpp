// Throws the dice for definitions, and for what each attempt of an executor does.
#include "tests/sim/plan.hpp"

namespace pawl::sim {
namespace {

using nlohmann::json;

const char* type_of(stage_kind kind) {
  constexpr const char* names[] = {"work", "shaky", "nap", "wait", "later", "iterator", "wait", "delay"};
  return names[static_cast<int>(kind)];
}

json data_of(const stage& s, const std::string& value_of) {
  json data = json::object();
  if (!value_of.empty()) data["prev"] = "{{ nodes." + value_of + ".last.data.value }}";
  if (s.kind == stage_kind::nap) data["ms"] = s.time_ms;
  if (s.kind == stage_kind::date) data["until"] = "{{ run.time + " + std::to_string(s.time_ms) + " }}";
  if (s.times_out()) data["timeout"] = s.time_ms;
  if (s.kind == stage_kind::hear && s.hears_two) data["signals"] = s.signals();
  if (s.kind == stage_kind::hear && !s.hears_two) data["signal"] = s.signals().front();
  if (s.kind == stage_kind::loop) data = {{"items", "{{ input.items }}"}};
  return data;
}

json node_of(const stage& s) {
  json node{{"id", s.id}, {"type", type_of(s.kind)}, {"data", data_of(s, s.value_of)}};
  if (s.retries_max > 0) node["retry"] = {{"maxAttempts", s.retries_max}, {"interval", s.retry_ms}};
  if (s.kind == stage_kind::later && s.time_ms > 0) node["timeout"] = s.time_ms;
  if (s.takes_secret) node["credentials"] = {{"key", "test:{{ input.of }}"}};
  return node;
}

json edge(const std::string& from, const std::string& to, const char* handle = nullptr) {
  json e{{"source", from}, {"target", to}};
  if (handle != nullptr) e["sourceHandle"] = handle;
  return e;
}

stage make_stage(dice& by, std::string id) {
  stage s;
  s.kind = static_cast<stage_kind>(by.weighted({3, 3, 2, 2, 3, 2, 3, 1}));
  s.id = std::move(id);
  const bool may_fail = s.kind == stage_kind::shaky || s.kind == stage_kind::later;
  if (may_fail) {
    s.retries_max = by.between(0, 3);
    s.retry_ms = by.between(0, 40);
    s.goes_on = by.one_in(2);
  }
  if (s.kind == stage_kind::nap || s.kind == stage_kind::date) s.time_ms = by.between(1, 3'000);
  if (s.kind == stage_kind::later && by.one_in(2)) s.time_ms = by.between(1, 100);
  if (s.kind == stage_kind::ask && by.one_in(2)) s.time_ms = by.between(1, 2'000);
  if (s.kind == stage_kind::hear && by.one_in(2)) s.time_ms = by.between(1, 2'000);
  s.hears_two = s.kind == stage_kind::hear && by.one_in(3);
  s.takes_secret = s.has_value() && by.one_in(3);
  return s;
}

} // namespace

std::vector<std::string> stage::signals() const {
  std::vector<std::string> names{"s-" + id};
  if (hears_two) names.push_back("t-" + id);
  return names;
}

const stage* plan::find(const std::string& node) const {
  for (const stage& s : stages)
    if (s.id == node || (s.kind == stage_kind::loop && s.body() == node)) return &s;
  return nullptr;
}

plan make_plan(dice& by, std::string id) {
  plan made{std::move(id), {}};
  const int count = by.between(1, 5);
  std::string value_of;
  for (int i = 0; i < count; ++i) {
    stage s = make_stage(by, "n" + std::to_string(i));
    s.value_of = value_of;
    if (s.has_value() && !s.goes_on) value_of = s.id;
    if (s.kind == stage_kind::loop) value_of.clear(); // its body may never run
    made.stages.push_back(std::move(s));
  }
  return made;
}

std::string plan::document() const {
  json doc{{"id", id}, {"start", stages.front().id}, {"nodes", json::array()}, {"edges", json::array()}};
  if (timeout_ms > 0) doc["timeout"] = timeout_ms;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const stage& s = stages[i];
    doc["nodes"].push_back(node_of(s));
    if (s.kind == stage_kind::loop) {
      doc["nodes"].push_back({{"id", s.body()}, {"type", "work"}, {"data", json::object()}});
      doc["edges"].push_back(edge(s.id, s.body(), "loop"));
      doc["edges"].push_back(edge(s.body(), s.id));
    }
    if (i + 1 == stages.size()) continue;
    const std::string& next = stages[i + 1].id;
    doc["edges"].push_back(s.kind == stage_kind::loop ? edge(s.id, next, "done") : edge(s.id, next));
    if (s.goes_on) doc["edges"].push_back(edge(s.id, next, "error"));
    if (s.times_out()) doc["edges"].push_back(edge(s.id, next, "timeout"));
  }
  return doc.dump();
}

json input_of(const plan& of, std::size_t items) {
  json input{{"of", of.id}, {"items", json::array()}};
  for (std::size_t i = 0; i < items; ++i)
    input["items"].push_back(i);
  return input;
}

std::string secret_of(const std::string& plan_id) { return "the secret of " + plan_id; }

const char* name_of(deed d) {
  constexpr const char* names[] = {"succeeds", "fails", "fails for good", "throws", "never answers", "answers twice"};
  return names[static_cast<int>(d)];
}

std::uint64_t script::hash(const std::string& uid, const std::string& node, std::int64_t visit) const {
  std::uint64_t h = mixed(seed_ + static_cast<std::uint64_t>(visit));
  for (const std::string* text : {&uid, &node})
    for (const char c : *text)
      h = mixed(h ^ static_cast<unsigned char>(c));
  return h;
}

deed script::deed_of(const stage& s, const std::string& uid, std::int64_t visit, std::int64_t attempt) const {
  if (s.kind != stage_kind::shaky && s.kind != stage_kind::later) return deed::succeed;
  dice by(hash(uid, s.id, visit));
  const int failures = by.between(0, s.retries_max + 1);
  for (std::int64_t skip = 1; skip < attempt; ++skip)
    (void)by.next();
  const std::size_t way = by.below(8);
  const bool is_late = s.kind == stage_kind::later;
  if (attempt > failures) return is_late && way == 0 ? deed::twice : deed::succeed;
  if (way == 0) return deed::fail_for_good;
  if (is_late && s.time_ms > 0 && way < 4) return deed::never;
  return way == 7 ? deed::throw_ : deed::fail;
}

json script::output_of(const std::string& uid, const std::string& node, std::int64_t visit) const {
  return {{"value", hash(uid, node, visit) >> 32}};
}

} // namespace pawl::sim
