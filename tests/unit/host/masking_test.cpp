// What an executor answers is stored and told without the secrets that its attempt was given, however it answers.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/scripted_secrets.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/subscription.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>

namespace host_masking_test {

using namespace pawl;
using nlohmann::json;

namespace {

using pawl::test::given;
using pawl::test::patience;
constexpr char canary[] = "canary-8d2f61c07ab94e53";
constexpr char mark[] = "[secret test:key]";

using answer = std::function<outcome(const std::string& secret)>;

/// A node that hands out its secret in one way; waits are ended with a payload.
class leaky {
public:
  explicit leaky(answer how) : how_(std::move(how)) {}

  node_type type() {
    node_type made("leak", [this](node_context& c) {
      return c.payload() != nullptr ? outcome::output(*c.payload()) : how_(std::string(c.secret("key")->view()));
    });
    made.secrets = {{"key", true}};
    made.can_wait = true;
    made.handles = {"other"};
    return made;
  }
  node_type async_type() {
    node_type made("leak", [this](const std::shared_ptr<node_context>& c, const completion& done) {
      done.complete(how_(std::string(c->secret("key")->view())));
    });
    made.secrets = {{"key", true}};
    return made;
  }

private:
  answer how_;
};

std::string bytes_below(const test::temp_folder& folder) {
  std::string all;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

struct ended {
  json document;
  std::string reason; ///< of a failure
  std::string stored; ///< every byte of the store
};

ended run(const node_type& type, const secret_policy& policy = {}, const std::string& value = canary,
          const std::string& name = "key") {
  const test::temp_folder folder;
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {type};
  opts.secrets.providers = {std::make_shared<test::scripted_provider>(
      std::map<std::string, test::scripted_provider::entry>{{name, {policy, value}}})};
  auto opened = given(runtime::open(std::move(opts)));
  const json node{{"id", "n"}, {"type", "leak"}, {"credentials", {{"key", "test:" + name}}}};
  const json definition{{"id", "w"}, {"input", true}, {"nodes", {node}}, {"edges", json::array()}};
  given(opened.load_definition(definition.dump()));
  const auto id = given(opened.start("w", nullptr));
  const auto rest = given(opened.wait(id, wait_until::at_rest, patience));
  return {rest.document(), rest.failed_reason(), bytes_below(folder)};
}

bool shows(const ended& what, const std::string& value = canary) {
  return what.document.dump().find(value) != std::string::npos || what.reason.find(value) != std::string::npos ||
         what.stored.find(value) != std::string::npos;
}

} // namespace

TEST_CASE("masking: nothing that an executor answers shows its secret") {
  const auto row = GENERATE(table<const char*, answer>({
      {"output",
       [](const std::string& s) {
         return outcome::output({{"text", "it is " + s}, {s, {s, 1}}});
       }},
      {"output of a handle", [](const std::string& s) { return outcome::to("other", s); }},
      {"memory",
       [](const std::string& s) {
         return outcome::nothing().remember("name " + s, {{"value", s}});
       }},
      {"failure", [](const std::string& s) { return outcome::fail("the server said " + s); }},
      {"name of a failure", [](const std::string& s) { return outcome::fail_for_good("bad", s); }},
      {"exception", [](const std::string& s) -> outcome { throw std::runtime_error("the server said " + s); }},
      {"state and reason of a wait",
       [](const std::string& s) {
         return outcome::pause().keep({{"kept", s}}).because("until " + s);
       }},
      {"schema of a wait",
       [](const std::string& s) {
         return outcome::pause().accepting({{"const", s}, {"description", s}});
       }},
  }));
  INFO(std::get<0>(row));
  const ended what = run(leaky(std::get<1>(row)).type());
  INFO(what.document);
  CHECK_FALSE(shows(what));
  CHECK(what.stored.find(mark) != std::string::npos);
}

TEST_CASE("masking: an answer that its marks make too large fails the attempt") {
  leaky of([](const std::string& s) {
    json again = json::array();
    for (int i = 0; i < 90'000; ++i)
      again.push_back(s);
    return outcome::output(std::move(again));
  });
  const std::string small = "own-0123";
  const ended what = run(of.type(), {}, small, std::string(60, 'k'));
  CHECK_THAT(what.reason, Catch::StartsWith("OutputError: ") && Catch::Contains("more than 4194304 bytes"));
  CHECK_FALSE(shows(what, small));
}

TEST_CASE("masking: of asynchronous executors too") {
  leaky of([](const std::string& s) { return outcome::output(s); });
  const ended what = run(of.async_type());
  CHECK(what.document["context"]["n"][0]["output"] == mark);
  CHECK_FALSE(shows(what));
}

TEST_CASE("masking: a handle with a secret in it fails the attempt") {
  leaky of([](const std::string& s) { return outcome::to(s); });
  const ended what = run(of.type());
  CHECK(what.reason == "OutputError: the handle holds a secret");
  CHECK_FALSE(shows(what));
}

TEST_CASE("masking: a value of less than eight bytes is let through (control)") {
  leaky of([](const std::string& s) { return outcome::output(s); });
  const ended what = run(of.type(), {}, "c4n4ry!");
  CHECK(what.document["context"]["n"][0]["output"] == "c4n4ry!");
  CHECK(shows(what, "c4n4ry!"));
}

TEST_CASE("masking: an executor masks a text where it arrives") {
  node_type type("leak", [](node_context& c) {
    const std::string secret(c.secret("key")->view());
    const std::string text = c.masked("got " + secret);
    const std::string document = c.masked_json(json{{"got", secret + "\""}}.dump());
    return outcome::output({{"text", text == "got [secret test:key]"}, {"json", document}});
  });
  type.secrets = {{"key", true}};
  const ended what = run(type);
  CHECK(what.document["context"]["n"][0]["output"] ==
        json({{"text", true}, {"json", R"({"got":"[secret test:key]\""})"}}));
}

} // namespace host_masking_test
