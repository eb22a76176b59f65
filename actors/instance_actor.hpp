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
#include <set>
#include <string>
#include <unordered_map>

namespace pawl::actors {

/// What is no fault of an instance's, and may be over in a while. `storage` is over when the store was opened anew.
inline bool is_of_the_surroundings(errc code) {
  return code == errc::disk_full || code == errc::storage || code == errc::access || code == errc::busy;
}

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
  std::string input; ///< JSON text
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
    std::optional<error> refusal = {}; ///< the store answered with that
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
  core::moment now();
  void forget_old_keys(storage::step_write& write) const;
  void finish(const write_done& written);
  void finish_create(const storage::written& made);
  void finish_step();

  // What the store did not take: it is kept, and offered again.
  void not_written(const error& why);
  void known_before();
  void ask_what_is_there();
  void learn_what_is_there(const rows_read_again& read);
  void take_step_back(core::state before);
  void keep(std::function<void()> work, const error& why);
  void wait_to_offer();
  void offer();
  void go_on_with(const caf::actor& store);
  void follow_up(const committing& taken);
  void keep_result(const committing& taken);
  void announce(const committing& taken);

  // Running nodes.
  void carry_out_all();
  void carry_out(const std::vector<core::effect>& effects);
  void dispatch(core::cursor_id id);
  void ask_for_history(core::cursor_id id);
  std::vector<std::string> whole_histories(const core::cursor& c) const;
  void dispatch_with_history(core::cursor_id id, const std::vector<storage::result_row>& rows);
  void send_to_node(const core::cursor& c, std::vector<core::context_node> nodes);
  void request_execution(const std::shared_ptr<const nodes::execution>& run, int tries);
  void make_again(const std::shared_ptr<const nodes::execution>& run, int tries);
  void begin_again(const std::shared_ptr<const nodes::execution>& run, int tries);
  void wait_for_store(const std::shared_ptr<const nodes::execution>& run, int tries, const error& why);
  bool may_have_begun(const core::attempt_ref& of, int tries) const;
  bool take_back(const std::shared_ptr<const nodes::execution>& run);
  void tell_attempts(const std::vector<core::cursor_id>& gone);
  void drop(const std::shared_ptr<const nodes::execution>& run, bool also_running);

  // Commands.
  void resume_visit(const resume_instance& command);
  void take_signal(const signal_instance& command);
  void refuse_signal(const signal_instance& command, const error& why);
  void cancel(const cancel_instance& command);
  const core::cursor* first_due(const core::moment& now) const;
  bool is_time_over(const core::moment& now) const;
  void fire_due_timers();
  void ask_for_dated_timers();
  void fire_timer_of_instance();
  void answer_start_again(const start_again& request);

  void tell_missed_events();
  std::vector<std::string> unknown_results(const core::cursor& c) const;
  bool take_results(const history_loaded& loaded);
  bool read_input();
  void park_if_idle();
  void give_up(const error& why);
  std::string place() const;

  services_ptr shared_;
  /// Until store_replaced: what it sends to one that has died is not written into the store of the successor before it
  /// knows what became of its last step.
  caf::actor store_;
  std::shared_ptr<start_instance> start_; ///< until it is created
  std::string uid_;
  std::string definition_id_;
  std::string input_hash_;
  storage::instance_key key_ = 0; ///< of one that is being created: the number that it gets
  std::shared_ptr<const core::workflow> workflow_;
  core::state state_;
  std::string input_text_; ///< of one that came back to life, until somebody needs it
  core::json_ptr input_;
  std::shared_ptr<const std::map<std::string, std::string>> labels_;
  /// Of nodes that expressions mention, as far as something that ran needed it; nothing: the node has none.
  std::unordered_map<core::node_index, std::optional<core::context_result>> last_;

  event_feed::telling_ptr telling_;

  std::optional<committing> committing_;
  std::deque<std::function<void()>> inbox_; ///< what came while a commit was under way
  std::uint64_t handled_ = 0;               ///< messages of the supervisor's
  std::size_t running_ = 0;                 ///< attempts without an answer, and those that are being prepared
  std::map<core::cursor_id, std::shared_ptr<const nodes::execution>> under_way_; ///< attempts without an answer
  const std::shared_ptr<nodes::end_flags> ending_ = std::make_shared<nodes::end_flags>(); ///< for its attempts
  std::map<core::cursor_id, std::int64_t> without_history_; ///< visits for which the store was asked, by cursor
  std::vector<std::function<void()>> kept_;                 ///< what the store refused for now, oldest first
  bool keeps_timers_ = false;                               ///< and what is due
  std::optional<error> refusal_;                            ///< why; set: nothing is offered before offer()
  int refusals_ = 0;                                        ///< in a row
  bool will_offer_ = false;                                 ///< an offer_again is on its way
  std::vector<core::attempt_ref> from_before_;              ///< attempts that an earlier actor may have had under way
  std::set<core::cursor_id> undispatched_;                  ///< ready when it was loaded, and not dispatched since
  bool loading_ = false;
  bool cancels_first_ = false; ///< a cancellation came while it was loaded
  bool stopping_ = false;
  const std::shared_ptr<std::atomic<bool>> is_dead_ = std::make_shared<std::atomic<bool>>(false); ///< for its attempts
  bool gone_ = false; ///< it gave up: the state in memory counts no more
};

} // namespace pawl::actors
