// The list of workflows that secrets are sent through.
#include "tests/canary/scenarios.hpp"

#include <algorithm>
#include <set>

namespace pawl::canary {
namespace {

using nlohmann::json;

const json credentials{{"key", "{{ input.secret }}"}};

json node(const std::string& type, json data, const json& more = json::object()) {
  json made{{"id", "n"}, {"type", type}, {"data", std::move(data)}};
  if (type.rfind("echo", 0) == 0 || type == polite_type) made["credentials"] = credentials;
  made.update(more);
  return made;
}

json workflow(const std::string& id, json nodes, json edges = json::array()) {
  return {{"id", id}, {"input", true}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

json edge(const char* from, const char* to, const char* handle = nullptr) {
  json made{{"source", from}, {"target", to}};
  if (handle != nullptr) made["sourceHandle"] = handle;
  return made;
}

scenario one_node(const std::string& name, const json& only) { return {name, workflow(name, {only})}; }

scenario failing(scenario s, const std::string& error, bool shows_mark = true) {
  s.ends = "failed";
  s.error = error;
  s.shows_mark = shows_mark;
  return s;
}

const json thrice{{"retry", {{"maxAttempts", 2}, {"interval", 1}}}};
const json briefly{{"timeout", 30}};

// --- executors of the host

scenario echo(const std::string& how, const json& more = json::object()) {
  return one_node(how, node(echo_type, {{"how", how}}, more));
}
scenario later(const std::string& how, const json& more = json::object()) {
  return one_node("later-" + how, node(echo_later_type, {{"how", how}}, more));
}

void add_host(std::vector<scenario>& all) {
  all.push_back(echo("output"));
  all.push_back(failing(echo("error"), "[secret "));
  all.push_back(failing(echo("for-good"), "[secret "));
  all.push_back(failing(echo("throw"), "Error"));
  all.push_back(failing(echo("error-thrice", thrice), "[secret "));
  all.push_back(echo("retry", thrice));
  all.push_back(echo("nap"));
  all.push_back(echo("pause"));
  all.push_back(echo("accepting"));
  all.push_back(failing(echo("bad-text"), "OutputError", false));
  for (const char* how : {"too-large", "state-too-large", "memory-too-large"}) {
    scenario large = echo(how);
    large.ends = ""; // masked it may be small enough
    large.shows_mark = false;
    all.push_back(large);
  }
  all.push_back(failing(echo("late", briefly), "Timeout", false));
  all.push_back(failing(one_node("strict", node(echo_strict_type, {{"how", "output"}})), "OutputError", false));
  all.push_back(later("output"));
  all.push_back(failing(later("error"), "[secret "));
  all.push_back(failing(later("throw"), "Error"));
  all.push_back(failing(later("dropped"), "NoAnswer", false));
  all.push_back(later("twice"));
  all.push_back(failing(later("late", briefly), "Timeout", false));

  scenario memory{"remember",
                  workflow("remember",
                           {node(echo_type, {{"how", "remember"}}), {{"id", "end"}, {"type", "set"}, {"data", 1}}},
                           {edge("n", "n", "again"), edge("n", "end")})};
  memory.definition["start"] = "n";
  all.push_back(memory);

  scenario blocking = echo("block");
  blocking.blocks = true;
  all.push_back(blocking);
  scenario polite = one_node("polite", node(polite_type, nullptr));
  polite.shows_mark = false;
  polite.is_polite = true;
  all.push_back(polite);
}

// --- what reads results: all other built-in types

void add_control(std::vector<scenario>& all) {
  const std::string it = "{{ nodes.n.output.all }}";
  const json nodes{{{"id", "t"}, {"type", "trigger"}},
                   node(echo_type, {{"how", "output"}}),
                   {{"id", "set"}, {"type", "set"}, {"data", {{"of", it}, {"whole", "{{ nodes.n.output }}"}}}},
                   {{"id", "if"}, {"type", "if"}, {"data", {{"condition", it}}}},
                   {{"id", "switch"},
                    {"type", "switch"},
                    {"data", {{"value", it}, {"cases", {{{"equals", it}, {"handle", "one"}}}}}}},
                   {{"id", "each"}, {"type", "iterator"}, {"data", {{"items", {it, "{{ nodes.n.output }}"}}}}},
                   {{"id", "log"}, {"type", "log"}, {"data", {{"message", it}, {"fields", {{"of", it}}}}}},
                   {{"id", "delay"}, {"type", "delay"}, {"data", {{"ms", 1}, {"reason", it}}}},
                   {{"id", "wait"}, {"type", "wait"}, {"data", {{"reason", it}}}},
                   {{"id", "fail"}, {"type", "fail"}, {"data", {{"message", it}, {"name", it}}}}};
  const json edges{edge("t", "n"),
                   edge("n", "set"),
                   edge("set", "if"),
                   edge("if", "switch", "true"),
                   edge("switch", "each", "one"),
                   edge("each", "log", "loop"),
                   edge("log", "each"),
                   edge("each", "delay", "done"),
                   edge("delay", "wait"),
                   edge("wait", "fail")};
  scenario made = failing({"control", workflow("control", nodes, edges)}, "");
  made.shows_mark = true;
  all.push_back(made);
}

// --- http

struct route {
  const char* name;
  const char* error = ""; ///< empty: it completes
  bool shows_mark = true;
  json data = json::object();
};

// What the server (echo_server.py) says, in every encoding.
std::vector<route> routes(const servers& at) {
  const json follow{{"followRedirects", 3}};
  json there = follow;
  there["query"] = {{"to", at.elsewhere}};
  json here = follow;
  here["query"] = {{"to", at.home}};
  const json any{{"expect", {"2xx", "3xx", "4xx", "5xx"}}};
  const json bytes{{"response", "base64"}};
  const json strict{{"response", "json"}};
  return {{"text"},
          {"json"},
          {"json-escaped"},
          {"form"},
          {"names", "HttpResponse", false}, // masked, they are no longer different
          {"header"},
          {"cookie"},
          {"content-type"},
          {"reason", "", false},
          {"gzip"},
          {"deflate"},
          {"text", "", false, bytes}, // in base64 so is the mark
          {"not-text", "", false},
          {"status/404", "HttpStatus", false},
          {"status/500", "HttpStatus", false},
          {"status/401", "HttpStatus", false},
          {"status/404", "", true, any},
          {"status/503", "", true, any},
          {"redirect", "HttpStatus", false},
          {"redirect", "", true, any},
          {"redirect", "HttpRedirect", false, here},
          {"redirect", "HttpRedirect", false, there},
          {"hop", "", true, here},
          {"hop", "", false, there},
          {"bad-json", "HttpResponse", false, strict},
          {"twice", "HttpResponse", false, strict},
          {"text", "HttpResponse", false, strict},
          {"large", "HttpResponse", false},
          {"cut", "HttpNetwork", false},
          {"no-http", "HttpResponse", false},
          {"bad-header", nullptr, false},
          {"trailer", "", true},
          {"switch", "HttpResponse", false}};
}

scenario call(const std::string& name, const std::string& url, const std::string& auth, const json& data) {
  json all{{"url", url}, {"auth", auth}};
  all.update(data);
  scenario made = one_node(name, node("http", all, {{"credentials", {{"auth", "{{ input.secret }}"}}}}));
  made.is_http = made.is_polite = true;
  made.is_basic = auth == "basic";
  made.is_brief = auth == "X-Token"; // as bearer, under another name
  return made;
}

void add_http(std::vector<scenario>& all, const servers& at) {
  int number = 0;
  for (const route& r : routes(at))
    for (const char* auth : {"bearer", "X-Token", "basic"}) {
      std::string name = "http-" + std::to_string(++number) + "-" + r.name + "-" + auth;
      std::replace(name.begin(), name.end(), '/', '-');
      scenario made = call(name, at.home + "/" + r.name, auth, r.data);
      made.shows_mark = r.shows_mark;
      if (r.error == nullptr)
        made.ends = ""; // as libcurl thinks of it
      else if (*r.error != 0)
        made = failing(made, r.error, r.shows_mark);
      all.push_back(made);
    }
  scenario busy = call("http-busy", at.home + "/busy", "bearer", json::object());
  busy.definition["nodes"][0].update(thrice);
  all.push_back(busy);
  for (const char* auth : {"bearer", "basic"}) {
    const bool is_basic = std::string(auth) == "basic";
    scenario quiet = call(is_basic ? "http-quiet-basic" : "http-quiet", at.home + "/quiet", auth, json::object());
    quiet.shows_mark = false;
    all.push_back(quiet);
  }
  scenario quiet_post =
      call("http-quiet-post", at.home + "/quiet", "X-Token", {{"method", "POST"}, {"json", {{"a", 1}}}});
  quiet_post.shows_mark = false;
  all.push_back(quiet_post);
  scenario slow = call("http-slow", at.home + "/slow", "bearer", {{"timeout", 100}});
  all.push_back(failing(slow, "HttpTimeout", false));
  scenario away = call("http-away", "http://127.0.0.1:1", "bearer", json::object());
  all.push_back(failing(away, "SecretRefused", false));
  scenario other = call("http-elsewhere", at.elsewhere + "/text", "bearer", json::object());
  all.push_back(failing(other, "SecretRefused", false));
  scenario posted = call("http-post", at.home + "/text", "bearer", {{"method", "POST"}, {"json", {{"a", 1}}}});
  all.push_back(posted);
  scenario hanging = call("http-hang", at.home + "/hang", "bearer", json::object());
  hanging.blocks = true;
  all.push_back(hanging);
}

} // namespace

std::vector<std::string> scenario::types() const {
  std::set<std::string> found;
  for (const json& n : definition.at("nodes"))
    found.insert(n.at("type").get<std::string>());
  return {found.begin(), found.end()};
}

std::vector<std::string> scenario::canaries() const {
  if (is_basic) return {"login"};
  if (is_brief) return {"hard"};
  if (is_http) return {"token", "hard", "short", "login", "binary"}; // the others hold line ends
  return {"token", "hard", "short", "login", "block", "line", "binary"};
}

std::vector<scenario> all_scenarios(const servers& at) {
  std::vector<scenario> all;
  add_host(all);
  add_control(all);
  add_http(all, at);
  return all;
}

} // namespace pawl::canary
