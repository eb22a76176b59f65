// A disk that remembers what was synced, so that power can be cut: it is fed with what SQLite did to the files and
// gives the files that a power cut at this moment may leave. See README.md for what it assumes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace pawl::power {

enum class fate;   ///< of one piece of what is unsynced
enum class manner; ///< in which fates are dealt out

/// Content by name, of one folder.
using files = std::map<std::string, std::string>;

/// One operation that changed the files.
struct disk_event {
  enum class kind { create, remove, write, truncate, sync } what = kind::write;
  std::string file;
  std::int64_t offset = 0;  ///< the new size of truncate
  std::string bytes;        ///< of a write
  bool failed = false;      ///< of a sync: what was unsynced is in the cache only, and no later sync brings it to disk
  bool with_folder = false; ///< a sync or a removal that synced the folder too
};

class disk_model {
public:
  explicit disk_model(const files& synced = {});

  void apply(const disk_event& event);

  /// What programs see, and what a kill leaves.
  files cache() const;
  /// Nothing is unsynced: every power cut leaves the cache.
  bool is_synced() const;

  /// Damages with a name of their own; every other number is a random one.
  static constexpr std::uint64_t all_lost = 0;
  static constexpr std::uint64_t all_kept = 1;
  /// What a power cut leaves. `damage` decides which unsynced effects reach the disk, and how.
  files after_power_cut(std::uint64_t damage) const;
  /// The same choice in words.
  std::string describe(std::uint64_t damage) const;

private:
  struct change {
    bool is_truncate = false;
    std::int64_t offset = 0;
    std::string bytes;
    std::uint64_t order = 0;
    bool is_durable = false;
    bool is_abandoned = false; ///< by a failed sync
  };
  struct file {
    std::string synced;
    std::vector<change> changes; ///< since; the first is not durable
  };
  struct name_change {
    std::string name;
    std::optional<std::size_t> to; ///< absent: removed
    std::uint64_t order = 0;
  };
  struct piece;
  struct choice;

  static void put(std::string& content, const change& c);
  static std::string durable(const file& of);
  void sync_folder();
  void sync(file& synced, bool failed);
  std::vector<piece> pieces(std::int64_t sector) const;
  static std::vector<fate> fates(manner how, const std::vector<piece>& all, std::mt19937_64& from);
  choice choose(std::uint64_t damage) const;
  std::map<std::string, std::size_t> names_after(const choice& chosen) const;
  files build(const choice& chosen) const;

  std::uint64_t clock_ = 0;
  std::vector<file> files_;
  std::map<std::string, std::size_t> names_; ///< as programs see them
  std::map<std::string, std::size_t> synced_names_;
  std::vector<name_change> name_changes_; ///< since the folder was synced
};

} // namespace pawl::power
