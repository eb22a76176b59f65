// Secrets while actors die and stores fail: no instance is lost, and no executor has one before the audit says so on
// disk.
#include "tests/recovery/faulty_store.hpp"
#include "tests/recovery/lab.hpp"
#include "tests/support/given.hpp"
#include "tests/support/scripted_secrets.hpp"

#include <caf/all.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace secrets_test {

using namespace pawl;
using namespace pawl::recovery;
using nlohmann::json;
using pawl::test::given;
using test::scripted_provider;

namespace {

constexpr int booked_instances = 60;
constexpr char canary[] = "canary-8d2f61c07ab94e53";
const char* const definition = R"({"id": "w", "input": true, "nodes": [
    {"id": "a", "type": "take", "credentials": {"key": "test:a"}, "retry": {"maxAttempts": 50, "interval": 1}},
    {"id": "b", "type": "take", "credentials": {"key": "test:a"}, "retry": {"maxAttempts": 50, "interval": 1}}],
    "edges": [{"source": "a", "target": "b"}]})";

bool may_pass(errc code) { return code == errc::storage || code == errc::disk_full; }
bool is_audit(const storage::change& c) { return std::holds_alternative<storage::audit_write>(c); }

/// Nodes that take a secret, and look at once whether the store in the file tells so.
class takers {
public:
  explicit takers(lab& of) : lab_(of) {}

  options settings(bool looks = false) {
    options opts = lab_.settings();
    node_type type("take", [this, looks](node_context& c) { return take(c, looks); });
    type.secrets = {{"key", true}};
    type.concurrency = 4;
    opts.node_types = {type};
    opts.secrets.providers = {
        std::make_shared<scripted_provider>(std::map<std::string, scripted_provider::entry>{{"a", {{}, canary}}})};
    return opts;
  }
  /// Starts the booked_instances, strikes as often as asked while they run, waits for all.
  void drive(host::engine& rt, int strikes, const std::function<void()>& strike) {
    given(rt.load_definition(definition, ""));
    start_options how;
    for (int i = 0; i < booked_instances; ++i) {
      how.id = "i-" + std::to_string(i);
      for (auto id = rt.start("w", nullptr, how); !id; id = rt.start("w", nullptr, how))
        if (!may_pass(id.failure().code)) FAIL(to_string(id.failure()));
      if (i % 10 == 9 && strikes-- > 0) strike();
    }
    for (int i = 0; i < booked_instances; ++i) {
      result<snapshot> ended = rt.wait("i-" + std::to_string(i), wait_until::ended, patience);
      while (!ended && may_pass(ended.failure().code)) // who waits is told, the instance goes on
        ended = rt.wait("i-" + std::to_string(i), wait_until::ended, patience);
      if (!ended) {
        INFO(joined(lab_.log()));
        INFO(rt.query("i-" + std::to_string(i)).value().document().dump(1));
        FAIL(to_string(ended.failure()));
      }
      CHECK(ended->status() == instance_status::completed);
      CHECK(ended->document().dump().find(canary) == std::string::npos);
    }
  }
  int taken() const { return taken_; }
  int wrong() const { return wrong_; }
  int unwritten() const { return unwritten_; }

private:
  outcome take(node_context& c, bool looks) {
    const auto bytes = c.secret("key");
    ++taken_;
    wrong_ += bytes && bytes->view() == canary ? 0 : 1;
    if (looks && !is_written(c)) ++unwritten_;
    return outcome::nothing();
  }
  bool is_written(const node_context& c) {
    auto reader = storage::open_sqlite_reader(lab_.path());
    if (!reader) return false;
    const auto lines = (*reader)->secret_audit(0, 100'000);
    return lines && std::any_of(lines->begin(), lines->end(), [&](const secret_audit_entry& line) {
             return line.allowed && line.instance_id == c.instance_id() && line.node_id == c.node_id() &&
                    line.visit == c.visit() && line.attempt == c.attempt();
           });
  }

  lab& lab_;
  std::atomic<int> taken_{0};
  std::atomic<int> wrong_{0};
  std::atomic<int> unwritten_{0};
};

} // namespace

TEST_CASE("secret recovery: an executor is called only when the audit on disk says that it may have its secret") {
  lab here;
  takers nodes(here);
  const auto rt = here.open(nodes.settings(true));
  nodes.drive(*rt, 0, [] {});
  CHECK(nodes.taken() == 2 * booked_instances);
  CHECK(nodes.wrong() == 0);
  CHECK(nodes.unwritten() == 0);
}

TEST_CASE("secret recovery: actors that die at work take nothing with them") {
  struct victim {
    const char* name;
    std::function<caf::actor(host::engine&)> who;
  };
  const victim victims[] = {{"a secrets actor", [](host::engine& rt) { return rt.shared().desks->find("test"); }},
                            {"the store", [](host::engine& rt) { return rt.shared().store.get(); }},
                            {"a node", [](host::engine& rt) {
                               return rt.shared().pools.pick(rt.shared().types.at({"take", 1}));
                             }}};
  for (const victim& v : victims) {
    INFO(v.name);
    lab here;
    takers nodes(here);
    {
      const auto rt = here.open(nodes.settings());
      nodes.drive(*rt, 5, [&] { caf::anon_send_exit(v.who(*rt), caf::exit_reason::kill); });
    }
    INFO(joined(here.log()));
    CHECK(nodes.taken() >= 2 * booked_instances);
    CHECK(nodes.wrong() == 0);
  }
}

TEST_CASE("secret recovery: a store that fails to keep the audit gives no secret, and the instances go on") {
  struct trial {
    const char* name;
    errc code;
    bool after_the_write;
  };
  for (const trial& t : {trial{"before the write", errc::storage, false},
                         {"after the write", errc::storage, true},
                         {"a full disk", errc::disk_full, false}}) {
    INFO(t.name);
    lab here;
    takers nodes(here);
    int audits = 0;
    const auto way = [&](int, const batch& changes, storage::store& inner) {
      const bool fails = std::any_of(changes.begin(), changes.end(), is_audit) && ++audits % 7 == 0;
      if (fails && !t.after_the_write) return all(changes, t.code);
      auto made = inner.write(changes);
      return fails ? all(changes, t.code) : made;
    };
    const auto rt = here.open(nodes.settings(), with(way));
    nodes.drive(*rt, 0, [] {});
    INFO(joined(here.log()));
    CHECK(audits >= 7);
    CHECK(nodes.wrong() == 0);
    CHECK(nodes.taken() >= 2 * booked_instances);
  }
}

} // namespace secrets_test
