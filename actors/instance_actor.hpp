// One workflow instance as an actor. The one loop: an event, the pure transition, the commit, and only after the
// commit's answer what follows from it. Keeps the control state and the results that expressions can mention, no more.
#pragma once

#include "actors/services.hpp"
#include "runtime/core/transition.hpp"

#include <caf/event_based_actor.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace pawl::actors {

/// Of an exit reason: the code is the errc for which an instance actor gave up.
constexpr caf::atom_value gave_up_category = caf::atom("pawl");

/// An instance that the store holds, as it comes back to life.
struct revived {
  std::string uid;
  storage::instance_key key = 0;
  std::string definition_id;
  std::string input_hash;
  std::shared_ptr<const core::workflow> workflow;
  core::state state;
  core::json_ptr input;
  std::map<std::string, std::string> labels;
};

class instance_actor final : public caf::event_based_actor {
public:
  /// A new instance: its first commit creates it.
  instance_actor(caf::actor_config& config, services_ptr shared, std::shared_ptr<start_instance> start);
  instance_actor(caf::actor_config& config, services_ptr shared, const std::shared_ptr<revived>& from);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "instance"; }

private:
  /// A step that was applied to the state in memory and waits for its commit.
  struct committing {
    core::event event;
    core::step step;
    core::json_ptr output;
    reply<void> on_done;
  };

  // Events, in the order of a step's life.
  void when_idle(std::function<void()> work);
  void run_next();
  void create();
  void take(core::event_content what, core::json_ptr output, std::optional<std::string> output_text,
            reply<void> on_done);
  void commit(core::event event, core::step step, core::json_ptr output, std::optional<std::string> output_text,
              reply<void> on_done);
  void send_write(storage::change change);
  void finish(const write_done& written);
  void finish_create(const storage::written& made);
  void follow_up(const committing& taken);
  void keep_result(const committing& taken);
  void announce(const committing& taken);

  // Running nodes.
  void carry_out_all();
  void carry_out(const std::vector<core::effect>& effects);
  void dispatch(core::cursor_id id);
  void dispatch_with_history(core::cursor_id id, const std::vector<storage::result_row>& rows);
  void send_to_node(const core::cursor& c, std::vector<core::context_node> nodes);
  void request_execution(const std::shared_ptr<const nodes::execution>& run, int tries);
  void make_again(const std::shared_ptr<const nodes::execution>& run, int tries);
  void give_up_attempt(const core::attempt_ref& of, bool had_begun);
  bool may_have_begun(const core::attempt_ref& of, int tries) const;
  bool take_back(const std::shared_ptr<const nodes::execution>& run);
  void tell_attempts(const std::vector<core::cursor_id>& gone);
  void drop(const std::shared_ptr<const nodes::execution>& run, bool also_running);

  // Commands.
  void resume_visit(const resume_instance& command);
  void take_signal(const signal_instance& command);
  void cancel(const cancel_instance& command);
  const core::cursor* first_due(const core::moment& now) const;
  bool is_time_over(const core::moment& now) const;
  void fire_due_timers();
  void ask_for_dated_timers();
  void fire_timer_of_instance();
  void answer_start_again(const start_again& request);

  void load_results();
  void park_if_idle();
  void give_up(const error& why);
  std::string place() const;

  services_ptr shared_;
  /// The one of its birth: when that dies, all instances do, and one that does not know it yet must not write into the
  /// store of its successor.
  caf::actor store_;
  std::shared_ptr<start_instance> start_; ///< until it is created
  std::string uid_;
  std::string definition_id_;
  std::string input_hash_;
  storage::instance_key key_ = 0;
  std::shared_ptr<const core::workflow> workflow_;
  core::state state_;
  core::json_ptr input_;
  std::shared_ptr<const std::map<std::string, std::string>> labels_;
  std::unordered_map<core::node_index, core::context_result> last_; ///< of the nodes that expressions mention

  event_feed::telling_ptr telling_;

  std::optional<committing> committing_;
  std::deque<std::function<void()>> inbox_; ///< what came while a commit was under way
  std::uint64_t handled_ = 0;               ///< messages of the supervisor's
  std::size_t running_ = 0;                 ///< attempts without an answer, and those that are being prepared
  std::map<core::cursor_id, std::shared_ptr<const nodes::execution>> under_way_; ///< attempts without an answer
  const std::shared_ptr<nodes::end_flags> ending_ = std::make_shared<nodes::end_flags>(); ///< for its attempts
  std::vector<core::attempt_ref> from_before_; ///< attempts that an earlier actor may have had under way
  bool loading_ = false;
  bool cancels_first_ = false; ///< a cancellation came while it was loaded
  bool stopping_ = false;
  const std::shared_ptr<std::atomic<bool>> is_dead_ = std::make_shared<std::atomic<bool>>(false); ///< for its attempts
  bool gone_ = false; ///< it gave up: the state in memory counts no more
};

} // namespace pawl::actors
