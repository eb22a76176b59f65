// Definitions that are cut off, hold the wrong kinds of fields or very many problems, or just fit.
#include "tests/hostile/attack.hpp"

namespace pawl::hostile {
namespace {

std::string json_text(const std::string& plain) { return "\"" + plain + "\""; }

std::string node(const std::string& id, const std::string& more = "") {
  return R"({"id":")" + id + R"(","type":"set")" + more + "}";
}

std::string edge(const std::string& from, const std::string& to, const std::string& more = "") {
  return R"({"source":")" + from + R"(","target":")" + to + "\"" + more + "}";
}

std::string document(const std::string& nodes, const std::string& edges = "", const std::string& more = "") {
  return R"({"id":"d","nodes":[)" + nodes + R"(],"edges":[)" + edges + "]" + more + "}";
}

std::string id_of(std::size_t i) { return "n" + std::to_string(i); }

template <class F> std::string nodes(std::size_t count, F&& more) {
  return join(count, ",", [&](std::size_t i) { return node(id_of(i), more(i)); });
}
std::string plain_nodes(std::size_t count) {
  return nodes(count, [](std::size_t) { return ""; });
}
std::string chain(std::size_t count) {
  return join(count - 1, ",", [](std::size_t i) { return edge(id_of(i), id_of(i + 1)); });
}

const char* const complete_definition =
    R"({"id":"d","start":"a","fanOut":"first","stepLimit":5,"nodes":[{"id":"a","type":"set","data":{"x":"{{ input.y }}"},)"
    R"("retry":{"maxAttempts":3,"interval":"{{ 1 }}"}},{"id":"b","type":"if","data":{"condition":true}}],)"
    R"("edges":[{"source":"a","target":"b"},{"source":"b","target":"a","sourceHandle":"true"}]})";

} // namespace

std::vector<attack> cut_definitions(std::uint64_t) {
  attacks all;
  const std::string whole = complete_definition;
  for (std::size_t length = 0; length < whole.size(); ++length)
    all.add("after " + std::to_string(length), whole.substr(0, length));
  std::size_t n = 0;
  for (const auto& bytes : invalid_utf8()) {
    all.add("bad bytes in an id " + std::to_string(n), document(node("a" + bytes)));
    all.add("bad bytes in data " + std::to_string(n++), document(node("a", R"(,"data":")" + bytes + "\"")));
  }
  return std::move(all).take();
}

