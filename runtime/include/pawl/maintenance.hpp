// Removing instances that have ended: which ones prune() means, and how to do it where no runtime owns the store.
#pragma once

#include <pawl/export.hpp>
#include <pawl/instance.hpp>
#include <pawl/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// Which instances prune() removes: those that have ended and of which all of this is true.
struct prune_options {
  std::chrono::milliseconds ended_for{0}; ///< they ended at least so long ago, by the store's time
  std::vector<instance_status> statuses;  ///< one of these; empty: completed, failed or cancelled
  std::string definition_id;              ///< started from this definition; empty: from any
  std::size_t limit = 100'000;            ///< at most so many, the oldest first
  bool dry_run = false;                   ///< only says which ones they are
};

/// Owns a store without running anything in it: no recovery, no timers, no node types needed. For tools, while no
/// runtime has the store open; a runtime removes by runtime::remove and runtime::prune. Use it from one thread at a
/// time.
class PAWL_API maintenance {
public:
  /// Opens an existing store and takes its owner lock; an older format is migrated. On a full disk the room of
  /// options::reserve_bytes is used, which the next runtime takes back. Errors: `not_found` (no such file), `busy`
  /// (names the owner's process), `wrong_store`, `access`, `disk_full`, `corrupt`, `storage`.
  static result<maintenance> open(const std::string& path);

  maintenance(maintenance&&) noexcept;
  maintenance& operator=(maintenance&&) noexcept;
  ~maintenance();

  /// As runtime::remove; the disk has the room back when it returns.
  result<void> remove(std::string_view id);
  /// As runtime::prune; the disk has the room back when it returns.
  result<std::vector<instance_summary>> prune(const prune_options& which = {});

private:
  class impl;
  explicit maintenance(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

} // namespace pawl
