// Node types that give secrets back, one function for each way.
#include "tests/canary/echo_types.hpp"

#include "tests/canary/encodings.hpp"
#include "tests/canary/scenarios.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace pawl::canary {
namespace {

using nlohmann::json;

// Whether JSON takes it.
bool is_text(const std::string& bytes) {
  try {
    (void)json(bytes).dump();
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

// The forms, but base64 whole, with what stands around it; without those that are none of these bytes.
std::vector<form> texts_of(std::string_view secret) {
  std::vector<form> all = forms_of(secret);
  const bool has_text = is_text(std::string(secret));
  std::erase_if(all, [&](const form& f) {
    return f.encoding.rfind("base64", 0) == 0 || !is_text(f.text) || (!has_text && f.encoding.rfind("json", 0) == 0);
  });
  for (const char* before : {"", "x", "xy"})
    for (const char* behind : {"", "!", "??"}) {
      std::string coded = base64(before + std::string(secret) + behind);
      all.push_back({std::string("base64 ") + before + "_" + behind, coded});
      std::replace(coded.begin(), coded.end(), '+', '-');
      std::replace(coded.begin(), coded.end(), '/', '_');
      all.push_back({std::string("base64url ") + before + "_" + behind, coded});
    }
  return all;
}

std::string line_of(std::string_view secret) {
  std::string all;
  for (const form& f : texts_of(secret))
    all += f.text + " | ";
  return all;
}

json value_of(std::string_view secret) {
  json each = json::object();
  json names = json::object();
  for (const form& f : texts_of(secret)) {
    each[f.encoding] = f.text;
    names[f.text] = {{"deep", {f.text, {{f.text, "x" + f.text + "x"}}}}};
  }
  return {{"all", line_of(secret)}, {"each", each}, {"names", names}};
}

std::string raw_of(std::string_view secret) {
  const std::string raw(secret);
  return is_text(raw) ? raw : base64(raw);
}

json schema_of(std::string_view secret) {
  const std::string raw = raw_of(secret);
  return {{"title", line_of(secret)}, {"type", "object"}, {"properties", {{raw, {{"enum", {raw, 1}}}}}}};
}

void stay() {
  for (;;)
    ::pause(); // until it is killed
}

outcome bad_text(std::string_view secret) {
  std::string all;
  for (const form& f : forms_of(secret))
    all += f.text;
  return outcome::output({{"bad", all + "\xFF"}});
}

outcome remember(const node_context& c, std::string_view secret) {
  if (c.visit() == 1)
    return outcome::to("again", value_of(secret)).remember("kept", value_of(secret)).remember(raw_of(secret), 1);
  return outcome::output(*c.memory("kept")).forget("kept");
}

std::string large(std::string_view secret) {
  const std::string once = line_of(secret);
  std::string all;
  while (all.size() < (std::size_t{300} << 10))
    all += once;
  return all;
}

outcome napping(const node_context& c, std::string_view secret) {
  if (c.timer_fired()) return outcome::output(*c.node_state());
  return outcome::pause_for(std::chrono::milliseconds(1)).keep(value_of(secret)).because(line_of(secret));
}

outcome pausing(const node_context& c, std::string_view secret, bool accepts) {
  if (c.payload() != nullptr) return outcome::output({{"state", *c.node_state()}, {"again", value_of(secret)}});
  outcome paused = outcome::pause().keep(value_of(secret)).because(line_of(secret));
  return accepts ? std::move(paused).accepting(schema_of(secret)) : std::move(paused);
}

void await_cancellation(const node_context& c) {
  while (!c.is_cancelled())
    std::this_thread::yield();
}

// Masked a state may be small enough: then the node waits.
outcome too_large(const std::string& how, const node_context& c, std::string_view secret) {
  if (c.payload() != nullptr) return outcome::nothing();
  if (how == "state-too-large") return outcome::pause().keep(large(secret));
  if (how == "memory-too-large") return outcome::nothing().remember("kept", large(secret));
  return outcome::output(large(secret));
}

outcome failing(const std::string& how, const node_context& c, std::string_view secret) {
  if (how == "throw") throw std::runtime_error(line_of(secret));
  if (how == "retry" && c.attempt() > 2) return outcome::output(value_of(secret));
  if (how == "for-good") return outcome::fail_for_good(line_of(secret), raw_of(secret));
  return outcome::fail(line_of(secret), raw_of(secret));
}

outcome answer(const std::string& how, const node_context& c, std::string_view secret) {
  if (how == "output") return outcome::output(value_of(secret));
  if (how == "nap") return napping(c, secret);
  if (how == "pause" || how == "accepting") return pausing(c, secret, how == "accepting");
  if (how == "remember") return remember(c, secret);
  if (how == "bad-text") return bad_text(secret);
  if (how.find("too-large") != std::string::npos) return too_large(how, c, secret);
  if (how == "late") {
    await_cancellation(c);
    return outcome::output(value_of(secret));
  }
  return failing(how, c, secret);
}

outcome echo(node_context& c, const echo_settings& settings) {
  const auto secret = c.secret("key");
  const std::string how = c.data().at("how");
  if (how != "block") return answer(how, c, secret->view());
  if (settings.blocks) {
    const json held = value_of(secret->view());
    settings.tell("at " + c.instance_id());
    stay();
  }
  return answer("output", c, secret->view());
}

void echo_later(const std::shared_ptr<node_context>& c, const completion& done) {
  const std::string how = c->data().at("how");
  if (how == "throw") throw std::runtime_error(line_of(c->secret("key")->view()));
  std::thread([how, c, done] {
    if (how == "dropped") return;
    const auto secret = c->secret("key");
    if (how == "late") await_cancellation(*c);
    const bool fails = how == "error";
    (void)done.complete(answer(fails ? "error" : "output", *c, secret->view()));
    if (how == "twice") (void)done.complete(outcome::fail(line_of(secret->view())));
  }).detach();
}

/// Two that work together, so that a secret comes out of a node that nobody gave it to.
std::string stolen;
std::mutex stolen_mutex;

outcome polite(node_context& c, const echo_settings& settings) {
  const auto secret = c.secret("key");
  volatile unsigned sum = 0; // reads every byte
  for (const char b : secret->view())
    sum = sum + static_cast<unsigned char>(b);
  if (settings.plant) {
    settings.plant(secret->view());
    const std::lock_guard lock(stolen_mutex);
    stolen = secret->view();
  }
  return outcome::nothing();
}

outcome steal(node_context& c) {
  const std::lock_guard lock(stolen_mutex);
  if (c.attempt() == 1) return outcome::fail(line_of(stolen));
  return outcome::output(value_of(stolen));
}

} // namespace

outcome echo_answer(const node_context& c) {
  const std::string how = c.data().at("how");
  return answer(how == "twice" ? "output" : how, c, c.secret("key")->view());
}

std::vector<node_type> echo_types(const echo_settings& how) {
  node_type plain(echo_type, node_type::executor([how](node_context& c) { return echo(c, how); }));
  plain.can_wait = true;
  plain.handles = {"again"};
  node_type later(echo_later_type, node_type::async_executor(echo_later));
  node_type strict(echo_strict_type, node_type::executor([how](node_context& c) { return echo(c, how); }));
  strict.output_schema = R"({"type": "object", "additionalProperties": false, "properties": {"all": {"const": 1}}})";
  node_type quiet(polite_type, node_type::executor([how](node_context& c) { return polite(c, how); }));
  for (node_type* type : {&plain, &later, &strict, &quiet})
    type->secrets = {{"key", true}};
  return {plain, later, strict, quiet, node_type(thief_type, node_type::executor(steal))};
}

} // namespace pawl::canary
