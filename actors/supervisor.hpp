// The supervisor: knows which instances have an actor, wakes the others when something comes for them, starts anew what
// died, from the store. The only sender of commands to instance actors, so that one can go without losing any.
#pragma once

#include "actors/instance_actor.hpp"
#include "actors/services.hpp"
#include "actors/watchers.hpp"

#include <caf/event_based_actor.hpp>

#include <deque>
#include <list>
#include <unordered_map>
#include <variant>

namespace pawl::actors {

class supervisor final : public caf::event_based_actor {
public:
  supervisor(caf::actor_config& config, services_ptr shared);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "supervisor"; }

private:
  using command = std::variant<start_instance, resume_instance, signal_instance, cancel_instance, wake_instance>;
  struct entry {
    admission::place_ptr room;
    caf::actor actor;             ///< null while it is loaded from the store
    std::vector<command> pending; ///< what came meanwhile
    std::uint64_t sent = 0;       ///< commands, since the actor was spawned
    std::string definition_id;
    std::string input_hash;
    std::optional<rest_summary> rest; ///< since the last command
  };

  /// Deaths of an instance's actors without a park or a committed step between them.
  struct hardship {
    int deaths = 0;
    std::int64_t revision = -1; ///< when it was loaded after the last one
  };

  using entries = std::unordered_map<std::string, entry>;

  // Commands for one instance.
  void deliver(const std::string& uid, command what);
  admission::place_ptr room_of(const command& what);
  void wake(const std::string& uid);
  void wake_waiting();
  void load(const std::string& uid, bool after_writes);
  void loaded(const instance_loaded& what);
  void loaded_nothing(const std::string& uid, std::vector<command> pending);
  void revive(const instance_loaded& what, std::vector<command> pending);
  void terminate_rows(const storage::loaded_instance& rows, const cancel_instance& cancel);
  void refuse(const command& what, const error& why);
  static signal_instance signal_of(const start_instance& start);
  void spawn_new(entry& e, start_instance start);
  void forward(entry& e, const command& what);
  result<std::shared_ptr<revived>> revive_rows(const instance_loaded& what);

  // Coming and going.
  void retire(entries::iterator at);
  void parked(const instance_parked& notice);
  void down(const caf::down_msg& what);
  void instance_down(const std::string& uid, const caf::error& reason);
  void start_anew(const std::string& uid, errc cause);
  void store_down();
  void stop_without_store();
  void open_store_again();
  void recover(storage::instance_key after);
  void recovered(const in_flight_found& found);

  // Waiting callers.
  void watch(const watch_instance& wanted);
  void watch_again(const std::string& uid);
  void ask_rest(const watchers::question& asked);
  void removed(const instances_removed& what);
  void check_idle();

  void spawn_store();
  void spawn_desk(const std::string& source);
  void spawn_schedules();
  void dismiss_desks();
  void spawn_helpers();
  void stop(const stop_all& request);
  void finish_stop();

  services_ptr shared_;
  entries entries_;
  std::unordered_map<caf::actor_addr, std::string> uid_of_;
  std::unordered_map<std::string, hardship> hardships_;
  std::deque<std::string> wakes_;                      ///< of instances that wait for room
  std::optional<storage::instance_key> recover_after_; ///< the next page, once there is room
  watchers watchers_;                                  ///< whoever takes an instance out of entries_ tells them
  std::optional<reply<void>> stopping_;
  bool recovering_ = true;
  bool store_is_down_ = false;
};

} // namespace pawl::actors