std::vector<attack> wrong_fields(std::uint64_t) {
  attacks all;
  const char* const values[] = {"true", "1", "-1.5", "\"zz\"", "[]", "{}", "[1]", "{\"a\":1}", "1e300", "\"\""};
  for (const char* value : values) {
    const std::string v = value;
    const bool is_text = v[0] == '"';
    all.add("document " + v, v);
    if (!is_text || v == "\"\"") all.add("id " + v, R"({"id":)" + v + R"(,"nodes":[)" + node("a") + R"(],"edges":[]})");
    if (v != "[]") all.add("edges " + v, R"({"id":"d","nodes":[)" + node("a") + R"(],"edges":)" + v + "}");
    all.add("nodes " + v, R"({"id":"d","edges":[],"nodes":)" + v + "}");
    all.add("node " + v, document(v));
    all.add("edge " + v, document(node("a"), v));
    all.add("start " + v, document(node("a"), "", R"(,"start":)" + v));
    all.add("fan-out " + v, document(node("a"), "", R"(,"fanOut":)" + v));
    if (v != "1") all.add("step limit " + v, document(node("a"), "", R"(,"stepLimit":)" + v));
    all.add("type " + v, document(R"({"id":"a","type":)" + v + "}"));
    if (!is_text || v == "\"\"") all.add("node id " + v, document(R"({"type":"set","id":)" + v + "}"));
    all.add("source " + v, document(node("a"), R"({"target":"a","source":)" + v + "}"));
    all.add("target " + v, document(node("a"), R"({"source":"a","target":)" + v + "}"));
    all.add("handle " + v, document(node("a"), edge("a", "a", R"(,"sourceHandle":)" + v)));
    if (v[0] != '{') all.add("retry " + v, document(node("a", R"(,"retry":)" + v)));
    if (v[0] == '[' || v[0] == '{' || v == "\"zz\"" || v == "true") {
      for (const char* name : {"maxAttempts", "interval", "maxInterval", "jitter"})
        all.add(std::string("retry ") + name + v,
                document(node("a", std::string(R"(,"retry":{")") + name + "\":" + v + "}")));
    }
    if (v != "[]")
      for (const char* name : {"retryOn", "stopOn"})
        all.add(std::string("retry ") + name + v,
                document(node("a", std::string(R"(,"retry":{")") + name + "\":" + v + "}")));
    if (v[0] != '{' && v != "true")
      for (const char* name : {"input", "signals"})
        all.add(std::string("no schema ") + name + v, document(node("a"), "", std::string(",\"") + name + "\":" + v));
    if (v != "1") all.add("timeout of instances " + v, document(node("a"), "", R"(,"timeout":)" + v));
    for (const char* name : {"labels", "concurrency", "history"})
      all.add(std::string("not yet ") + name + v, document(node("a"), "", std::string(",\"") + name + "\":" + v));
    for (const char* name : {"timeout", "join", "joinOf", "compensate", "history"})
      all.add(std::string("not yet in a node ") + name + v, document(node("a", std::string(",\"") + name + "\":" + v)));
  }
  for (const std::size_t bytes : {201, 1'000, 1'000'000})
    all.add("a long id " + std::to_string(bytes), document(node(std::string(bytes, 'i'))));
  return std::move(all).take();
}

std::vector<attack> many_problems(std::uint64_t) {
  attacks all;
  for (const std::size_t count : {2, 99, 101, 1'000, 9'999}) {
    const auto n = std::to_string(count);
    const auto add = [&](const char* what, std::function<std::string()> text) {
      all.add_later(what + (" " + n), std::move(text));
    };
    add("nodes that are none", [=] { return document(join(count, ",", [](std::size_t) { return "1"; })); });
    add("unknown types", [=] {
      return document(
          join(count, ",", [](std::size_t i) { return R"({"id":"a","type":"t)" + std::to_string(i) + "\"}"; }));
    });
    add("one id", [=] { return document(join(count, ",", [](std::size_t) { return node("a"); })); });
    add("broken data", [=] { return document(nodes(count, [](std::size_t) { return R"(,"data":"{{ ( }}")"; })); });
    add("much broken data", [=] {
      return document(nodes(count, [](std::size_t) { return R"(,"data":["{{(}}{{(}}{{(}}{{(}}","{{(}}"])"; }));
    });
    add("edges from nowhere", [=] {
      return document(node("a"), join(count, ",", [](std::size_t i) { return edge("x" + std::to_string(i), "a"); }));
    });
    add("handles that no one has", [=] {
      return document(node("a"), join(count, ",", [](std::size_t i) {
                        return edge("a", "a", R"(,"sourceHandle":"h)" + std::to_string(i) + "\"");
                      }));
    });
    add("parallel edges",
        [=] { return document(node("a"), join(count, ",", [](std::size_t) { return edge("a", "a"); })); });
    add("fields that do not work yet",
        [=] { return document(nodes(count, [](std::size_t) { return R"(,"join":1,"timeout":2,"history":3)"; })); });
    add("retries that are none", [=] {
      return document(nodes(count, [](std::size_t) { return R"(,"retry":{"interval":[],"jitter":{},"retryOn":1})"; }));
    });
    add("broken retries",
        [=] { return document(nodes(count, [](std::size_t) { return R"(,"retry":{"interval":"{{ ( }}"})"; })); });
    add("warnings and one error", [=] {
      return document(nodes(count, [](std::size_t) { return R"(,"tpye":1,"daat":2)"; }), "", R"(,"fanOut":"all")");
    });
  }
  for (const std::size_t count : {10'001, 20'000, 30'000})
    all.add_later("nodes " + std::to_string(count), [=] { return document(plain_nodes(count)); });
  all.add_later("below a long name", [] {
    return document(node("a", R"(,"data":{")" + std::string(1'000'000, 'k') + R"(":[)" +
                                  join(50'000, ",", [](std::size_t) { return R"("{{ ( }}")"; }) + "]}"));
  });
  all.add_later("a long type", [] { return document(R"({"id":"a","type":")" + std::string(4'000'000, 't') + "\"}"); });
  all.add_later("a long handle", [] {
    return document(node("a"), edge("a", "a", R"(,"sourceHandle":")" + std::string(4'000'000, 'h') + "\""));
  });
  all.add_later("a long source", [] { return document(node("a"), edge(std::string(4'000'000, 's'), "a")); });
  all.add_later(
      "expressions",
      [] { return document(nodes(11, [](std::size_t) { return R"(,"data":")" + repeat("{{1}}", 9'999) + "\""; })); },
      "template_expressions_max");
  all.add_later(
      "expressions in retries",
      [] {
        return document(nodes(20, [](std::size_t) { return R"(,"retry":{"x":")" + repeat("{{1}}", 9'999) + "\"}"; }));
      },
      "template_expressions_max");
  return std::move(all).take();
}

std::vector<attack> definitions_at_the_limits(std::uint64_t) {
  attacks all;
  all.add_good("complete", complete_definition);
  all.add_good("10,000 nodes", document(plain_nodes(10'000), chain(10'000)));
  all.add_good("10,000 nodes that nothing reaches", document(plain_nodes(10'000), "", R"(,"start":"n0")"));
  all.add_good_later("10,000 nodes that mention thirty others each", [] {
    return document(
        nodes(9'000,
              [](std::size_t i) {
                return R"(,"data":"{{ )" +
                       join(30, "+", [i](std::size_t k) { return "nodes." + id_of((i * 30 + k) % 1'000); }) + " }}\"";
              }),
        "");
  });
  all.add_good_later("a ring that reads its own histories", [] {
    return document(nodes(9'000, [](std::size_t i) { return R"(,"data":"{{ nodes.)" + id_of(i) + R"(.all }}")"; }),
                    chain(9'000) + "," + edge("n8999", "n0"));
  });
  all.add_good_later("edges of 15,000 handles", [] {
    return document(R"({"id":"a","type":"any"})", join(15'000, ",", [](std::size_t i) {
                      return edge("a", "a", R"(,"sourceHandle":"h)" + std::to_string(i) + "\"");
                    }));
  });
  all.add_good_later("foreign names", [] {
    return document("{\"id\":\"a\",\"type\":\"set\"" +
                    join(90'000, "", [](std::size_t i) { return ",\"abc" + std::to_string(i) + "\":1"; }) + "}");
  });
  all.add_good_later("names of UTF-16 order", [] {
    return document(node("a", ",\"data\":{" + join(50'000, ",", [](std::size_t i) {
                                return json_text("gemeinsamer Anfang ä" +
                                                 std::string(i % 2 == 0 ? "\xEF\xBC\x81" : "😀") + std::to_string(i)) +
                                       ":1";
                              }) + "}"));
  });
  all.add_good_later("what looks like secrets below a long name", [] {
    return document(node("a", R"(,"data":{")" + std::string(1'000'000, 'k') + R"(token":[)" +
                                  join(80'000, ",", [](std::size_t) { return "\"12345678\""; }) + "]}"));
  });
  all.add_good_later("100,000 expressions less a few", [] {
    return document(nodes(10, [](std::size_t) { return R"(,"data":")" + repeat("{{1}}", 9'999) + "\""; }));
  });
  all.add_good_later("called names", [] {
    return document(nodes(9, [](std::size_t n) {
      return R"(,"data":")" +
             join(9'000, "", [n](std::size_t i) { return "{{f" + std::to_string(i * 10 + n) + "()}}"; }) + "\"";
    }));
  });
  all.add_good_later("warnings without end", [] {
    return document(nodes(10'000, [](std::size_t) { return R"(,"tpye":1,"daat":2,"metadaat":3)"; }));
  });
  return std::move(all).take();
}

} // namespace pawl::hostile
