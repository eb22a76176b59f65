// Secrets in a running engine: who gets which, what is written down of it, and what happens when none is given.
#include "tests/support/given.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/scripted_secrets.hpp"
#include "tests/support/temp_folder.hpp"

#include <pawl/runtime.hpp>
#include <pawl/secret_store.hpp>
#include <pawl/store_reader.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace host_secrets_test {

using namespace pawl;
using nlohmann::json;
using test::scripted_provider;
using test::secret;

namespace {

using pawl::test::given;
using pawl::test::patience;
constexpr char canary[] = "canary-8d2f61c07ab94e53";

class manual_clock final : public pawl::clock {
public:
  std::int64_t now_ms() override { return now_; }
  void set(std::int64_t ms) { now_ = ms; }

private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

/// A node that notes what it got; its output tells only the length.
class taker {
public:
  node_type type(const std::string& name = "take") {
    node_type made(name, [this](node_context& c) { return take(c); });
    made.secrets = {{"key", false}, {"other", false}};
    return made;
  }
  node_type async_type() {
    node_type made("take-later",
                   [this](const std::shared_ptr<node_context>& c, const completion& done) { done.complete(take(*c)); });
    made.secrets = {{"key", true}};
    return made;
  }
  std::vector<std::string> taken() {
    std::lock_guard lock(mutex_);
    return taken_;
  }

private:
  outcome take(node_context& c) {
    const auto bytes = c.secret("key");
    std::lock_guard lock(mutex_);
    taken_.push_back(bytes ? std::string(bytes->view()) : "(none)");
    return outcome::output(bytes ? bytes->size() : 0);
  }

  std::mutex mutex_;
  std::vector<std::string> taken_;
};

runtime open(options opts) { return given(runtime::open(std::move(opts))); }

void load(runtime& rt, const std::string& id, const json& node) {
  const json definition{{"id", id}, {"input", true}, {"nodes", {node}}, {"edges", json::array()}};
  given(rt.load_definition(definition.dump()));
}

json taking(const std::string& name) { return {{"id", "n"}, {"type", "take"}, {"credentials", {{"key", name}}}}; }

snapshot run(runtime& rt, const std::string& definition, const json& input = nullptr, const start_options& how = {}) {
  const auto id = given(rt.start(definition, input, how));
  return given(rt.wait(id, wait_until::ended, patience));
}

std::vector<secret_audit_entry> audit(const runtime& rt) { return given(rt.secret_audit()); }

start_options labelled(std::map<std::string, std::string> labels) {
  start_options how;
  how.labels = std::move(labels);
  return how;
}

} // namespace

TEST_CASE("secrets: an executor gets what its definition names, and the audit says so") {
  taker node;
  const auto source =
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"mail-7", {{}, canary}}});
  options opts;
  opts.node_types = {node.type()};
  opts.secrets.providers = {source};
  runtime rt = open(std::move(opts));
  load(rt, "w", taking("test:mail-{{ input }}"));
  const snapshot ended = run(rt, "w", "7");
  CHECK(ended.status() == instance_status::completed);
  CHECK(node.taken() == std::vector<std::string>{canary});
  CHECK(ended.document().dump().find(canary) == std::string::npos);
  const auto lines = audit(rt);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].sequence == 1);
  CHECK(lines[0].instance_id == ended.id());
  CHECK(lines[0].node_id == "n");
  CHECK(lines[0].visit == 1);
  CHECK(lines[0].attempt == 1);
  CHECK(lines[0].slot == "key");
  CHECK(lines[0].secret == "test:mail-7");
  CHECK(lines[0].version == "v1");
  CHECK(lines[0].allowed);
  CHECK(lines[0].reason.empty());
}

TEST_CASE(
    "secrets: a slot that the definition leaves empty is null, one that the type has not is the executor's error") {
  node_type type("ask", [](node_context& c) {
    if (c.secret("key")) return outcome::fail_for_good("there is one");
    (void)c.secret("nowhere");
    return outcome::nothing();
  });
  type.secrets = {{"key", false}};
  options opts;
  opts.node_types = {type};
  runtime rt = open(std::move(opts));
  load(rt, "w", {{"id", "n"}, {"type", "ask"}});
  CHECK_THAT(run(rt, "w").failed_reason(), Catch::Contains("declares no slot 'nowhere'"));
}

