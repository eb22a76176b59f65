// Full disks and disks that fail: what was answered must be what is there.
#include "tests/contract/tested_store.hpp"
#include "tests/support/child_process.hpp"

#include <sqlite3.h>

#include <map>

#include <unistd.h>

using namespace pawl;
using namespace pawl::storage;
using namespace pawl::test;

namespace {

constexpr const char* full_story = "full disk_full disk_full\nkept whole\nkept whole\nthen written\n";

// SQLite's own file system whose xSync fails while `is_broken`.
class failing_disk {
public:
  failing_disk() {
    original_ = sqlite3_vfs_find(nullptr);
    vfs_ = *original_;
    vfs_.zName = "failing-disk";
    vfs_.xOpen = &failing_disk::open;
    is_broken = false;
    sqlite3_vfs_register(&vfs_, 1);
  }
  failing_disk(const failing_disk&) = delete;
  failing_disk& operator=(const failing_disk&) = delete;
  ~failing_disk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(original_, 1);
  }

  static inline bool is_broken = false;

private:
  struct wrapped {
    sqlite3_io_methods methods{}; // first: its address is that of the whole
    const sqlite3_io_methods* real = nullptr;
  };

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int answer = original_->xOpen(original_, name, file, flags, out);
    if (answer != SQLITE_OK || file->pMethods == nullptr) return answer;
    // SQLite has one table of functions for databases and another for logs.
    wrapped& w = wrapped_[file->pMethods];
    w.real = file->pMethods;
    w.methods = *w.real;
    w.methods.xSync = &failing_disk::sync;
    file->pMethods = &w.methods;
    return answer;
  }
  static int sync(sqlite3_file* file, int flags) {
    if (is_broken) return SQLITE_IOERR_FSYNC;
    return reinterpret_cast<const wrapped*>(file->pMethods)->real->xSync(file, flags);
  }

  static inline sqlite3_vfs* original_ = nullptr;
  static inline std::map<const sqlite3_io_methods*, wrapped> wrapped_;
  sqlite3_vfs vfs_{};
};

} // namespace

TEST_CASE("full disk: a limit on file sizes leaves whole batches, and room lets it go on") {
  const temp_folder folder;
  child_process child({PAWL_STORE_CHILD, "fill-limited", folder.file("store.db")});
  CHECK(child.rest() == full_story);
}

TEST_CASE("full disk: a small disk leaves whole batches, and room lets it go on") {
  const temp_folder folder;
  child_process child({"unshare", "-m", "sh", "-c",
                       "mount -t tmpfs -o size=3m none \"$1\" || { echo no mount; exit; }; "
                       "head -c 1000000 /dev/zero > \"$1/ballast\"; \"$2\" fill \"$1/store.db\" \"$1/ballast\"",
                       "sh", folder.path(), PAWL_STORE_CHILD});
  const std::string said = child.rest();
  if (said.find("no mount") == 0 || said.empty()) {
    WARN("skipped: no right to mount here");
    return;
  }
  CHECK(said == full_story);
}

TEST_CASE("full disk: a store cannot be made on one, and nothing half-made is left") {
  const temp_folder folder;
  child_process child({"unshare", "-m", "sh", "-c",
                       "mount -t tmpfs -o size=64k none \"$1\" || { echo no mount; exit; }; "
                       "head -c 61440 /dev/zero > \"$1/ballast\" 2>/dev/null; \"$2\" hold \"$1/store.db\"; ls \"$1\"",
                       "sh", folder.path(), PAWL_STORE_CHILD});
  const std::string said = child.rest();
  if (said.find("no mount") == 0 || said.empty()) {
    WARN("skipped: no right to mount here");
    return;
  }
  CHECK(said.find("disk_full: ") == 0);
  CHECK(said.substr(said.find('\n') + 1) == "ballast\n");
}

TEST_CASE("failed sync: nothing more is written before the store is opened anew") {
  const temp_folder folder;
  const std::string path = folder.file("store.db");
  const failing_disk disk;
  auto opened = open_sqlite_store(path);
  REQUIRE(opened);
  store& s = **opened;
  REQUIRE(s.save_definition(definition("flow", "h1"), 1));
  REQUIRE(s.write({create_of("a")})[0]);

  failing_disk::is_broken = true;
  const auto failed = s.write({step_of(1, 2, "a", "1"), create_of("b")});
  CHECK(failed[0].failure().code == errc::storage);
  CHECK(failed[0].failure().message.find("opened anew") != std::string::npos);
  CHECK(failed[1].failure().code == errc::storage);

  failing_disk::is_broken = false;
  CHECK(s.write({step_of(1, 2, "a", "1")})[0].failure().code == errc::storage);
  CHECK(s.save_definition(definition("flow", "h2"), 2).failure().code == errc::storage);
  CHECK(s.checkpoint(0).failure().code == errc::storage);
  CHECK(s.load(1));

  opened->reset();
  opened = open_sqlite_store(path);
  REQUIRE(opened);
  // The commit was never promised; whether it is there, reading tells, and either way the store goes on from it.
  const std::int64_t revision = (*opened)->load(1)->header.revision;
  CHECK((revision == 1 || revision == 2));
  CHECK((*opened)->write({step_of(1, revision + 1, "a", "1")})[0]);
}
