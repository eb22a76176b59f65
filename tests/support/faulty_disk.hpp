// A disk that a test programs: SQLite's own file system behind a shim that counts every operation, shows it to the test
// and fails the ones that the test chose. For SQLite only: plain system calls pass by it. It never syncs for real and
// never sleeps: the files it leaves must not matter after the test.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pawl::test {

/// What SQLite asks of a file. Giving locks back is not counted: nothing may hinder it.
enum class disk_call { open, remove, access, read, write, sync, truncate, lock, shm_map, shm_lock };
enum class file_role { main, wal, journal, other }; ///< shm calls carry the role of the main file

struct disk_operation {
  disk_call call = disk_call::open;
  file_role role = file_role::other;
  std::string path;
  std::int64_t offset = 0; ///< of reads and writes; the new size of truncate
  std::int64_t bytes = 0;  ///< of reads and writes
  bool may_create = false; ///< of open
};

/// "write of wal at 32, 8192 bytes": for INFO.
std::string to_string(const disk_operation& op);

/// Fails the `nth` operation that `match` takes, counted from the call of fail().
struct disk_fault {
  std::function<bool(const disk_operation&)> match = [](const disk_operation&) { return true; };
  std::int64_t nth = 1;
  bool for_ever = false;    ///< and every one after it
  int code = 0;             ///< SQLite's, extended; 0: the usual one of the call (IOERR_WRITE of a write …)
  std::int64_t kept = 0;    ///< bytes of a failed write that reach the file all the same
  bool carried_out = false; ///< the operation is done and its failure reported nevertheless
};

/// What an operation did to the files, for a test that keeps its own idea of what would survive a power cut.
struct disk_effect {
  disk_operation op;          ///< `bytes` of a write: those that reached the file
  const char* data = nullptr; ///< of a write; gone after the call
  bool failed = false;        ///< a sync that was reported as failed
  bool with_folder = false;   ///< a sync or removal that synced the folder too, as SQLite's own file system does
};

/// The default file system of SQLite in this process for as long as the object lives; one at a time. It must outlive
/// every connection opened through it. Safe from any thread; what tests give it
/// to call runs on the thread of the operation, `match` under the disk's own lock.
class faulty_disk {
public:
  faulty_disk();
  faulty_disk(const faulty_disk&) = delete;
  faulty_disk& operator=(const faulty_disk&) = delete;
  ~faulty_disk();

  /// Several faults may stand side by side.
  void fail(disk_fault fault);
  /// No more writes that make the files, taken together, larger than this (FULL). Index files do not count.
  void limit_room(std::int64_t bytes);
  /// Takes every fault and the limit away.
  void heal();

  /// Called before every operation, without a lock held: it may block, count, or program the disk.
  void watch(std::function<void(const disk_operation&)> watcher);
  /// Called after every open, remove, write, truncate and sync with what it did; not when it did nothing.
  void record(std::function<void(const disk_effect&)> recorder);
  /// SQLite's random numbers follow from `seed` from now on: the same calls write the same bytes.
  void repeat_randomness(std::uint64_t seed);

  /// Operations since the disk was made, failed ones included.
  std::int64_t count() const;
  std::int64_t count(disk_call call, file_role role) const;
  /// The last `newest` operations, oldest first.
  std::vector<disk_operation> history(std::size_t newest) const;
  std::int64_t failures() const; ///< how many operations were failed
  std::int64_t room_taken() const;

  class state; ///< of the shim

private:
  std::unique_ptr<state> state_;
};

/// For disk_fault::match.
inline auto on(disk_call call, file_role role) {
  return [call, role](const disk_operation& op) { return op.call == call && op.role == role; };
}

} // namespace pawl::test