TEST_CASE("secrets: an asynchronous executor gets its secret too") {
  taker node;
  options opts;
  opts.node_types = {node.async_type()};
  opts.secrets.providers = {
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {{}, canary}}})};
  runtime rt = open(std::move(opts));
  load(rt, "w", {{"id", "n"}, {"type", "take-later"}, {"credentials", {{"key", "test:a"}}}});
  CHECK(run(rt, "w").status() == instance_status::completed);
  CHECK(node.taken() == std::vector<std::string>{canary});
}

TEST_CASE("secrets: a definition that takes another's name does not get what is its owner's") {
  taker node;
  secret_policy of_ann;
  of_ann.definitions = {"book"};
  of_ann.owners = {"ann"};
  const test::temp_folder folder;
  const auto open_for = [&](const std::string& store) {
    options opts;
    opts.store_path = store;
    opts.node_types = {node.type()};
    opts.secrets.providers = {
        std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {of_ann, canary}}})};
    return open(std::move(opts));
  };
  const std::string book = json{{"id", "book"}, {"nodes", {taking("test:a")}}, {"edges", json::array()}}.dump();
  for (const std::string owner : {"", "bob", "ann"}) {
    INFO(owner);
    load_options how;
    how.owner = owner;
    const std::string store = folder.file("of-" + owner + ".db");
    {
      runtime rt = open_for(store);
      given(rt.load_definition(book, how));
    }
    runtime rt = open_for(store); // whose it is comes from the store
    const bool may = owner == "ann";
    CHECK((run(rt, "book").status() == instance_status::completed) == may);
    const auto lines = given(rt.secret_audit());
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].allowed == may);
    CHECK(lines[0].owner == owner);
  }
  CHECK(node.taken() == std::vector<std::string>{canary});
}

TEST_CASE("secrets: what is missing, refused or expired fails for good before the executor runs, and is audited") {
  struct trial {
    const char* name;
    const char* error;
    bool audited;
  };
  const trial table[] = {{"test:absent", "SecretRefused", true},          {"test:for-others", "SecretRefused", true},
                         {"test:of-another-type", "SecretRefused", true}, {"test:of-a-device", "SecretRefused", true},
                         {"test:for-a-host", "SecretRefused", true},      {"test:expired", "SecretExpired", true},
                         {"{{ input }}", "SecretMissing", false}};
  taker node;
  const auto time = std::make_shared<manual_clock>();
  secret_policy others;
  others.definitions = {"another"};
  secret_policy type;
  type.node_types = {"http"};
  secret_policy device;
  device.labels = {{"device", "A"}};
  secret_policy host;
  host.hosts = {"example.org"};
  options opts;
  opts.time = time;
  opts.node_types = {node.type()};
  const auto source = std::make_shared<scripted_provider>(
      std::map<std::string, scripted_provider::entry>{{"for-others", {others, canary}},
                                                      {"of-another-type", {type, canary}},
                                                      {"of-a-device", {device, canary}},
                                                      {"for-a-host", {host, canary}},
                                                      {"expired", {{}, canary, time->now_ms()}}});
  opts.secrets.providers = {
      source, std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{}, "sealed")};
  runtime rt = open(std::move(opts));
  std::size_t lines = 0;
  std::set<std::string> said; ///< to authors, of all that is refused
  for (const trial& t : table) {
    INFO(t.name);
    json n = taking(t.name);
    n["retry"] = {{"maxAttempts", 3}, {"interval", 1}};
    load(rt, "w", n);
    const snapshot ended = run(rt, "w", "../not/a/name");
    CHECK(ended.status() == instance_status::failed);
    CHECK_THAT(ended.failed_reason(), Catch::StartsWith(std::string(t.error) + ": the secret for the slot 'key'"));
    CHECK(ended.failed_reason().find("../not") == std::string::npos);
    CHECK(ended.document()["context"]["n"].size() == 1); // no retry
    if (t.error == std::string("SecretRefused")) {
      std::string reason = ended.failed_reason();
      said.insert(reason.erase(reason.find(t.name), std::string(t.name).size()));
    }
    lines += t.audited ? 1 : 0;
    const auto all = audit(rt);
    REQUIRE(all.size() == lines);
    if (!t.audited) continue;
    CHECK_FALSE(all.back().allowed);
    CHECK_FALSE(all.back().reason.empty());
    CHECK(all.back().secret == t.name);
  }
  CHECK(said.size() == 1); // which secrets there are, and whose, is not theirs to know
  CHECK(node.taken().empty());
  CHECK(source->fetched == 1); // the expired one; a policy that does not fit causes no fetch
}

