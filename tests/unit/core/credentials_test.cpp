// `credentials` in definitions: what loads, and which secret an attempt names.
#include "runtime/core/credentials.hpp"
#include "runtime/core/workflow.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace core_credentials_test {

using namespace pawl;
using namespace pawl::core;
using nlohmann::json;
using pawl::test::given;

namespace {

node_types types() {
  node_types made;
  node_type plain("plain", [](node_context&) { return outcome::nothing(); });
  REQUIRE(add_type(made, plain));
  node_type mail("mail", [](node_context&) { return outcome::nothing(); });
  mail.secrets = {{"login", true}, {"key", false}};
  REQUIRE(add_type(made, mail));
  return made;
}

std::vector<problem> problems_of(const std::string& node, const definition_limits& limits = {},
                                 const compile_options& how = {}) {
  auto done =
      given(compile(R"({"input":true,"edges":[],"nodes":[{"id":"n",)" + node + "}]}", "w", types(), limits, how));
  return done.problems;
}

std::string credentials(const std::string& members) { return R"("type":"mail","credentials":{)" + members + "}"; }

} // namespace

TEST_CASE("credentials: names that load") {
  for (const char* name : {"mail", "sealed:mail", "env:MAIL_TOKEN", "vault:mail/prod#token", "device-{{ input.id }}",
                           "{{ globals.site }}.{{ run.nodeId }}", "vault:devices/{{ input.id }}#token"}) {
    INFO(name);
    for (const problem& p : problems_of(credentials(R"("login":")" + std::string(name) + "\"")))
      FAIL(p.pointer << ": " << p.message);
  }
  CHECK(problems_of(R"("type":"plain","credentials":null)").empty());
}

TEST_CASE("credentials: a name has 1,024 bytes at most, expressions included") {
  const auto of = [](std::size_t bytes) {
    return problems_of(credentials(R"("login":"own{{ ')" + std::string(bytes - 11, ' ') + R"(' }}")"));
  };
  CHECK(of(1'024).empty());
  REQUIRE(of(1'025).size() == 1);
  CHECK(of(1'025)[0].pointer == "/nodes/0/credentials/login");
  CHECK(of(1'025)[0].message.find("at most 1024 bytes") != std::string::npos);
}

TEST_CASE("credentials: what is wrong with them is said with its place") {
  struct refusal {
    const char* node;
    const char* pointer;
    const char* message;
  };
  const refusal table[] = {
      {R"("type":"mail")", "/nodes/0", "needs a secret in its slot 'login'"},
      {R"("type":"mail","credentials":{"key":"k"})", "/nodes/0", "needs a secret in its slot 'login'"},
      {R"("type":"mail","credentials":["k"])", "/nodes/0/credentials", "is no object"},
      {R"("type":"mail","credentials":{"login":"k","other":"k"})", "/nodes/0/credentials/other", "has no slot"},
      {R"("type":"plain","credentials":{"a/b":"k"})", "/nodes/0/credentials/a~1b", "has no slot"},
      {R"("type":"mail","credentials":{"login":3})", "/nodes/0/credentials/login", "is a text"},
      {R"("type":"mail","credentials":{"login":""})", "/nodes/0/credentials/login", "is named by"},
      {R"("type":"mail","credentials":{"login":"a b"})", "/nodes/0/credentials/login", "is named by"},
      {R"("type":"mail","credentials":{"login":"Env:X"})", "/nodes/0/credentials/login", "the source of a secret"},
      {R"("type":"mail","credentials":{"login":"env:1X"})", "/nodes/0/credentials/login", "a variable is named"},
      {R"("type":"mail","credentials":{"login":"{{ 1 + }}"})", "/nodes/0/credentials/login", ""},
      {R"("type":"mail","credentials":{"login":"{{ nodes.a.last.output }}"})", "/nodes/0/credentials/login",
       "`input`, `globals` and `run` only"},
      {R"("type":"mail","credentials":{"login":"{{ nodes }}"})", "/nodes/0/credentials/login",
       "`input`, `globals` and `run` only"},
  };
  for (const refusal& r : table) {
    INFO(r.node);
    const auto problems = problems_of(r.node);
    REQUIRE(problems.size() >= 1);
    CHECK(problems[0].pointer == r.pointer);
    CHECK_FALSE(problems[0].is_warning);
    CHECK_THAT(problems[0].message, Catch::Contains(r.message));
  }
}

TEST_CASE("credentials: a source that is not open is refused, but not in a definition that is stored") {
  definition_limits limits;
  limits.secret_sources = std::vector<std::string>{"env"};
  CHECK(problems_of(credentials(R"("login":"env:X")"), limits).empty());
  const auto problems = problems_of(credentials(R"("login":"mail")"), limits);
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].message, Catch::Contains("no source of secrets"));
  CHECK_THAT(problems[0].advice, Catch::Contains("open are env"));
  CHECK(problems_of(credentials(R"("login":"mail")"), limits, {.is_stored = true}).empty());
}

TEST_CASE("credentials: a stored definition loads although its type has changed its slots") {
  CHECK(problems_of(R"("type":"mail","credentials":{"old":"k"})", {}, {.is_stored = true}).empty());
  CHECK(problems_of(R"("type":"plain","credentials":{"old":"k"})", {}, {.is_stored = true}).empty());
}

TEST_CASE("credentials: what expressions give is a name, never another source") {
  struct naming {
    const char* text;
    const char* given;
    const char* source; ///< empty: refused
    const char* name;
  };
  const naming table[] = {
      {"device-{{ input }}", "7", "sealed", "device-7"},
      {"{{ input }}", "mail", "sealed", "mail"},
      {"env:{{ input }}", "PATH", "env", "PATH"},
      {"vault:a/{{ input }}#t", "b", "vault", "a/b#t"},
      {"{{ input }}", "env:PATH", "", ""},
      {"{{ input }}:x", "env", "", ""},
      {"{{ input }}", "", "", ""},
      {"sealed:{{ input }}", "../key", "", ""},
      {"vault:a/{{ input }}#t", "../b", "", ""},
      {"env:{{ input }}", "A B", "", ""},
  };
  for (const naming& n : table) {
    INFO(n.text << " with " << n.given);
    std::vector<problem> problems;
    const credential c = read_credential("s", n.text, "/c", {}, problems);
    REQUIRE(problems.empty());
    const json document{{"input", n.given}};
    const auto named = name_now(c, expression::value::borrow(document), {});
    if (*n.source == '\0') {
      REQUIRE_FALSE(named);
      CHECK(named.failure().code == errc::invalid_argument);
      CHECK((*n.given == '\0' || named.failure().message.find(n.given) == std::string::npos));
      continue;
    }
    REQUIRE(named);
    CHECK(named->source == n.source);
    CHECK(named->name == n.name);
  }
}

TEST_CASE("credentials: a name that is no text is refused") {
  std::vector<problem> problems;
  const credential c = read_credential("s", "{{ input }}", "/c", {}, problems);
  for (const json& given : {json(7), json(nullptr), json::object()}) {
    const json document{{"input", given}};
    CHECK(name_now(c, expression::value::borrow(document), {}).failure().code == errc::invalid_argument);
  }
}

TEST_CASE("node types: slots for secrets need names of their own") {
  node_types made;
  for (const std::vector<secret_slot>& bad :
       {std::vector<secret_slot>{{"", false}}, {{std::string(65, 's'), false}}, {{"a", false}, {"a", true}}}) {
    node_type type("t", [](node_context&) { return outcome::nothing(); });
    type.secrets = bad;
    CHECK(add_type(made, type).failure().code == errc::invalid_argument);
  }
}

} // namespace core_credentials_test
