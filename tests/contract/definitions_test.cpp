// Versions of definitions: what is listed, and what goes when nothing needs it any more.
#include "tests/contract/tested_store.hpp"
#include "tests/support/given.hpp"

namespace definitions_test {

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

using texts = std::vector<std::string>;

/// `id hash instances`, with a star when it is the latest.
texts listed(tested_store& s, std::int64_t after = 0, std::size_t limit = 100) {
  texts lines;
  for (const definition_version& v : given(s->definitions(after, limit)))
    lines.push_back(v.id + " " + v.hash + " " + std::to_string(v.instances) + (v.latest_since ? "*" : ""));
  return lines;
}

std::string refusal(const result<void>& answer) {
  REQUIRE_FALSE(answer);
  return to_string(answer.failure());
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void end_and_remove(tested_store& s, instance_key instance) {
  step_write last = step_of(instance, 2, "a", "1");
  last.header.status = instance_status::completed;
  last.header.in_flight = false;
  last.cursors_set.clear();
  last.cursors_gone = {1};
  REQUIRE(s->write({last})[0]);
  REQUIRE(s->write({remove_write{instance}})[0]);
}

} // namespace

TEST_CASE("definitions: versions are listed in the order in which they came, a page at a time") {
  tested_store s(any_kind());
  CHECK(listed(s).empty());
  s.with_instances({"a", "b"}); // of flow h1
  REQUIRE(s->save_definition(definition("flow", "h2"), 5));
  REQUIRE(s->save_definition(definition("other", "h2"), 6));
  CHECK(listed(s) == texts{"flow h1 2", "flow h2 0*", "other h2 0*"});
  const auto first = given(s->definitions(0, 1));
  CHECK(listed(s, first[0].number, 1) == texts{"flow h2 0*"});
  CHECK(given(s->definitions(0, 100))[1].latest_since == 5);
  REQUIRE(s->save_definition(definition("flow", "h2"), 7)); // it is so already
  CHECK(given(s->definitions(0, 100))[1].latest_since == 5);
}

TEST_CASE("definitions: a version stays while an instance was started from it, ended or not") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"a", "b"});
  REQUIRE(s->save_definition(definition("flow", "h2"), 5));
  CHECK(has(refusal(s->remove_definition("flow", "h1")), "in_use: version h1 of the definition 'flow' is needed by 2"));
  CHECK(s->remove_definition("flow", "").failure().code == errc::in_use); // all or none
  CHECK(listed(s) == texts{"flow h1 2", "flow h2 0*"});
  end_and_remove(s, keys[0]);
  CHECK(has(refusal(s->remove_definition("flow", "h1")), "by 1 instance,"));
  end_and_remove(s, keys[1]); // its rows are not erased yet
  REQUIRE(s->remove_definition("flow", "h1"));
  CHECK(listed(s) == texts{"flow h2 0*"});
  CHECK_FALSE(s->definition_by_hash("h1")->has_value());
  while (given(s->clean_up())) {
  }
  CHECK(s->write({create_of("c")})[0].failure().code == errc::unknown_definition);
}

TEST_CASE("definitions: the latest version goes with its id only, and not while a schedule names it") {
  tested_store s(any_kind());
  REQUIRE(s->save_definition(definition("flow", "h1"), 1));
  REQUIRE(s->save_definition(definition("flow", "h2"), 2));
  REQUIRE(s->save_definition(definition("other", "h2"), 3));
  CHECK(has(refusal(s->remove_definition("flow", "h2")), "is the latest one"));
  schedule_row nightly;
  nightly.id = "nightly";
  nightly.definition_id = "flow";
  nightly.every_ms = 1000;
  nightly.input = "null";
  nightly.state.revision = 1;
  REQUIRE(s->write({schedule_write{nightly}})[0]);
  CHECK(has(refusal(s->remove_definition("flow", "")), "the schedule 'nightly'"));
  CHECK(listed(s) == texts{"flow h1 0", "flow h2 0*", "other h2 0*"});
  REQUIRE(s->remove_definition("flow", "h1")); // a schedule takes the latest
  REQUIRE(s->write({schedule_remove{"nightly"}})[0]);
  REQUIRE(s->remove_definition("flow", "h2")); // the last one of the id
  CHECK(listed(s) == texts{"other h2 0*"});
  CHECK_FALSE(s->latest_definition("flow")->has_value());
  CHECK(s->latest_definitions()->size() == 1);
  CHECK(s->remove_definition("flow", "").failure().code == errc::unknown_definition);
  CHECK(s->remove_definition("other", "h1").failure().code == errc::unknown_definition);
  CHECK(s->remove_definition("", "").failure().code == errc::unknown_definition);
  REQUIRE(s->save_definition(definition("flow", "h1"), 9));
  CHECK(listed(s) == texts{"other h2 0*", "flow h1 0*"});
}

TEST_CASE("definitions: an id belongs to whoever loaded it first, nobody included") {
  tested_store s(any_kind());
  const auto of = [](const std::string& id, const std::string& hash, const std::string& owner, bool adopts = false) {
    definition_row row = definition(id, hash);
    row.owner = owner;
    row.adopts = adopts;
    return row;
  };
  const auto key = s.with_instance("a"); // of flow h1, nobody's
  CHECK(s->save_definition(of("flow", "h2", "ann"), 2).failure().code == errc::conflict);
  CHECK(s->save_definition(of("flow", "h1", "ann"), 2).failure().code == errc::conflict);
  REQUIRE(s->save_definition(of("book", "h1", "ann"), 3));
  for (const char* other : {"", "bob", "an", "ann "}) {
    const auto refused = s->save_definition(of("book", "h2", other, true), 4);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().where == "/id");
    CHECK_FALSE(has(refused.failure().message, "ann"));
  }
  CHECK(given(s->latest_definition("book"))->hash == "h1");
  CHECK(given(s->latest_definition("book"))->owner == "ann");
  CHECK(given(s->load(key)).owner.empty());
  REQUIRE(s->save_definition(of("flow", "h1", "bob", true), 5)); // its instances come along
  CHECK(given(s->load(key)).owner == "bob");
  CHECK(given(s->list(0, 1))[0].owner == "bob");
  CHECK(given(s->list_by_uid("", 1))[0].owner == "bob");
  CHECK(given(s->definition_by_hash("h1"))->owner == "ann"); // of `book`, the first of that hash
  CHECK(given(s->definitions(0, 1))[0].owner == "bob");
  REQUIRE(s->remove_definition("book", ""));
  REQUIRE(s->save_definition(of("book", "h2", "bob"), 6)); // the id was free
}

TEST_CASE("list: pages by id go on behind one that nobody has") {
  tested_store s(any_kind());
  const auto keys = s.with_instances({"c", "a", "b"});
  const auto uids_behind = [&](const char* after, std::size_t limit) {
    texts uids;
    for (const summary_row& row : given(s->list_by_uid(after, limit)))
      uids.push_back(row.uid);
    return uids;
  };
  CHECK(uids_behind("", 2) == texts{"a", "b"});
  end_and_remove(s, keys[2]);
  CHECK(uids_behind("b", 2) == texts{"c"});
  CHECK(uids_behind("", 9) == texts{"a", "c"});
  CHECK(uids_behind("c", 9).empty());
}

} // namespace definitions_test
