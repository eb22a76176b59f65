// The store actor: owns the thread on which the store is used, and gathers steps into group commits.
#pragma once

#include "actors/services.hpp"

#include <caf/event_based_actor.hpp>

namespace pawl::actors {

/// Spawn it detached. Every step that has arrived while the last commit ran goes into the next transaction; answers go
/// out after COMMIT returned. When the store can go on no more it quits, and the supervisor opens the store anew.
class store_actor final : public caf::event_based_actor {
public:
  store_actor(caf::actor_config& config, services_ptr shared);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "store"; }

private:
  void gather(const write_change& request);
  void gather_offsets();
  bool commit_batch();                    ///< false: the store can go on no more, the actor quits
  bool checkpoint(std::size_t wal_bytes); ///< false: as above
  void clean_up_piece();
  void tell_change_of_mind(const std::vector<result<storage::written>>& outcomes);
  void check_piece();
  bool halts(); ///< true: the store has stopped for good, the actor quits
  void watch_idle();

  services_ptr shared_;
  std::vector<storage::change> batch_;
  std::vector<caf::actor> waiting_;
  std::uint64_t writes_ = 0;  ///< batches
  bool watches_idle_ = false; ///< a note_idle is on its way
  bool is_cleaning_ = false;  ///< a clean_up that goes on is on its way
  bool refuses_ = false;      ///< the last batch, for a reason that passes
  bool is_checking_ = false;  ///< the file is looked at, piece by piece
  bool is_hindered_ = false;  ///< the last checkpoint was, by a reader
};

} // namespace pawl::actors
