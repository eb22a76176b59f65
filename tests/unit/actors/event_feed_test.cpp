// Two actors of one instance, one of them about to die, tell of the same steps.
#include "actors/event_feed.hpp"

#include <catch2/catch.hpp>

namespace actors_event_feed_test {

using namespace pawl;
using namespace pawl::actors;

namespace {

std::function<instance_event()> event_of(const std::string& id, std::int64_t revision) {
  return [=] {
    instance_event e;
    e.instance_id = id;
    e.entry.revision = revision;
    return e;
  };
}

std::vector<std::int64_t> heard(event_queue& queue) {
  std::vector<std::int64_t> revisions;
  while (const auto e = queue.pop(std::chrono::milliseconds(0)))
    revisions.push_back(e->entry.revision);
  return revisions;
}

} // namespace

TEST_CASE("event feed: what two actors tell is heard once") {
  event_feed feed;
  const auto all = std::make_shared<event_queue>("", 100);
  feed.add(all);
  const auto dying = feed.begin("a", 0);
  feed.tell(*dying, 1, event_of("a", 1));
  const auto successor = feed.begin("a", 2);
  feed.tell(*successor, 2, event_of("a", 2));
  feed.tell(*dying, 2, event_of("a", 2));
  CHECK(heard(*all) == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("event feed: what an actor committed as it died is told by the next, whoever ends in between") {
  event_feed feed;
  const auto dying = feed.begin("a", 0);
  feed.tell(*dying, 1, event_of("a", 1));
  const auto successor = feed.begin("a", 1);
  feed.end("a", dying); // before the successor commits
  successor->sent = 2;
  feed.end("a", successor); // before it heard of its commit
  const auto third = feed.begin("a", 2);
  CHECK(third->told == 1);
  feed.tell(*successor, 2, event_of("a", 2));
  feed.end("a", third);
  CHECK(feed.begin("a", 7)->told == 7);
}

TEST_CASE("event feed: an instance that was removed and started anew is told from its beginning") {
  event_feed feed;
  const auto all = std::make_shared<event_queue>("", 100);
  feed.add(all);
  const auto old = feed.begin("a", 0);
  feed.tell(*old, 1, event_of("a", 1));
  feed.forget("a");
  const auto fresh = feed.begin("a", 0);
  feed.tell(*old, 2, event_of("a", 2)); // too late
  feed.end("a", old);                   // the old actor ends after the new one began
  feed.tell(*fresh, 1, event_of("a", 1));
  CHECK(heard(*all) == std::vector<std::int64_t>{1, 1});
  CHECK(feed.begin("a", 0) == fresh);
}

TEST_CASE("event feed: what nobody wanted to hear counts as told") {
  event_feed feed;
  const auto of = feed.begin("a", 0);
  feed.tell(*of, 1, event_of("a", 1));
  const auto all = std::make_shared<event_queue>("", 100);
  feed.add(all);
  feed.tell(*of, 1, event_of("a", 1));
  CHECK(heard(*all).empty());
}

} // namespace actors_event_feed_test
