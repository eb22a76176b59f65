// Lets a store live through a story on a disk that is written down: every change of the files in order, and what the
// store promised in between.
#pragma once

#include "tests/power/disk_model.hpp"
#include "tests/power/ledger.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/temp_folder.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pawl::power {

/// Name of the store's file in every folder.
extern const char* const store_name;

/// Where a story begins: a disk, and what a store on it had promised.
struct beginning {
  disk_model disk;
  ledger promises;
};

struct recording {
  beginning start;
  std::vector<disk_event> events;
  ledger promises;
  std::vector<test::disk_operation> opening; ///< what SQLite asked for up to the end of the first open()
  bool fault_hit_opening = false;
  bool fault_hit = false;
  std::vector<std::string> broken; ///< laws that were broken while the store lived

  /// What is on the disk after the first `cut` events.
  disk_model disk_at(moment cut) const;
};

/// Defects that the suites must notice.
enum class defect {
  none,
  acknowledges_early,    ///< answers before COMMIT
  normal_synchronous,    ///< PRAGMA synchronous = NORMAL
  log_not_written_again, ///< opening trusts the log that it finds
  lying_disk,            ///< every sync is a lie
};

/// The store in a story.
class world {
public:
  world(const std::string& folder, test::faulty_disk& disk, recording& into, defect planted);
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world();

  /// Opens it, or creates it. After a failure the disk is healed, and the second try must work.
  void open();
  void close();
  /// Writes the next change in the life of each; a uid may be named several times. `refused` puts a change that
  /// conflicts among them.
  void advance(const std::vector<std::string>& uids, bool refused = false);
  /// Removes it if it has ended.
  void remove(const std::string& uid);
  /// One piece; says whether there is more.
  bool clean_up();
  /// Adds a schedule, or writes what comes next of it.
  void schedule(const std::string& id);
  void unschedule(const std::string& id);
  /// Saves the definition of all lives.
  void save();
  void save(const storage::definition_row& row);
  void checkpoint(std::size_t wal_bytes);

private:
  moment now() const { return into_.events.size(); }
  void note(const test::disk_effect& effect);
  void note_removed_files();
  void write(storage::change wanted);
  bool try_open();
  /// After a failed call: the disk works again, and a stopped store is opened anew.
  void recover(const error& why);
  storage::store& store();

  std::string folder_;
  std::string path_;
  test::faulty_disk& disk_;
  recording& into_;
  defect planted_;
  bool is_repairing_ = false; ///< the log is open for being written again
  bool is_first_opening_ = true;
  std::unique_ptr<storage::store> store_;
};

struct story {
  std::string name;
  beginning start;
  std::function<void(world&)> run;
};

/// Deterministic: the same story and fault give the same recording.
recording record(const story& told, const std::optional<test::disk_fault>& fault, defect planted = defect::none);

} // namespace pawl::power
