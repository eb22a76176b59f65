// Reading a store that is somebody else's: beside an owner, after SIGKILL, on a read-only mount, as another user; and
// a disk that is full. A result, or an error that says which right is missing.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <sys/stat.h>
#include <unistd.h>

namespace reading_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

// An approval that rests in an hour's delay, and so keeps its store open.
class resting_owner {
public:
  explicit resting_owner(const std::string& store)
      : process_({"run", example("approval.json"), "--store", store, "--id", "a-1", "-o", "jsonl", "--input",
                  R"({"title":"t","author":"a","checks":[],"settleMs":3600000})"}) {
    rests_ = process_.read_until("event", "paused");
  }
  bool rests() const { return rests_; }
  pid_t pid() const { return process_.pid(); }
  void kill() {
    process_.send(SIGKILL);
    process_.wait();
  }

private:
  running process_;
  bool rests_ = false;
};

json shown(const ended& done) {
  INFO("code " << done.code << "\n" << done.out << done.err);
  REQUIRE(done.code == 0);
  return json::parse(done.out).at("snapshot");
}

// A store whose owner was killed: its log is full, nobody has the lock.
void make_hot_store(const std::string& store) {
  resting_owner owner(store);
  REQUIRE(owner.rests());
  owner.kill();
  REQUIRE(fs::file_size(store + "-wal") > 0);
}

bool skipped_without_root(const char* what) {
  if (::geteuid() == 0 && run_to_end({"unshare", "-m", "true"}).code == 0) return false;
  std::cout << "SKIPPED: " << what << " needs root and mount namespaces\n";
  return true;
}

// A shell in a mount namespace of its own; $1 is `folder`, $2 the pawl command.
ended in_namespace(const std::string& script, const std::string& folder) {
  return run_to_end({"unshare", "-m", "sh", "-c", script, "sh", folder, pawl_file()});
}

const char* const read_only = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && ";

// The command where any user may start it.
std::string copy_of_pawl(const std::string& folder) {
  const std::string copy = folder + "/pawl";
  fs::copy_file(pawl_file(), copy);
  ::chmod(copy.c_str(), 0755);
  return copy;
}

ended as_nobody(words command) {
  const words prefix{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  command.insert(command.begin(), prefix.begin(), prefix.end());
  return run_to_end(command);
}

} // namespace

TEST_CASE("reading: works beside an owner; resume beside it names its process", "[reading]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  resting_owner owner(store);
  REQUIRE(owner.rests());
  CHECK(shown(run_pawl({"show", "a-1", "--store", store, "-o", "json"}))["currentNodeId"] == "settle");
  CHECK(run_pawl({"list", "--store", store}).code == 0);
  CHECK(json_lines(run_pawl({"history", "a-1", "--store", store, "-o", "jsonl"}).out).back()["event"] == "paused");
  for (const words& line :
       {words{"resume", "a-1", "--payload", "1"}, words{"run", example("approval.json"), "--id", "b"}}) {
    words with_store = line;
    with_store.insert(with_store.end(), {"--store", store});
    const ended refused = run_pawl(with_store);
    CHECK(refused.code == 1);
    CHECK(has(refused.err, "process " + std::to_string(owner.pid())));
  }
}

TEST_CASE("reading: works after SIGKILL with a hot log and no owner", "[reading]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  make_hot_store(store);
  const auto size_before = fs::file_size(store + "-wal");
  CHECK(shown(run_pawl({"show", "a-1", "--store", store, "-o", "json"}))["currentNodeId"] == "settle");
  fs::remove(store + "-shm");
  CHECK(shown(run_pawl({"show", "a-1", "--store", store, "-o", "json"}))["currentNodeId"] == "settle");
  CHECK(fs::file_size(store + "-wal") == size_before);
}

TEST_CASE("reading: works on a read-only mount; owning says which right is missing", "[reading-as-root]") {
  if (skipped_without_root("a read-only mount")) return;
  temp_folder folder;
  make_hot_store(folder.file("s.db"));
  const std::string show = "\"$2\" show a-1 --store \"$1/s.db\" -o json";
  CHECK(shown(in_namespace(read_only + show, folder.path()))["currentNodeId"] == "settle");
  fs::remove(folder.file("s.db-shm"));
  CHECK(shown(in_namespace(read_only + show, folder.path()))["currentNodeId"] == "settle");
  const std::string resume = "\"$2\" resume a-1 --payload 1 --store \"$1/s.db\"";
  const ended refused = in_namespace(read_only + resume, folder.path());
  INFO(refused.err);
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "s.db"));
  CHECK((has(refused.err, "Read-only") || has(refused.err, "right")));
}

