// The scripted node behaviours of engine cases, as the corpus describes them.
#include "tests/conformance/scripted_types.hpp"

namespace conformance {
namespace {

using pawl::node_context;
using pawl::outcome;

outcome echo(node_context& c) { return c.has_data() ? outcome::output(c.data()) : outcome::nothing(); }
outcome payload(node_context& c) { return outcome::output(*c.payload()); }

// A handle that is no text matches no edge; this one cannot be written in a definition's edges of the corpus.
std::string handle_text(const json& handle) {
  return handle.is_string() ? handle.get<std::string>() : "\x01" + handle.dump();
}

outcome route(node_context& c, const json* handle) {
  if (handle == nullptr) return echo(c);
  return c.has_data() ? outcome::to(handle_text(*handle), c.data()) : outcome::to(handle_text(*handle));
}

bool truthy_object(const json& data) { return data.is_object(); }

const json* member(const json& object, const char* name) {
  return object.is_object() && object.contains(name) ? &object.at(name) : nullptr;
}

std::string text_of(const json* value) {
  if (value == nullptr) return "undefined";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

std::size_t results_of(const json& context, const json& data) {
  const json* self = member(data, "self");
  return self != nullptr && context.contains(text_of(self)) ? context.at(text_of(self)).size() : 0;
}

outcome iterate(node_context& c, const json& context) {
  const json* items = member(c.data(), "items");
  const std::size_t i = results_of(context, c.data());
  const std::size_t count = items != nullptr ? items->size() : 0;
  if (i >= count) return outcome::to("done", {{"done", true}, {"count", count}});
  return outcome::to("loop", {{"item", (*items)[i]}, {"index", i}, {"done", false}});
}

outcome count(node_context& c, const json& context) {
  const std::size_t n = results_of(context, c.data()) + 1;
  const json* max = member(c.data(), "max");
  const bool again = max != nullptr && max->is_number() && static_cast<double>(n) < max->get<double>();
  return outcome::to(again ? "again" : "end", {{"count", n}});
}

outcome fail_times(const json& b, int calls) {
  if (calls <= b.at("times").get<int>()) return outcome::fail(b.value("message", ""));
  return outcome::output({{"ok", true}, {"calls", calls}});
}

json info(const char* flag, const char* name, const json* value) {
  json shown{{flag, value != nullptr}};
  if (value != nullptr) shown[name] = *value;
  return shown;
}

json sorted_keys(const json& context) {
  json keys = json::array();
  for (const auto& [id, results] : context.items())
    keys.push_back(id); // std::map: by UTF-8, as by code unit for the corpus
  return keys;
}

outcome behave(const json& b, script& shared, const std::string& type, node_context& c) {
  const int calls = ++shared.calls[type];
  const std::string kind = b.at("kind");
  if (kind == "echo") return echo(c);
  if (kind == "const") return b.contains("data") ? outcome::output(b.at("data")) : outcome::nothing();
  if (kind == "noData") return outcome::nothing();
  if (kind == "payloadOrPause") return c.payload() != nullptr ? payload(c) : outcome::pause();
  if (kind == "payloadOrEcho") return c.payload() != nullptr ? payload(c) : echo(c);
  if (kind == "payloadInfo") return outcome::output(info("hasPayload", "payload", c.payload()));
  if (kind == "globalsInfo")
    return outcome::output(info("hasGlobals", "globals", c.globals().empty() ? nullptr : &c.globals()));
  if (kind == "pauseTimes") return calls <= b.at("times").get<int>() ? outcome::pause() : echo(c);
  if (kind == "route") return route(c, truthy_object(c.data()) ? member(c.data(), "handle") : nullptr);
  if (kind == "routeConst") return route(c, member(b, "handle"));
  if (kind == "throw") return outcome::fail(b.value("message", ""));
  if (kind == "throwData") return outcome::fail(text_of(member(c.data(), "message")));
  if (kind == "failTimes") return fail_times(b, calls);
  if (kind == "failThenPause" && calls == b.at("times").get<int>() + 1) return outcome::pause();
  if (kind == "failThenPause") return fail_times(b, calls);
  if (kind == "iterator") return iterate(c, shared.context(c.instance_id()));
  if (kind == "counter") return count(c, shared.context(c.instance_id()));
  if (kind == "contextKeys") return outcome::output(sorted_keys(shared.context(c.instance_id())));
  return outcome::fail("the checker does not know the behaviour " + kind);
}

/// A node whose data stays as the definition has it (`"transform": false`).
class raw_context final : public node_context {
public:
  raw_context(node_context& inner, const json& the_case) : inner_(inner) {
    for (const json& node : the_case.at("definition").at("nodes"))
      if (node.at("id") == inner.node_id()) data_ = member(node, "data");
  }
  const json& data() const override { return data_ != nullptr ? *data_ : null_; }
  bool has_data() const override { return data_ != nullptr; }
  const json* payload() const override { return inner_.payload(); }
  const json* node_state() const override { return inner_.node_state(); }
  const json* memory(std::string_view name) const override { return inner_.memory(name); }
  const json& input() const override { return inner_.input(); }
  const json& globals() const override { return inner_.globals(); }
  const std::string& instance_id() const override { return inner_.instance_id(); }
  const std::string& node_id() const override { return inner_.node_id(); }
  std::int64_t visit() const override { return inner_.visit(); }
  std::int64_t attempt() const override { return inner_.attempt(); }
  const std::string& idempotency_key() const override { return inner_.idempotency_key(); }
  std::int64_t time_ms() const override { return inner_.time_ms(); }
  bool timer_fired() const override { return inner_.timer_fired(); }

private:
  node_context& inner_;
  const json* data_ = nullptr;
  json null_;
};

} // namespace

std::vector<pawl::node_type> scripted_types(const json& the_case, const std::shared_ptr<script>& shared) {
  std::vector<pawl::node_type> types;
  for (const auto& [name, told] : the_case.at("nodeTypes").items()) {
    pawl::node_type type;
    type.name = name;
    type.any_handle = true;
    type.can_wait = true;
    type.concurrency = 1;
    const bool raw = !the_case.value("transform", true);
    type.execute = [name = name, b = told.at("behaviour"), shared, raw, the_case](node_context& c) {
      if (!raw) return behave(b, *shared, name, c);
      raw_context untouched(c, the_case);
      return behave(b, *shared, name, untouched);
    };
    types.push_back(std::move(type));
  }
  return types;
}

} // namespace conformance