TEST_CASE("secrets: the same refusal again and again is told in the audit ever more seldom") {
  taker node;
  options opts;
  opts.node_types = {node.type()};
  opts.secrets.providers = {
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {{}, canary}}})};
  runtime rt = open(std::move(opts));
  load(rt, "w", taking("test:absent"));
  load(rt, "good", taking("test:a"));
  for (int i = 0; i < 40; ++i)
    CHECK(run(rt, "w").status() == instance_status::failed);
  for (int i = 0; i < 20; ++i)
    CHECK(run(rt, "good").status() == instance_status::completed);
  const auto lines = audit(rt);
  REQUIRE(lines.size() == 10 + 20); // the first eight, the 16th and the 32nd; whatever is given is told each time
  CHECK(lines[7].reason.find("times") == std::string::npos);
  CHECK_THAT(lines[8].reason, Catch::EndsWith("(16 times)"));
  CHECK_THAT(lines[9].reason, Catch::EndsWith("(32 times)"));
}

TEST_CASE("secrets: what data say when the executor asks must be what the policy allowed") {
  std::atomic<int> calls{0};
  expression_function moving;
  moving.name = "moving";
  moving.call = [&calls](const std::vector<json>&) { return json("https://h" + std::to_string(++calls) + ".org"); };
  std::atomic<int> got{0};
  node_type type("send", [&got](node_context& c) {
    if (c.secret("key")) ++got;
    return outcome::nothing();
  });
  type.secrets = {{"key", true}};
  type.destination = [](const json& data) { return std::optional(data.at("to").get<std::string>()); };
  secret_policy anywhere;
  anywhere.hosts = {"h1.org", "h2.org"};
  options opts;
  opts.node_types = {type};
  opts.functions = {moving};
  opts.secrets.providers = {
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {anywhere, canary}}})};
  runtime rt = open(std::move(opts));
  load(rt, "w",
       {{"id", "n"}, {"type", "send"}, {"credentials", {{"key", "test:a"}}}, {"data", {{"to", "{{ moving() }}"}}}});
  CHECK_THAT(run(rt, "w").failed_reason(), Catch::Contains("another destination"));
  CHECK(got == 0);
}

TEST_CASE("secrets: a source that is away is tried again as the node's retry says") {
  taker node;
  const auto source =
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {{}, canary}}});
  source->fail_with(GENERATE(errc::timed_out, errc::overloaded)); // the other one: no memory could be locked
  const auto time = std::make_shared<manual_clock>();
  options opts;
  opts.time = time;
  opts.node_types = {node.type()};
  opts.secrets.providers = {source};
  runtime rt = open(std::move(opts));
  json n = taking("test:a");
  n["retry"] = {{"maxAttempts", 1}, {"interval", 1000}};
  load(rt, "w", n);
  const auto id = rt.start("w", nullptr);
  REQUIRE(id);
  auto resting = rt.wait(*id, wait_until::at_rest, patience);
  REQUIRE(resting);
  CHECK(resting->status() == instance_status::error);
  CHECK_THAT(resting->document()["context"]["n"][0]["error"].get<std::string>(),
             Catch::StartsWith("SecretUnavailable: ") && Catch::Contains("the source is away"));
  source->fail_with(std::nullopt);
  time->set(time->now_ms() + 1000);
  REQUIRE(rt.wait(*id, wait_until::ended, patience)->status() == instance_status::completed);
  CHECK(node.taken().size() == 1);
}

