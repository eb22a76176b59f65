// Two actors of one instance, one of them about to die, tell of the same steps.
#include "actors/event_feed.hpp"

#include <catch2/catch.hpp>

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
  feed.tell(dying, 1, event_of("a", 1));
  const auto successor = feed.begin("a", 2);
  feed.tell(successor, 2, event_of("a", 2));
  feed.tell(dying, 2, event_of("a", 2));
  CHECK(heard(*all) == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("event feed: an actor that ends late does not make its successor's record forgotten") {
  event_feed feed;
  const auto all = std::make_shared<event_queue>("", 100);
  feed.add(all);
  auto dying = feed.begin("a", 0);
  auto successor = feed.begin("a", 0);
  feed.end("a", dying);
  dying.reset();
  feed.tell(successor, 1, event_of("a", 1));
  const auto third = feed.begin("a", 2); // the successor died before it heard of revision 2
  CHECK(*third == 1);
  successor.reset();
  feed.end("a", third);
  CHECK(*feed.begin("a", 7) == 7);
}

TEST_CASE("event feed: what nobody wanted to hear counts as told") {
  event_feed feed;
  const auto so_far = feed.begin("a", 0);
  feed.tell(so_far, 1, event_of("a", 1));
  const auto all = std::make_shared<event_queue>("", 100);
  feed.add(all);
  feed.tell(so_far, 1, event_of("a", 1));
  CHECK(heard(*all).empty());
}
