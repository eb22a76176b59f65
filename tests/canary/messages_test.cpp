// Every message that actors get, in an order that a seed decides: no secret is in any. One thread, CAF's testing
// scheduler; each message is looked into before it is handled.
#include "runtime/host/engine.hpp"
#include "tests/canary/declarations.hpp"
#include "tests/canary/echo_types.hpp"
#include "tests/canary/message_texts.hpp"
#include "tests/canary/rig.hpp"
#include "tests/support/campaign.hpp"

#include <pawl/testing.hpp>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <iostream>
#include <random>
#include <set>

using namespace pawl;
using namespace pawl::canary;
using nlohmann::json;

namespace {

class canary_provider final : public secret_provider {
public:
  canary_provider(std::vector<planted> canaries, std::string host)
      : canaries_(std::move(canaries)), host_(std::move(host)) {}

  const std::string& source() const override {
    static const std::string name = "sealed"; // names without a source are its own
    return name;
  }
  result<secret_policy> policy(const std::string& name) override {
    secret_policy own;
    if (name.find("-http") != std::string::npos) own.hosts = {host_};
    return own;
  }
  result<provided_secret> fetch(const std::string& name) override {
    for (const planted& one : canaries_)
      if (one.name == name.substr(0, name.find('-')))
        return provided_secret{std::move(secret_bytes::copy_of(one.value).value()), "1", std::nullopt};
    return error{errc::not_found, "no such canary", ""};
  }

private:
  std::vector<planted> canaries_;
  std::string host_;
};

class interceptor final : public host::actor_driver {
public:
  interceptor(std::uint64_t seed, const searcher& by) : dice_(seed), search_(by) {}

  void take(caf::actor_system& system) override {
    coordinator_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system.scheduler());
    REQUIRE(coordinator_ != nullptr);
  }
  void run_until(const std::function<bool()>& is_done) override {
    while (!is_done())
      if (!step()) throw std::runtime_error("a call waits for ever");
  }
  void leave() override { coordinator_ = nullptr; }

  void settle() {
    while (step()) {
    }
  }
  void hold(std::function<void()> answer) { held_.push_back(std::move(answer)); }
  std::shared_ptr<pawl::clock> time() const { return clock_; }

  std::set<std::string> leaks;
  std::set<std::string> unknown;
  std::map<std::string, int> seen;

private:
  bool step() {
    if (run_message() || pass_time()) return true;
    if (held_.empty()) return false;
    const auto answer = std::move(held_.back());
    held_.pop_back();
    answer();
    return true;
  }
  bool run_message() {
    auto& jobs = coordinator_->jobs;
    if (jobs.empty()) return false;
    const auto at = jobs.begin() + static_cast<std::ptrdiff_t>(dice_() % jobs.size());
    std::rotate(jobs.begin(), at, at + 1);
    if (auto* actor = dynamic_cast<caf::scheduled_actor*>(jobs.front()))
      if (const auto* next = actor->peek_at_next_mailbox_element()) look_into(next->content());
    coordinator_->run_once();
    return true;
  }
  bool pass_time() {
    auto& clock = coordinator_->clock();
    const auto before = clock.now();
    if (!clock.trigger_timeout()) return false;
    clock_->advance(clock.now() - before);
    return true;
  }
  void look_into(const caf::type_erased_tuple& message) {
    const message_content content = content_of(message);
    ++seen[content.type];
    if (!content.is_known) unknown.insert(content.type);
    for (const finding& one : search_.search(content.text))
      leaks.insert(content.type + ": " + one.text());
  }

  std::mt19937_64 dice_;
  const searcher& search_;
  caf::scheduler::test_coordinator* coordinator_ = nullptr;
  std::shared_ptr<testing::virtual_clock> clock_ = std::make_shared<testing::virtual_clock>();
  std::vector<std::function<void()>> held_;
};

/// A runtime on one thread that runs scenarios, and the control's thief.
class simulated {
public:
  simulated(std::uint64_t seed, const servers& at, bool plants)
      : canaries_(make_canaries(seed)), search_(canaries_), driver(seed, search_), at_(at), plants_(plants) {
    options opts;
    opts.time = driver.time();
    opts.http.allow_private = true;
    opts.node_types = types();
    opts.expressions.time_ms_max = opts.expressions.template_time_ms_max = 1'000'000; // its clock is a real one
    const std::string host = at.home.substr(at.home.find("//") + 2);
    opts.secrets.providers = {std::make_shared<canary_provider>(canaries_, host)};
    auto opened = host::engine::open(
        std::move(opts), [] { return result(storage::open_memory_store()); }, &driver);
    if (!opened) throw std::runtime_error(to_string(opened.failure()));
    engine_ = std::move(*opened);
  }