TEST_CASE("reading: another user gets a result, or the name of the missing right", "[reading-as-root]") {
  if (skipped_without_root("another user")) return;
  temp_folder folder;
  temp_folder programs;
  ::chmod(programs.path().c_str(), 0755);
  const std::string store = folder.file("s.db");
  make_hot_store(store);
  const words show{copy_of_pawl(programs.path()), "show", "a-1", "--store", store, "-o", "json"};

  const ended no_folder = as_nobody(show); // the folder is 0700
  INFO(no_folder.err);
  CHECK(no_folder.code == 1);
  CHECK(has(no_folder.err, "search the folder " + folder.path()));

  ::chmod(folder.path().c_str(), 0755);
  const ended no_file = as_nobody(show); // the file is 0600
  INFO(no_file.err);
  CHECK(no_file.code == 1);
  CHECK(has(no_file.err, "no right to read " + store));

  for (const char* end : {"", "-wal", "-shm"})
    ::chmod((store + end).c_str(), 0644);
  CHECK(shown(as_nobody(show))["currentNodeId"] == "settle");
  const ended owning = as_nobody({show[0], "resume", "a-1", "--payload", "1", "--store", store});
  INFO(owning.err);
  CHECK(owning.code == 1);
  CHECK(has(owning.err, "s.db"));
  CHECK(has(owning.err, "ermission"));
}

TEST_CASE("disk: a full one fails the run with its name, and the store stays readable and goes on",
          "[reading-as-root]") {
  if (skipped_without_root("a small file system")) return;
  temp_folder folder;
  const std::string items = json{{"items", std::vector<int>(2000, 7)}}.dump();
  const ended done = run_to_end({"unshare", "-m", "sh", "-c",
                                 "mount -t tmpfs -o size=600k none \"$1\" || exit 99\n"
                                 "\"$2\" run \"$3\" --id l --store \"$1/s.db\" --input - -o json; echo \"code $?\"\n"
                                 "\"$2\" list --store \"$1/s.db\" --status active -o jsonl\n"
                                 "mount -o remount,size=20m \"$1\"\n"
                                 "\"$2\" run \"$3\" --id l --store \"$1/s.db\" -o json >/dev/null; echo \"code $?\"\n",
                                 "sh", folder.path(), pawl_file(), example("loop.json")},
                                items);
  INFO(done.out << done.err);
  CHECK(has(done.err, "no room left on the disk"));
  CHECK(done.out.rfind("code 1\n", 0) == 0);
  CHECK(has(done.out, "\"active\""));
  CHECK(has(done.out, "\ncode 0\n"));
}

TEST_CASE("disk: the instance that filled it is cancelled and removed, and the others go on", "[reading-as-root]") {
  if (skipped_without_root("a small file system")) return;
  temp_folder folder;
  const std::string hostile = folder.file("hostile.json");
  std::ofstream(hostile)
      << R"({"id":"hostile","start":"a","nodes":[{"id":"a","type":"set","data":{"x":"{{ input.x }}"}}],)"
      << R"("edges":[{"source":"a","target":"a"}]})";
  const std::string disk = folder.file("disk");
  ::mkdir(disk.c_str(), 0700);
  const ended done = run_to_end({"unshare", "-m", "sh", "-c",
                                 "mount -t tmpfs -o size=24m none \"$1\" || exit 99\n"
                                 "export PAWL_STORE=\"$1/s.db\"\n"
                                 "\"$2\" run \"$3\" --id l --input '{\"items\":[1]}' >/dev/null; echo \"before $?\"\n"
                                 "\"$2\" run \"$4\" --id hostile --input - >/dev/null; echo \"full $?\"\n"
                                 "head -c 30000000 /dev/zero >\"$1/ballast\" 2>/dev/null\n"
                                 "\"$2\" run \"$3\" --id m --input '{\"items\":[1]}' >/dev/null; echo \"start $?\"\n"
                                 "\"$2\" rm hostile; echo \"rm $?\"\n"
                                 "\"$2\" rm l; echo \"rm $?\"\n"
                                 "\"$2\" cancel hostile --terminate; echo \"cancel $?\"\n"
                                 "\"$2\" rm hostile; echo \"rm $?\"\n"
                                 "\"$2\" run \"$3\" --id m --input '{\"items\":[1]}' >/dev/null; echo \"start $?\"\n",
                                 "sh", disk, pawl_file(), example("loop.json"), hostile},
                                json{{"x", std::string(400'000, 'x')}}.dump());
  INFO(done.out << done.err);
  CHECK(has(done.out, "before 0\nfull 1\nstart 1\n"));
  CHECK(has(done.out, "rm 1\n")); // it has not ended
  CHECK(has(done.out, "cancel 0\n"));
  CHECK(has(done.out, "start 0\n"));
}

} // namespace reading_test