TEST_CASE("secrets: what a provider throws is no error text") {
  taker node;
  options opts;
  opts.node_types = {node.type()};
  opts.secrets.providers = {
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {{}, "throw"}}})};
  runtime rt = open(std::move(opts));
  load(rt, "w", taking("test:a"));
  const snapshot ended = run(rt, "w");
  CHECK_THAT(ended.failed_reason(), Catch::StartsWith("SecretUnavailable: "));
  CHECK(ended.failed_reason().find("thrown by") == std::string::npos);
}

TEST_CASE("secrets: a definition that names a source which nobody opened is refused, a stored one waits for it") {
  const test::temp_folder folder;
  const json node = taking("test:a");
  const json definition{{"id", "w"}, {"nodes", {node}}, {"edges", json::array()}};
  {
    taker unused;
    options opts;
    opts.node_types = {unused.type()};
    runtime rt = open(opts);
    const auto refused = rt.load_definition(definition.dump());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.failure().message, Catch::Contains("no source of secrets of that name is open here"));
    const auto looked_at = rt.check_definition(definition.dump());
    REQUIRE(looked_at);
    for (const problem& p : *looked_at)
      CHECK(p.is_warning);
  }
  {
    taker unused;
    options opts;
    opts.store_path = folder.file("s.db");
    opts.node_types = {unused.type()};
    opts.secrets.providers = {std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{})};
    runtime rt = open(opts);
    REQUIRE(rt.load_definition(definition.dump()));
  }
  taker unused;
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {unused.type()};
  runtime rt = open(opts);
  const snapshot ended = run(rt, "w");
  CHECK_THAT(ended.failed_reason(), Catch::StartsWith("SecretUnavailable: ") && Catch::Contains("is not open here"));
}

TEST_CASE("secrets: of two devices' instances each gets its own, and neither can reach the other's") {
  const test::temp_folder folder;
  taker node;
  secret_key key;
  key.key_file = folder.file("key");
  {
    auto store = secret_store::create(folder.file("secrets"), key);
    REQUIRE(store);
    for (const char* device : {"A-17", "B-4"}) {
      secret_settings settings;
      settings.policy.labels = {{"device", device}};
      REQUIRE(store->set(std::string("token-") + device, secret(std::string("token-of-") + device), settings));
    }
  }
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {node.type()};
  opts.secrets.sealed_path = folder.file("secrets");
  opts.secrets.key = key;
  runtime rt = open(opts);
  load(rt, "w", taking("token-{{ input.device }}"));
  CHECK(run(rt, "w", {{"device", "A-17"}}, labelled({{"device", "A-17"}})).status() == instance_status::completed);
  CHECK(run(rt, "w", {{"device", "B-4"}}, labelled({{"device", "B-4"}})).status() == instance_status::completed);
  CHECK(node.taken() == std::vector<std::string>{"token-of-A-17", "token-of-B-4"});
  const snapshot crossed = run(rt, "w", {{"device", "B-4"}}, labelled({{"device", "A-17"}}));
  CHECK_THAT(crossed.failed_reason(), Catch::StartsWith("SecretRefused: "));
  CHECK_THAT(audit(rt).back().reason, Catch::Contains("label 'device'"));
  CHECK_THAT(run(rt, "w", {{"device", "A-17"}}).failed_reason(), Catch::StartsWith("SecretRefused: "));
  CHECK_THAT(audit(rt).back().reason, Catch::Contains("which this instance has not got"));
  CHECK(node.taken().size() == 2);
  CHECK(crossed.document()["labels"] == json{{"device", "A-17"}});
}

