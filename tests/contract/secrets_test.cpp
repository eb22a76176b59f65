// What every store keeps of secrets: labels of instances, the audit, how far a sealed store has come.
#include "tests/contract/tested_store.hpp"

namespace secrets_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

secret_audit_entry line_of(const std::string& instance, std::int64_t at) {
  return {0, at, instance, "n", 2, 3, "auth", "sealed:mail", "4", "https://example.org", false, "refused"};
}

std::int64_t audited(tested_store& s) { return static_cast<std::int64_t>(s->secret_audit(0, 1'000'000)->size()); }

} // namespace

TEST_CASE("labels: come back with their instance, and go with it") {
  tested_store s(any_kind());
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  create_write wanted = create_of("a");
  wanted.labels = {{"device", "A-17"}, {"", "any"}, {"site", ""}};
  wanted.first.header.status = instance_status::completed;
  wanted.first.header.in_flight = false;
  const auto made = s->write({wanted, create_of("b")});
  REQUIRE(made[0]);
  CHECK(s->load(made[0]->instance)->labels == wanted.labels);
  CHECK(s->load(made[1]->instance)->labels.empty());
  REQUIRE(s->write({remove_write{made[0]->instance}})[0]);
  while (*s->clean_up()) {
  }
  const auto again = s->write({create_of("a")});
  CHECK(s->load(again[0]->instance)->labels.empty());
}

TEST_CASE("audit: lines come back in their order, behind a place, every field of them") {
  tested_store s(any_kind());
  REQUIRE(s->write({audit_write{line_of("a", 5)}, audit_write{line_of("b", 4)}})[1]);
  REQUIRE(s->write({audit_write{line_of("c", 6)}})[0]);
  const auto lines = s->secret_audit(0, 10);
  REQUIRE(lines);
  REQUIRE(lines->size() == 3);
  const secret_audit_entry& first = lines->front();
  CHECK(first.sequence == 1);
  CHECK(first.at_ms == 5);
  CHECK(first.instance_id == "a");
  CHECK(first.node_id == "n");
  CHECK(first.visit == 2);
  CHECK(first.attempt == 3);
  CHECK(first.slot == "auth");
  CHECK(first.secret == "sealed:mail");
  CHECK(first.version == "4");
  CHECK(first.destination == "https://example.org");
  CHECK_FALSE(first.allowed);
  CHECK(first.reason == "refused");
  CHECK(s->secret_audit(0, 2)->size() == 2);
  REQUIRE(s->secret_audit(2, 10)->size() == 1);
  CHECK(s->secret_audit(2, 10)->front().instance_id == "c");
  CHECK(s->secret_audit(3, 10)->empty());
}

TEST_CASE("audit: the newest lines of each kind are kept, and refusals push out none that was allowed") {
  tested_store s(any_kind());
  const auto write = [&](const char* instance, bool allowed, std::int64_t count) {
    audit_write line{line_of(instance, 1)};
    line.entry.allowed = allowed;
    const auto answers = s->write(std::vector<change>(static_cast<std::size_t>(count), line));
    return std::all_of(answers.begin(), answers.end(), [](const auto& a) { return a.has_value(); });
  };
  REQUIRE(write("first", true, 5));
  REQUIRE(write("flood", false, audit_refused_max + 3 * audit_sweep));
  CHECK(s->secret_audit(0, 1)->front().instance_id == "first");
  CHECK(audited(s) <= 5 + audit_refused_max + audit_sweep);
  REQUIRE(write("many", true, audit_allowed_max + 2 * audit_sweep));
  CHECK(audited(s) <= audit_lines_max);
  CHECK(s->secret_audit(0, 1)->front().instance_id == "flood");
  const auto lines = *s->secret_audit(0, 1'000'000);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& l) { return !l.allowed; }) >= audit_refused_max);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.allowed; }) >= audit_allowed_max);
}

TEST_CASE("audit: lines outlive their instance, and a change that is refused hinders them not") {
  tested_store s(any_kind());
  const instance_key key = s.with_instance("a");
  const auto answers = s->write({step_of(key, 9, "a", "1"), audit_write{line_of("a", 1)}});
  CHECK(answers[0].failure().code == errc::conflict);
  CHECK(answers[1]);
  CHECK(audited(s) == 1);
}

TEST_CASE("sealed stores: an older generation, or another content of a known one, is refused unless it is accepted") {
  struct trial {
    const char* id;
    std::int64_t generation;
    const char* mac;
    bool accept_older;
    bool taken;
  };
  tested_store s(any_kind());
  const trial in_order[] = {
      {"x", 3, "c", false, true},  {"x", 3, "c", false, true}, {"x", 3, "other", false, false},
      {"x", 2, "b", false, false}, {"x", 5, "e", false, true}, {"x", 4, "d", false, false},
      {"y", 1, "a", false, true},  {"x", 2, "b", true, true},  {"x", 2, "b", false, true},
      {"x", 1, "a", false, false}, {"x", 3, "c", false, true}, {"x", 3, "again", true, true},
  };
  int place = 0;
  for (const trial& t : in_order) {
    INFO("write " << ++place);
    const auto answer = s->write({sealed_write{t.id, t.generation, t.mac, t.accept_older, 9}})[0];
    CHECK(answer.has_value() == t.taken);
    if (!answer) CHECK(answer.failure().code == errc::corrupt);
  }
  const auto lines = *s->secret_audit(0, 10); // that `y` is another store than before, once
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at_ms == 9);
  CHECK(lines[0].allowed);
  CHECK(lines[0].reason == "another sealed store than before is used: y");
}

} // namespace secrets_test
