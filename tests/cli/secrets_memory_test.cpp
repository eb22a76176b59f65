// Where secrets lie in the memory of pawl secrets while it runs.
#include "tests/cli/secrets_support.hpp"
#include "tests/cli/terminal.hpp"
#include "tests/support/memory_search.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace secrets_memory_test {

using namespace secrets_tests;

namespace {

/// `pawl OPTION secrets set`, which asks for a value before it looks at the store. As a user without rights, for root
/// owns the files of its own processes anyway.
words asking_for_a_value(const std::string& pawl, const std::string& option) {
  words line{pawl};
  if (!option.empty()) line.push_back(option);
  line.insert(line.end(), {"secrets", "set", "mail", "--secrets", "none.sealed", "--key-file", "none.key"});
  const words nobody{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  if (::geteuid() == 0) line.insert(line.begin(), nobody.begin(), nobody.end());
  return line;
}

uid_t owner_of(const std::string& file) {
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  return facts.st_uid;
}

/// Where any user may start it.
std::string copy_of_pawl(const temp_folder& folder) {
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::copy_file(pawl_file(), folder.file("pawl"));
  return folder.file("pawl");
}

std::string core_limit_of(pid_t pid) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(lines, line);)
    if (has(line, "Max core file size")) return line;
  return "";
}

} // namespace

TEST_CASE("secrets: a value and a passphrase lie in locked memory and nowhere else", "[secrets-memory]") {
  const place here;
  const std::string words_file = here.folder.file("words");
  const std::string passphrase = "passphrase-8Lq2VxNw";
  write_private(words_file, passphrase + "\n");
  const words line{pawl_file(), "--allow-core-dumps", "secrets",           "set",     "mail",
                   "--secrets", here.store,           "--passphrase-file", words_file};
  on_terminal at(line);
  REQUIRE(at.shows("value of mail: "));
  at.type(canary + "\n");
  REQUIRE(at.shows("the same again: "));
  const memory_found found =
      search_memory({{"value", canary}, {"passphrase", passphrase}, {"file", words_file}}, at.pid());
  INFO(found.text());
  for (const char* secret : {"value", "passphrase"}) {
    CHECK(found.count_locked(secret) == 1);
    CHECK(found.count(secret) == 0);
  }
  CHECK(found.count("file") > 0); // control: what is no secret is found
}

TEST_CASE("secrets: while a value is asked for nobody of the same user can look in", "[secrets-memory]") {
  const temp_folder folder;
  const std::string pawl = copy_of_pawl(folder);
  on_terminal at(asking_for_a_value(pawl, ""));
  REQUIRE(at.shows("value of mail: "));
  CHECK(owner_of("/proc/" + std::to_string(at.pid()) + "/mem") == 0);
  CHECK(has(core_limit_of(at.pid()), "size        0                    0 "));
  on_terminal open(asking_for_a_value(pawl, "--allow-core-dumps"));
  REQUIRE(open.shows("value of mail: "));
  CHECK(owner_of("/proc/" + std::to_string(open.pid()) + "/mem") == (::geteuid() == 0 ? 65534 : ::geteuid()));
}

TEST_CASE("secrets: without memory to lock they are refused unless the command line takes that", "[secrets-memory]") {
  const temp_folder folder;
  const std::string pawl = copy_of_pawl(folder);
  const auto asked_without_memory = [&](const std::string& option) {
    words line = asking_for_a_value(pawl, option);
    line.insert(line.begin(), {"prlimit", "--memlock=0:0"});
    return run_to_end(line, "some-value\n");
  };
  const ended refused = asked_without_memory("");
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "LimitMEMLOCK"));
  const ended taken = asked_without_memory("--accept-unlocked-memory");
  CHECK_FALSE(has(taken.err, "LimitMEMLOCK"));
  CHECK(has(taken.err, "none.sealed")); // it came as far as the store
}

} // namespace secrets_memory_test