  void run(const std::vector<scenario>& all) {
    for (const scenario& s : all) {
      if (auto loaded = engine_->load_definition(s.definition.dump(), ""); !loaded)
        throw std::runtime_error(to_string(loaded.failure()));
      for (const std::string& secret : s.canaries())
        start(s.name, secret, s.is_http ? secret + "-http" : secret);
    }
    do
      driver.settle();
    while (resume_waiting());
    check_ended();
  }
  void stop() { engine_->stop(); }

private:
  std::vector<node_type> types() {
    std::vector<node_type> all =
        echo_types({false, {}, plants_ ? [](std::string_view) {} : std::function<void(std::string_view)>()});
    for (node_type& type : all)
      if (type.name == echo_later_type)
        type.execute_async = [this](const std::shared_ptr<node_context>& context, const completion& done) {
          driver.hold([context, done] { (void)done.complete(echo_answer(*context)); });
        };
    return all;
  }
  void start(const std::string& definition, const std::string& secret, const std::string& name) {
    start_options how;
    how.id = definition + "." + secret;
    auto asked = engine_->start_async(definition, {{"secret", name}}, how);
    ids_.push_back(how.id);
    starts_.push_back(std::move(asked));
  }
  bool resume_waiting() {
    bool any = false;
    const json payload = json::object();
    for (const std::string& id : ids_) {
      const auto now = engine_->query(id);
      if (!now) throw std::runtime_error(id + ": " + to_string(now.failure()));
      if (!now->needs_payload()) continue;
      if (auto done = engine_->resume(id, &payload, {}); !done) throw std::runtime_error(to_string(done.failure()));
      any = true;
    }
    return any;
  }
  void check_ended() {
    for (const std::string& id : ids_) {
      INFO(id);
      CHECK(has_ended(engine_->query(id)->status()));
    }
  }

  const std::vector<planted> canaries_;
  const searcher search_;

public:
  interceptor driver;

private:
  const servers at_;
  const bool plants_;
  std::vector<std::string> ids_;
  std::vector<std::future<result<std::string>>> starts_;
  std::unique_ptr<host::engine> engine_;
};

// Without those that wait for another thread, or for real time.
std::vector<scenario> for_one_thread(const servers& at) {
  const std::set<std::string> left_out{"late", "later-late", "later-dropped", "later-throw", "http-slow"};
  std::vector<scenario> all;
  for (scenario& s : all_scenarios(at))
    if (left_out.count(s.name) == 0 && !s.blocks && !s.is_brief) all.push_back(std::move(s));
  return all;
}

std::string joined(const std::set<std::string>& all) {
  std::string text;
  for (const std::string& one : all)
    text += one + "\n";
  return text;
}

constexpr std::uint64_t seeds_min = 3;

void run_seed(std::uint64_t seed, const servers& at) {
  simulated one(seed, at, false);
  one.run(for_one_thread(at));
  one.stop();
  INFO("seed " << seed << "\n" << joined(one.driver.leaks) << joined(one.driver.unknown));
  REQUIRE(one.driver.leaks.empty());
  REQUIRE(one.driver.unknown.empty());
  for (const char* type :
       {"write_change", "write_done", "execute_node", "node_executed", "call_executor", "attempt_answered",
        "resolve_secret", "secret_resolved", "start_instance", "resume_uid", "timer_set"}) {
    INFO(type);
    CHECK(one.driver.seen.count(std::string("pawl::actors::") + type) == 1);
  }
}

} // namespace

TEST_CASE("canary messages: no secret is in any message between actors", "[messages]") {
  const test::temp_folder folder;
  const echo_server server(folder.file("seen"));
  const echo_server elsewhere(folder.file("seen-elsewhere"));
  const char* given = std::getenv("PAWL_SEED_FROM");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const auto end = std::chrono::steady_clock::now() + test::time_to_run();
  test::figures figures("orders of messages", first);
  std::uint64_t count = 0;
  for (; count < seeds_min || std::chrono::steady_clock::now() < end; ++count) {
    run_seed(first + count, {server.url(), elsewhere.url()});
    figures.so_far(count + 1);
  }
  std::cout << count << " seeds from " << first << "\n";
  figures.end(count, 0);
}

TEST_CASE("canary messages control: a secret in a message is found", "[control-messages]") {
  const servers nowhere{"http://127.0.0.1:1", "http://127.0.0.1:2"};
  simulated one(1, nowhere, true);
  std::vector<scenario> polite;
  for (scenario& s : all_scenarios(nowhere))
    if (s.name == "polite") polite.push_back(std::move(s));
  one.run(polite);
  CHECK(one.driver.leaks.empty());
  scenario thief{
      "thief",
      {{"id", "thief"}, {"input", true}, {"edges", json::array()}, {"nodes", {{{"id", "n"}, {"type", thief_type}}}}}};
  thief.is_brief = true;
  one.run({thief});
  one.stop();
  INFO(joined(one.driver.leaks));
  for (const char* type : {"node_executed", "write_change"})
    CHECK(std::any_of(one.driver.leaks.begin(), one.driver.leaks.end(), [&](const std::string& leak) {
      return leak.rfind(std::string("pawl::actors::") + type, 0) == 0;
    }));
}

TEST_CASE("canary messages: every type of message is in the list", "[registry]") {
  CHECK(messages_in(code_below({"actors", "nodes", "runtime", "storage"})) == known_messages());
}

TEST_CASE("canary messages control: a message is seen wherever it is allowed, and when none is", "[registry]") {
  CHECK(messages_in("// CAF_ALLOW_UNSAFE_MESSAGE_TYPE(a)\n  CAF_ALLOW_UNSAFE_MESSAGE_TYPE ( pawl::\n one ) "
                    "CAF_ALLOW_UNSAFE_MESSAGE_TYPE(two)") == std::set<std::string>{"pawl::one", "two"});
  CHECK_THROWS_WITH(messages_in("struct one {};"), Catch::Matchers::StartsWith("no CAF_ALLOW_UNSAFE_MESSAGE_TYPE"));
}
