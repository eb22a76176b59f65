// The engine behind pawl::runtime: wires store, actors and clock together, and turns calls from outside into messages.
#pragma once

#include "actors/services.hpp"
#include "runtime/host/actor_driver.hpp"
#include "runtime/host/call_gate.hpp"

#include <pawl/runtime.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace pawl::host {

/// Thread-safe, but for construction and destruction.
class engine {
public:
  static result<std::unique_ptr<engine>> open(options opts);
  /// On a store that `open_store` brings, now and whenever the store must be opened anew (tests put faulty ones in).
  /// With a driver everything runs on the caller's thread; wait() and drain() are not for use then.
  static result<std::unique_ptr<engine>> open(options opts, actors::store_slot::opener open_store,
                                              actor_driver* driver = nullptr);
  ~engine();

  result<loaded_definition> load_definition(std::string_view text, const load_options& how);
  result<loaded_definition> load_definition(std::string_view text, std::string_view fallback_id) {
    load_options how;
    how.fallback_id = fallback_id;
    return load_definition(text, how);
  }
  result<std::vector<problem>> check_definition(std::string_view text, const check_options& how) const;
  result<std::vector<definition_info>> list_definitions(std::size_t limit, std::int64_t after_number);
  result<void> remove_definition(std::string_view id, std::string_view hash);
  result<std::vector<definition_info>> prune_definitions(bool dry_run);
  result<std::string> start(std::string_view definition_id, const nlohmann::json& input, const start_options& how);
  result<void> resume(std::string_view id, const nlohmann::json* payload, const resume_options& which);
  result<void> signal(std::string_view id, std::string_view name, const nlohmann::json* payload,
                      const signal_options& how);
  result<std::string> signal_with_start(std::string_view definition_id, const nlohmann::json& input,
                                        std::string_view name, const nlohmann::json* payload, const signal_options& how,
                                        const start_options& start);
  std::future<result<std::string>> start_async(std::string_view definition_id, const nlohmann::json& input,
                                               const start_options& how);
  result<void> cancel(std::string_view id, const cancel_options& how);
  std::future<result<void>> cancel_async(std::string_view id, const cancel_options& how);
  runtime_statistics statistics() const;
  std::future<result<void>> signal_async(std::string_view id, std::string_view name, const nlohmann::json* payload,
                                         const signal_options& how);
  std::future<result<void>> resume_async(std::string_view id, const nlohmann::json* payload,
                                         const resume_options& which);
  result<snapshot> query(std::string_view id);
  result<std::vector<instance_summary>> list(std::size_t limit, std::string_view after_id);
  result<std::vector<history_entry>> history(std::string_view id, std::int64_t after_revision, std::size_t limit);
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after_sequence, std::size_t limit);
  result<snapshot> wait(std::string_view id, wait_until until, std::chrono::milliseconds timeout);
  result<schedule_info> add_schedule(const schedule_spec& spec, const nlohmann::json& input,
                                     const add_schedule_options& how);
  result<void> remove_schedule(std::string_view id);
  result<schedule_info> set_schedule_paused(std::string_view id, bool paused);
  result<std::vector<schedule_info>> list_schedules(std::size_t limit, std::string_view after_id);
  result<schedule_info> find_schedule(std::string_view id);
  void clock_trusted();
  result<void> remove(std::string_view id);
  result<std::vector<instance_summary>> prune(const prune_options& which);
  result<subscription> subscribe(const subscribe_options& how);
  result<void> drain(std::chrono::milliseconds timeout);
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  /// For tests that kill actors.
  actors::services& shared() { return *shared_; }
  caf::actor find_live(const std::string& uid);

private:
  engine(options opts, actor_driver* driver);
  result<void> wire(actors::store_slot::opener open_store);
  void configure_scheduler();
  void start_actors();
  void start_listener();
  result<void> publish_missed(storage::store& store, const std::string& uid, actors::event_feed::telling& of);
  result<std::shared_ptr<const core::workflow>> find_definition(const std::string& id);
  bool exists(const std::string& uid);
  result<actors::start_instance> prepare_start(std::string_view definition_id, const nlohmann::json& input,
                                               const start_options& how, std::size_t more_bytes = 0);
  result<actors::resume_instance> prepare_resume(const nlohmann::json* payload, const resume_options& which);
  result<core::signalled> accept_signal(std::string_view name, const nlohmann::json* payload, const signal_options& how,
                                        std::size_t& bytes) const;
  result<actors::admission::place_ptr> enter(std::size_t bytes);
  result<core::json_ptr> accept_payload(const nlohmann::json& value, const char* what, std::string* text) const;
  template <class T> result<T> on_schedules(std::function<result<T>(storage::store&)> work);
  using removing = std::function<result<void>(storage::store&, std::vector<std::string>& removed)>;
  result<void> remove_in_store(removing work);
  void notice_stopped_store(const error& why);
  error stopped_error() const;
  void end_actors();
  template <class T> T given(std::future<T>& answer) const;
  template <class T> result<T> ask_store(std::function<result<T>(storage::store&)> question);

  options options_;
  actor_driver* const driver_;
  actors::services_ptr shared_;
  std::unique_ptr<caf::actor_system_config> config_ = std::make_unique<caf::actor_system_config>();
  std::unique_ptr<caf::actor_system> system_;
  std::atomic<std::uint64_t> next_watcher_{1};
  std::atomic<bool> stopped_{false};
  std::shared_ptr<call_gate> gate_ = std::make_shared<call_gate>();
  std::thread listener_;
};

} // namespace pawl::host