TEST_CASE("secrets: labels survive a restart, count as input, and have bounds") {
  const test::temp_folder folder;
  options opts;
  opts.store_path = folder.file("s.db");
  const json node{{"id", "n"}, {"type", "wait"}};
  {
    runtime rt = open(opts);
    load(rt, "w", node);
    start_options how = labelled({{"device", "A"}});
    how.id = "i";
    REQUIRE(rt.start("w", nullptr, how));
    CHECK(rt.start("w", nullptr, how));
    how.labels["device"] = "B";
    CHECK(rt.start("w", nullptr, how).failure().code == errc::conflict);
    how.labels.clear();
    CHECK(rt.start("w", nullptr, how).failure().code == errc::conflict);
    std::map<std::string, std::string> many;
    for (int i = 0; i < 33; ++i)
      many["l" + std::to_string(i)] = "";
    for (const auto& bad : {many,
                            {{"", "x"}},
                            {{std::string(65, 'n'), "x"}},
                            {{"n", std::string(257, 'v')}},
                            {{"n", "a\nb"}},
                            {{"n", "\xff"}}})
      CHECK(rt.start("w", nullptr, labelled(bad)).failure().code == errc::invalid_argument);
    many.erase("l0");
    CHECK(rt.start("w", nullptr, labelled(many)));
  }
  runtime rt = open(opts);
  CHECK(rt.query("i")->document()["labels"] == json{{"device", "A"}});
}

TEST_CASE("secrets: a changed sealed store is noticed without a restart") {
  const test::temp_folder folder;
  taker node;
  secret_key key;
  key.key_file = folder.file("key");
  auto store = secret_store::create(folder.file("secrets"), key);
  REQUIRE(store);
  REQUIRE(store->set("a", secret("first-value"), {}));
  options opts;
  opts.node_types = {node.type()};
  opts.secrets.sealed_path = folder.file("secrets");
  opts.secrets.key = key;
  runtime rt = open(opts);
  load(rt, "w", taking("a"));
  run(rt, "w");
  REQUIRE(store->set("a", secret("second-value"), {}));
  run(rt, "w");
  REQUIRE(store->rotate(key));
  run(rt, "w");
  REQUIRE(store->remove("a"));
  CHECK_THAT(run(rt, "w").failed_reason(), Catch::StartsWith("SecretRefused: "));
  CHECK(node.taken() == std::vector<std::string>{"first-value", "second-value", "second-value"});
  const auto lines = audit(rt);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].version == "2");
}

TEST_CASE("secrets: an older sealed store is refused until it is accepted once, which the audit shows") {
  const test::temp_folder folder;
  const std::string file = folder.file("secrets");
  taker node;
  secret_key key;
  key.key_file = folder.file("key");
  {
    auto store = secret_store::create(file, key);
    REQUIRE(store);
    REQUIRE(store->set("a", secret("first-value"), {}));
    std::filesystem::copy_file(file, folder.file("older"));
    REQUIRE(store->set("a", secret("second-value"), {}));
  }
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {node.type()};
  opts.secrets.sealed_path = file;
  opts.secrets.key = key;
  const auto put_back = [&] {
    std::filesystem::copy_file(folder.file("older"), file, std::filesystem::copy_options::overwrite_existing);
  };
  {
    runtime rt = open(opts);
    load(rt, "w", taking("a"));
    run(rt, "w");
    put_back();
    const snapshot refused = run(rt, "w"); // while it runs, too
    CHECK_THAT(refused.failed_reason(),
               Catch::StartsWith("SecretUnavailable: ") && Catch::Contains("older") || Catch::Contains("generation"));
  }
  const auto refused = runtime::open(opts);
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::corrupt);
  CHECK_THAT(refused.failure().message, Catch::Contains("accept_rollback"));
  opts.secrets.accept_rollback = true;
  {
    runtime rt = open(opts);
    run(rt, "w");
    const auto lines = audit(rt);
    REQUIRE(lines.size() == 4);
    CHECK(lines[2].instance_id.empty());
    CHECK_THAT(lines[2].reason, Catch::Contains("an older sealed store was accepted"));
  }
  opts.secrets.accept_rollback = false;
  runtime rt = open(opts); // it is the one that is known now
  run(rt, "w");
  CHECK(node.taken() == std::vector<std::string>{"second-value", "first-value", "first-value"});
}

