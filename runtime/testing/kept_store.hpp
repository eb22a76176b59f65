// The disk of the kit's runtimes: rows that outlive the engines that use them, commits that fail or are the last ones
// of a process when that was planned. Keeps every promise of the port as long as nothing is planned.
#pragma once

#include "actors/services.hpp"
#include "storage/forwarding_store.hpp"

#include <pawl/testing.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace pawl::testing::inside {

class kept_store {
public:
  using opener = actors::store_slot::opener;

  /// `open_file`: for each life anew; empty: in memory.
  explicit kept_store(opener open_file);

  /// For the engine of the next life. One of an earlier life can write no more.
  opener begin_life();
  void end_life() { ++life_; }
  bool is_alive(int life) const { return life == life_; }
  int life() const { return life_; }

  /// What is committed now. Only while a life has the store open.
  storage::store& rows() { return *rows_; }
  std::size_t commits() const { return commits_; }

  void plan_crash(std::size_t n, commit_fate fate) { crash_ = n == 0 ? std::nullopt : std::optional<plan>({n, fate}); }
  void plan_failure(errc code, commit_fate fate) { failure_ = {code, fate}; }

  /// Put around the store of every later life: defects that tests plant.
  std::function<std::unique_ptr<storage::store>(std::unique_ptr<storage::store>)> planted;

private:
  friend class life_store;
  struct plan {
    std::size_t commits_left = 0;
    commit_fate fate = commit_fate::lost;
  };
  struct failure {
    errc code = errc::storage;
    commit_fate fate = commit_fate::lost;
  };

  /// Whether this commit is the one at which the process dies; fate: what becomes of it.
  std::optional<commit_fate> dies_now();

  opener open_file_;
  std::unique_ptr<storage::store> rows_;
  std::optional<plan> crash_;
  std::optional<failure> failure_;
  std::size_t commits_ = 0;
  int life_ = 0;
};

} // namespace pawl::testing::inside
