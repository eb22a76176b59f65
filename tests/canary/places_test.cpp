// Secrets through everything, then 0 bytes of them everywhere.
#include "tests/canary/registry.hpp"

#include <catch2/catch.hpp>

using namespace pawl::canary;

namespace {

scenario scenario_of(const rig& here, const std::string& id) {
  for (scenario& s : all_scenarios(here.at()))
    if (id.rfind(s.name + ".", 0) == 0) return std::move(s);
  throw std::runtime_error("no scenario of " + id);
}

// Each ended as it should: or the search looks at what never happened.
void check_endings(const rig& here) {
  CHECK(here.endings().size() == here.started().size());
  for (const auto& [id, end] : here.endings()) {
    const scenario s = scenario_of(here, id);
    INFO(id << ": " << end.status << " " << end.reason);
    CHECK((s.ends.empty() || (end.status == s.ends && end.reason.rfind(s.error, 0) == 0)));
  }
}

// And what came back was masked, not lost.
void check_marks(const rig& here, const command_scene& scene) {
  for (const auto& [id, text] : scene.shown) {
    INFO(id << ": " << text.substr(0, 4000));
    if (scenario_of(here, id).shows_mark) CHECK(text.find("[secret ") != std::string::npos);
  }
}

void none(const std::vector<leak>& leaks) {
  INFO(text_of(leaks));
  CHECK(leaks.empty());
}

void run_commands(command_scene& scene, bool with_owner) {
  for (const command& c : commands())
    if (c.needs_owner == with_owner) c.run(scene);
}

} // namespace

TEST_CASE("canary: no secret is anywhere after every node type, failure and command", "[all]") {
  rig here;
  here.start();
  here.await("idle");
  check_endings(here);
  none(here.search_files()); // while the runtime has them open
  none(here.search_backup());
  command_scene scene{here, here.started(), {}, {}};
  run_commands(scene, false);
  check_marks(here, scene);
  CHECK(here.finish() == 0);
  none(here.search_all());
  run_commands(scene, true);
  none(here.search_all());
}

TEST_CASE("canary: no secret is on disk after a kill in the middle, nor when it went on", "[kill]") {
  rig here;
  here.start({"--blocks"});
  here.await("at ", 3); // executors that hold one, and its forms, in ordinary memory
  for (int i = 0; i < 5; ++i)
    here.home().await_hanging(); // calls that have half an answer
  here.kill();
  none(here.search_all());
  here.start({"--only", "block", "http-hang"});
  here.await("idle");
  for (const auto& [id, end] : here.endings()) {
    INFO(id << ": " << end.reason);
    CHECK(end.status == "completed");
  }
  CHECK(here.finish() == 0);
  none(here.search_all());
}

namespace {

void search_memory(rig& here) {
  here.await("idle");
  check_endings(here);
  const std::string image = here.file("image");
  here.command("memory " + image);
  none(here.search_file("memory", image));
  here.command("close");
  here.command("memory " + image);
  none(here.search_file("memory", image));
  CHECK(here.finish() == 0);
}

} // namespace

TEST_CASE("canary: no secret that was used is in the memory that a core image would hold", "[memory]") {
  rig here;
  here.start({"--only", "polite", "http-quiet", "http-quiet-basic", "http-quiet-post", "http-away"});
  search_memory(here);
}

TEST_CASE("canary: no secret that a server echoed is in the memory that a core image would hold", "[memory-echo]") {
  rig here;
  here.start({"--polite"});
  search_memory(here);
}
