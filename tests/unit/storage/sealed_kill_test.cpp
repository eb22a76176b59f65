// A kill at every point of every change leaves the old or the new store, and the next change cleans up.
#include "tests/support/child_process.hpp"
#include "tests/support/places.hpp"
#include "tests/support/sealed_changes.hpp"
#include "tests/unit/storage/sealed_support.hpp"

#include "storage/sealed/envelope.hpp"
#include "storage/sealed/key_source.hpp"

#include <functional>
#include <set>
#include <vector>

namespace storage_sealed_kill_test {

using namespace sealed_tests;

namespace {

/// The generation and every secret with its value, or the error's code.
std::string content_of(const std::string& folder, const char* key = "/s.key") {
  const auto file = sealed_file::read(test::sealed_path(folder), test::sealed_key(folder, key));
  if (!file) return code_of(file);
  std::string text = std::to_string(file->generation());
  for (const secret_summary& one : file->list()) {
    const auto value = file->decrypt(one.name);
    text += " " + one.name + "=" + (value ? std::string(value->view()) : code_of(value));
    for (const std::string& definition : one.settings.policy.definitions)
      text += " for " + definition;
  }
  return text;
}

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

struct scene {
  std::string change;
  test::temp_folder folder{test::temp_folder::fast()};
  std::string envelope = "none";

  explicit scene(std::string what) : change(std::move(what)) {
    if (change == "create") return;
    REQUIRE(test::prepare_sealed(folder.path()));
    const auto store = sealed_store::open(test::sealed_path(folder.path()), test::sealed_key(folder.path()));
    secret_envelope how;
    how.to = (*store)->public_key();
    how.name = "a";
    envelope = *storage::sealed::seal(how, secret("came sealed"));
  }
};

std::string before(const std::string& change) {
  return change == "create" ? "not_found" : "3 a=old value b=that stays";
}

std::string after(const std::string& change) {
  if (change == "create") return "1";
  if (change == "set") return "4 a=new value b=that stays";
  if (change == "change settings") return "4 a=old value for d b=that stays";
  if (change == "remove") return "4 b=that stays";
  if (change == "import") return "4 a=came sealed b=that stays";
  return "4 a=old value b=that stays";
}

/// Old or new, by the key that belongs to it.
std::string content_after_kill(const std::string& folder, const std::string& change) {
  const std::string found = content_of(folder);
  if (change == "rotate to other key" && found == "access") return content_of(folder, "/other.key");
  return found;
}

/// What is wrong with a folder after a kill; nothing: empty.
std::string fault_after_kill(const std::string& folder, const std::string& change) {
  const std::string found = content_after_kill(folder, change);
  if (found != before(change) && found != after(change)) return "neither old nor new: " + found;
  const bool has_other_key = content_of(folder) == "access";
  const secret_key key = test::sealed_key(folder, has_other_key ? "/other.key" : "/s.key");
  if (found == "not_found") {
    if (auto again = sealed_store::create(test::sealed_path(folder), key); !again) return to_string(again.failure());
  }
  {
    auto store = sealed_store::open(test::sealed_path(folder), key);
    if (!store) return to_string(store.failure());
    if (auto set = test::set_secret(**store, "later", "the next change"); !set) return to_string(set.failure());
    if (auto turned = (*store)->rotate(key, {}); !turned) return to_string(turned.failure());
  }
  std::set<std::string> wanted{"s.key", "s.sealed", "s.sealed.lock"};
  std::set<std::string> there = files_in(folder);
  if (change == "rotate to other key") there.erase("other.key");
  if (there.erase("other.key.new") == 1 && has_other_key) return "half a key is left";
  return there == wanted ? "" : "files are left";
}

/// All states that a kill can leave, as folders: what the hook of one undisturbed change sees.
std::vector<std::string> states_of(const scene& at, const test::temp_folder& copies, std::vector<std::string>& points) {
  std::vector<std::string> made;
  const auto changed = test::change_sealed(at.folder.path(), at.change, at.envelope, [&](const std::string& point) {
    made.push_back(copies.file(std::to_string(made.size())));
    points.push_back(point);
    std::filesystem::copy(at.folder.path(), made.back(), std::filesystem::copy_options::recursive);
  });
  if (!changed) FAIL(to_string(changed.failure()));
  return made;
}

} // namespace

TEST_CASE("sealed kill: every state between the steps of a change is the old store or the new one") {
  for (const std::string& change : test::sealed_changes()) {
    const scene at(change);
    const test::temp_folder copies(test::temp_folder::fast());
    std::vector<std::string> points;
    const auto states = states_of(at, copies, points);
    CHECK(states.size() >= 10);
    for (std::size_t i = 0; i < states.size(); ++i) {
      INFO(change << ": " << points[i]);
      CHECK(fault_after_kill(states[i], change) == "");
    }
    INFO(change);
    CHECK(content_after_kill(at.folder.path(), change) == after(change));
  }
}

TEST_CASE("sealed kill: a process killed at every point leaves the old store or the new one") {
  for (const std::string& change : test::sealed_changes()) {
    bool was_killed = true;
    std::set<std::string> contents;
    for (int point = 1; was_killed; ++point) {
      const scene at(change);
      test::child_process child(
          {pawl::test::program("pawl-sealed-child"), at.folder.path(), change, std::to_string(point), at.envelope});
      const std::string line = child.line();
      const int status = child.finish();
      was_killed = status == 128 + SIGKILL;
      INFO(change << ": killed " << line);
      REQUIRE((was_killed || (status == 0 && point > 10)));
      contents.insert(content_after_kill(at.folder.path(), change));
      CHECK(fault_after_kill(at.folder.path(), change) == "");
    }
    CHECK(contents == std::set<std::string>{before(change), after(change)});
  }
}

TEST_CASE("sealed kill: control, without the key beside some moments of a rotation do not open") {
  const scene at("rotate key");
  const test::temp_folder copies(test::temp_folder::fast());
  std::vector<std::string> points;
  int lost = 0;
  for (const std::string& state : states_of(at, copies, points)) {
    std::filesystem::remove(storage::sealed::next_of(test::sealed_key(state).key_file));
    if (!fault_after_kill(state, at.change).empty()) ++lost;
  }
  CHECK(lost >= 3);
}

TEST_CASE("sealed kill: control, a key that has its name before the store has is caught") {
  const scene at("rotate key");
  const test::temp_folder copies(test::temp_folder::fast());
  std::vector<std::string> points;
  int lost = 0;
  for (const std::string& state : states_of(at, copies, points)) {
    const std::string key = test::sealed_key(state).key_file;
    if (read_whole(storage::sealed::next_of(key)).size() != 32) continue;
    std::filesystem::rename(storage::sealed::next_of(key), key);
    if (!fault_after_kill(state, at.change).empty()) ++lost;
  }
  CHECK(lost >= 3);
}

} // namespace storage_sealed_kill_test
