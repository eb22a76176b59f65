// Definitions and executors of the crash test.
#include "tests/crash/workload.hpp"

#include "tests/support/scripted_secrets.hpp"

namespace pawl::crash {
namespace {

using nlohmann::json;

constexpr const char* each = R"({"id": "each", "type": "iterator", "data": {"items": "{{ input.items }}"}})";
constexpr const char* item = R"({"item": "{{ nodes.each.output.item }}"})";

// in → each → the body's nodes → each …, and `end` when all items are done.
std::string loop_of(const std::string& id, const std::vector<json>& body) {
  json doc{{"id", id}, {"nodes", {{{"id", "in"}, {"type", "trigger"}}, json::parse(each)}}};
  doc["edges"] = {{{"source", "in"}, {"target", "each"}},
                  {{"source", "each"}, {"target", body.front()["id"]}, {"sourceHandle", "loop"}},
                  {{"source", "each"}, {"target", "end"}, {"sourceHandle", "done"}}};
  for (std::size_t i = 0; i < body.size(); ++i) {
    doc["nodes"].push_back(body[i]);
    const json next = i + 1 < body.size() ? body[i + 1]["id"] : json("each");
    doc["edges"].push_back({{"source", body[i]["id"]}, {"target", next}});
  }
  const std::string last = body.back()["id"];
  doc["nodes"].push_back(
      {{"id", "end"}, {"type", "set"}, {"data", {{"count", "{{ nodes." + last + ".all.length }}"}}}});
  return doc.dump();
}

constexpr const char* token = "token of the crash test";

json work() {
  return {{"id", "work"}, {"type", "work"}, {"credentials", {{"key", "test:token"}}}, {"data", json::parse(item)}};
}
json shaky() {
  return {{"id", "shaky"},
          {"type", "shaky"},
          {"data", json::parse(item)},
          {"retry", {{"maxAttempts", 3}, {"interval", 2}, {"backoff", "exponential"}}}};
}
json ask() { return {{"id", "ask"}, {"type", "wait"}, {"data", {{"reason", "item {{ nodes.each.output.item }}"}}}}; }
json hear() { return {{"id", "hear"}, {"type", "wait"}, {"data", {{"signal", "item {{ nodes.each.output.item }}"}}}}; }
json nap() { return {{"id", "nap"}, {"type", "nap"}, {"data", json::parse(item)}}; }

json answer_of(const node_context& c) {
  return {{"item", c.data().at("item")}, {"key", c.idempotency_key()}, {"attempt", c.attempt()}};
}

node_type work_type(const effect& on_effect) {
  node_type type;
  type.name = "work";
  type.secrets = {{"key", true}};
  type.execute = [on_effect](node_context& c) {
    const auto secret = c.secret("key");
    if (!secret || secret->view() != token) return outcome::fail_for_good("another secret came");
    on_effect(c);
    return outcome::output(answer_of(c));
  };
  return type;
}

node_type shaky_type(const effect& on_effect) {
  node_type type;
  type.name = "shaky";
  type.blocking = false;
  type.execute = [on_effect](node_context& c) {
    on_effect(c);
    if (c.attempt() <= failures_of(c.visit())) return outcome::fail("not yet", "Shaky");
    return outcome::output(answer_of(c));
  };
  return type;
}

// Sleeps as an instance, not as a thread, and keeps something of the visit's own over the pause.
node_type nap_type(const effect& on_effect) {
  node_type type;
  type.name = "nap";
  type.blocking = false;
  type.can_wait = true;
  type.execute = [on_effect](node_context& c) {
    on_effect(c);
    if (!c.timer_fired()) return outcome::pause_for(std::chrono::milliseconds(1 + c.visit() % 4)).keep(answer_of(c));
    return outcome::output(c.node_state() != nullptr ? *c.node_state() : json());
  };
  return type;
}

} // namespace

std::vector<node_type> own_types(const effect& on_effect) {
  return {work_type(on_effect), shaky_type(on_effect), nap_type(on_effect)};
}

std::shared_ptr<secret_provider> own_secrets() {
  return std::make_shared<test::scripted_provider>(
      std::map<std::string, test::scripted_provider::entry>{{"token", {{}, token}}});
}

namespace {
bool has_signals = true;
} // namespace

void without_signals() { has_signals = false; }

const std::vector<std::string>& definitions() {
  if (!has_signals) {
    static const std::vector<std::string> quiet{loop_of("plain", {work()}), loop_of("retries", {shaky()}),
                                                loop_of("talks", {ask(), nap(), work()}),
                                                loop_of("mixed", {work(), shaky(), nap(), ask()})};
    return quiet;
  }
  static const std::vector<std::string> all{loop_of("plain", {work()}), loop_of("retries", {shaky()}),
                                            loop_of("talks", {ask(), nap(), hear(), work()}),
                                            loop_of("mixed", {work(), hear(), shaky(), nap(), ask()})};
  return all;
}

std::vector<schedule_spec> schedules() {
  constexpr int count = 10;
  std::vector<schedule_spec> all;
  for (int n = 0; has_signals && n < count; ++n) {
    schedule_spec& s = all.emplace_back();
    s.id = "beat-" + std::to_string(n);
    s.definition_id = "tick";
    s.every_ms = 1000;
    s.start_at_ms = 1000 * n / count; // said, so that adding it again is adding the same
    s.overlap = overlap_policy::allow;
    s.missed = missed_policy::all;
  }
  return all;
}

const std::string& scheduled_definition() {
  static const std::string tick = R"({"id": "tick", "nodes": [{"id": "in", "type": "trigger"},
    {"id": "end", "type": "set", "data": "done"}], "edges": [{"source": "in", "target": "end"}]})";
  return tick;
}

bool is_scheduled(std::string_view uid) { return uid.rfind("beat-", 0) == 0; }

std::string uid_of(int n) { return "i-" + std::to_string(n); }

std::string companion_of(int n) { return "w-" + std::to_string(n); }

std::string companion_definition() {
  const json wait{{"id", "held"}, {"type", "wait"}, {"data", {{"signal", "never"}, {"timeout", 86'400'000}}}};
  return json{{"id", "companion"}, {"nodes", {wait}}, {"edges", json::array()}}.dump();
}

std::string definition_of(int n) {
  static const char* const names[] = {"plain", "retries", "talks", "mixed"};
  return names[n % 4];
}

int items_of(int n) {
  static constexpr int items[] = {60, 30, 16, 12};
  return items[n % 4] + n % 5;
}

json input_of(int n) {
  json items = json::array();
  for (int i = 1; i <= items_of(n); ++i)
    items.push_back(i);
  return {{"items", std::move(items)}};
}

json payload_of(const std::string& uid, std::int64_t visit) { return {{"item", visit}, {"for", uid}}; }

std::string signal_of(std::int64_t visit) { return "item " + std::to_string(visit); }

bool takes_items(std::string_view node) {
  return node == "work" || node == "shaky" || node == "nap" || node == "ask" || node == "hear";
}

} // namespace pawl::crash
