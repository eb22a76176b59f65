// Compiled workflows that are in memory: whatever an instance is pinned to, the latest of each id that was used lately,
// and older ones that were. What nothing holds is read from the store and compiled again. Thread-safe.
#pragma once

#include "runtime/core/workflow.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::actors {

/// About what a compiled workflow takes in memory: 20 to 24 times its text, measured.
inline std::size_t memory_bytes_of(const core::workflow& w) { return 4096 + 24 * w.text.size(); }

class definitions {
public:
  using workflow_ptr = std::shared_ptr<const core::workflow>;

  /// What nobody else holds is kept up to so many bytes, and the one used last in any case.
  void set_limit(std::size_t bytes_max);

  /// Null where none is in memory: the store knows.
  workflow_ptr latest(const std::string& id);
  workflow_ptr find(const std::string& hash, const std::string& id);
  /// Gives back the one that is there already.
  workflow_ptr add(workflow_ptr w);

  /// While the store is held, after it was saved there: so memory and store agree which one is the latest.
  void saved(workflow_ptr w);
  /// While the store is held: which one of that id is the latest must be read there.
  void forget_latest(const std::string& id);
  /// How many of those two there were. Asked while the store is held, with what it says is the latest.
  std::uint64_t changes() const;
  /// add(), as the latest if there were no more of them since.
  workflow_ptr add_latest(workflow_ptr w, std::uint64_t changes);

private:
  using key = std::pair<std::string, std::string>; ///< hash and id: a document may be loaded under several ids
  using dropped = std::vector<workflow_ptr>;       ///< freed once the lock is given back: that may take a while

  workflow_ptr add_one(workflow_ptr w, dropped& gone);
  void keep(const workflow_ptr& w, dropped& gone);
  void drop(const core::workflow* w, dropped& gone);
  void set_latest(const workflow_ptr& w, dropped& gone);
  void forget_dead();

  mutable std::mutex mutex_;
  std::map<key, std::weak_ptr<const core::workflow>> all_;
  std::map<std::string, std::weak_ptr<const core::workflow>> latest_;
  std::list<workflow_ptr> kept_; ///< the one used last first
  std::unordered_map<const core::workflow*, std::list<workflow_ptr>::iterator> places_;
  std::size_t kept_bytes_ = 0;
  std::size_t kept_bytes_max_ = std::size_t{64} << 20;
  std::size_t look_for_dead_at_ = 64;
  std::uint64_t changes_ = 0;
};

} // namespace pawl::actors