TEST_CASE("secrets: a wrong key keeps the runtime from opening") {
  const test::temp_folder folder;
  secret_key key;
  key.key_file = folder.file("key");
  REQUIRE(secret_store::create(folder.file("secrets"), key));
  secret_key other;
  other.key_file = folder.file("other");
  REQUIRE(secret_store::create(folder.file("others"), other));
  options opts;
  opts.secrets.sealed_path = folder.file("secrets");
  opts.secrets.key = other;
  CHECK(runtime::open(opts).failure().code == errc::access);
  opts.secrets.sealed_path = folder.file("nowhere");
  CHECK(runtime::open(opts).failure().code == errc::not_found);
  opts.secrets.sealed_path.clear();
  opts.secrets.providers = {
      std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{}, "Not Good")};
  CHECK(runtime::open(opts).failure().code == errc::invalid_argument);
}

TEST_CASE("secrets: sealed elsewhere, imported, used") {
  const test::temp_folder folder;
  taker node;
  secret_key key;
  key.key_file = folder.file("key");
  std::string public_key;
  {
    auto store = secret_store::create(folder.file("secrets"), key);
    REQUIRE(store);
    public_key = store->public_key();
  }
  secret_envelope how; // on another machine: neither store nor key
  how.to = public_key;
  how.name = "a";
  how.settings.policy.definitions = {"w"};
  const auto envelope = seal(how, secret(canary));
  REQUIRE(envelope);
  {
    auto store = secret_store::open(folder.file("secrets"), key);
    REQUIRE(store);
    REQUIRE(store->import(*envelope, 1));
  }
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {node.type()};
  opts.secrets.sealed_path = folder.file("secrets");
  opts.secrets.key = key;
  {
    runtime rt = open(opts);
    load(rt, "w", taking("a"));
    load(rt, "x", taking("a"));
    CHECK(run(rt, "w").status() == instance_status::completed);
    CHECK_THAT(run(rt, "x").failed_reason(), Catch::StartsWith("SecretRefused: "));
  }
  CHECK(node.taken() == std::vector<std::string>{canary});
  auto reader = store_reader::open(folder.file("s.db"));
  REQUIRE(reader);
  CHECK(reader->secret_audit()->size() == 2);
  CHECK(reader->secret_audit(1)->size() == 1);
  CHECK(reader->secret_audit(0, 1)->size() == 1);
}

TEST_CASE("secrets: rotating keys under a thousand running instances disturbs none") {
  const test::temp_folder folder;
  taker node;
  secret_key key;
  key.key_file = folder.file("key");
  auto store = secret_store::create(folder.file("secrets"), key);
  REQUIRE(store);
  REQUIRE(store->set("a", secret(canary), {}));
  options opts;
  opts.store_path = folder.file("s.db");
  opts.node_types = {node.type()};
  opts.secrets.sealed_path = folder.file("secrets");
  opts.secrets.key = key;
  runtime rt = open(opts);
  json n = taking("a");
  n["retry"] = {{"maxAttempts", 20}, {"interval", 1}};
  load(rt, "w", n);
  constexpr int instances = 1'000;
  std::vector<std::future<result<std::string>>> started;
  started.reserve(instances);
  for (int i = 0; i < instances; ++i)
    started.push_back(rt.start_async("w", nullptr));
  int rotations = 0;
  for (; rotations < 20; ++rotations) {
    given(rotations % 2 == 0 ? store->rotate() : store->rotate(key));
  }
  for (auto& s : started) {
    const auto id = given(s.get());
    const auto ended = given(rt.wait(id, wait_until::ended, patience));
    if (ended.status() != instance_status::completed) FAIL(ended.failed_reason());
  }
  const auto taken = node.taken();
  CHECK(taken.size() == instances);
  CHECK(std::all_of(taken.begin(), taken.end(), [](const std::string& t) { return t == canary; }));
}

} // namespace host_secrets_test
