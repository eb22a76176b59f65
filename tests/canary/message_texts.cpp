// One function for each type, none for "any other": a new type does not compile until somebody says what it holds.
// Functions (replies, tasks) cannot be followed.
#include "tests/canary/message_texts.hpp"

#include <caf/all.hpp>
#include <nlohmann/json.hpp>

#include <typeinfo>
#include <utility>
#include <variant>

#include <cxxabi.h>

namespace pawl::canary {
namespace {

using namespace actors;
using nlohmann::json;

class collector {
public:
  explicit collector(std::string& to) : to_(to) {}

  void put(const std::string& text) { to_.append(text).push_back('\n'); }
  void put(const core::json_ptr& value) {
    if (value) put(value->dump(-1, ' ', false, json::error_handler_t::replace));
  }
  void put(const error& e) { put(e.message), put(e.where); }
  template <class T> void put(const std::optional<T>& some) {
    if (some) put(*some);
  }
  template <class T> void put(const std::vector<T>& all) {
    for (const T& one : all)
      put(one);
  }
  template <class A, class B> void put(const std::map<A, B>& all) {
    for (const auto& [name, value] : all)
      put(name), put(value);
  }
  template <class... T> void put(const std::variant<T...>& one) {
    std::visit([this](const auto& what) { this->put(what); }, one);
  }
  template <class T> void put(const result<T>& answer) {
    if (!answer)
      put(answer.failure());
    else if constexpr (!std::is_void_v<T>)
      put(*answer);
  }

  // --- what the core speaks of
  void put(const core::memory_change& m) { put(m.name), put(m.value); }
  void put(const core::context_result& r) { put(r.output), put(r.error); }
  void put(const core::context_node& n) { put(n.id), put(n.results); }
  void put(const core::started& e) { put(e.payload), put(e.signal); }
  void put(const core::node_succeeded& e) { put(e.handle), put(e.memory); }
  void put(const core::node_failed& e) { put(e.error); }
  void put(const core::node_paused& e) { put(e.reason), put(e.node_state), put(e.payload_schema), put(e.signals); }
  void put(const core::resumed& e) { put(e.payload); }
  void put(const core::timer_fired&) {}
  void put(const core::cancelled& e) { put(e.reason); }
  void put(const core::instance_timed_out&) {}
  void put(const core::given_up&) {}
  void put(const core::signalled& e) { put(e.name), put(e.payload), put(e.key); }
  void put(const std::shared_ptr<const nodes::execution>& run) {
    if (!run) return;
    put(run->key), put(run->payload), put(run->node_state), put(run->memory), put(run->signal);
    put(run->context.input), put(run->context.globals), put(run->context.nodes);
    if (run->labels) put(*run->labels);
  }
  void put(const nodes::executed& e) { put(e.what), put(e.output), put(e.output_text), put(e.store_failure); }
  void put(const nodes::secret_request& r) { put(r.slot), put(r.text); }

  // --- rows
  void put(const storage::cursor_row& r) {
    put(r.node), put(r.key), put(r.wait_reason), put(r.payload), put(r.node_state), put(r.payload_schema);
    put(r.wait_signals), put(r.signal);
  }
  void put(const storage::memory_row& r) { put(r.node), put(r.name), put(r.value); }
  void put(const storage::signal_row& r) { put(r.name), put(r.payload); }
  void put(const storage::step_row& r) {
    put(r.node), put(r.handle), put(r.output), put(r.error), put(r.detail), put(r.note);
  }
  void put(const storage::closing_row& r) { put(r.reason); }
  void put(const storage::step_write& w) {
    put(w.step), put(w.cursors_set), put(w.memories_set), put(w.signals_set), put(w.closing_set);
  }
  void put(const storage::create_write& w) {
    put(w.uid), put(w.definition_id), put(w.input), put(w.first), put(w.labels);
  }
  void put(const storage::remove_write&) {}
  void put(const storage::audit_write& w) {
    const secret_audit_entry& e = w.entry;
    for (const std::string* text :
         {&e.instance_id, &e.node_id, &e.slot, &e.secret, &e.version, &e.destination, &e.reason})
      put(*text);
  }
  void put(const storage::sealed_write& w) { put(w.store_id), put(w.mac); }
  void put(const storage::schedule_state& s) { put(s.last_instance), put(s.last_error); }
  void put(const storage::schedule_row& r) {
    put(r.id), put(r.definition_id), put(r.input), put(r.labels), put(r.state);
  }
  void put(const storage::schedule_write& w) { put(w.row); }
  void put(const storage::schedule_advance& w) { put(w.id), put(w.state); }
  void put(const storage::schedule_remove& w) { put(w.id); }
  void put(const storage::clock_write&) {}
  void put(const storage::written&) {}
  void put(const storage::result_row& r) { put(r.node), put(r.output), put(r.error); }
  void put(const storage::due_row& r) { put(r.uid); }
  void put(const storage::definition_row& r) { put(r.id), put(r.text); }
  void put(const storage::loaded_instance& i) {
    put(i.uid), put(i.input), put(i.labels), put(i.cursors), put(i.memories), put(i.signals);
    put(i.closing);
  }
  void put(const rest_summary&) {}

  // --- messages
  void put(const write_change& m) {
    if (m.what) put(*m.what);
  }
  void put(const use_store&) {}
  void put(const clean_up&) {}
  void put(const write_done& m) { put(m.outcome); }
  void put(const flush_batch&) {}
  void put(const linger&) {}
  void put(const note_idle&) {}
  void put(const execute_node& m) { put(m.run); }
  void put(const node_executed& m) { put(m.outcome); }
  void put(const call_executor& m) { put(m.run); }
  void put(const executor_called&) {}
  void put(const attempt_answered& m) { put(m.outcome); }
  void put(const attempts_due&) {}
  void put(const store_replaced&) {}
  void put(const rows_read_again& m) { put(m.rows); }
  void put(const read_again&) {}
  void put(const check_file&) {}
  void put(const offer_again&) {}
  void put(const step_refused& m) { put(m.uid), put(m.why); }
  void put(const abandon_attempts&) {}
  void put(const drop_attempt& m) { put(m.run); }
  void put(const resolve_secret& m) { put(m.run), put(m.what); }
  /// The handle is not followed: it leads into locked memory, that is its purpose.
  void put(const secret_resolved& m) { put(m.refusal.name), put(m.refusal.why), put(m.store_failure); }
  void put(const ask_again&) {}
  void put(const resume_instance& m) { put(m.payload); }
  void put(const start_again& m) { put(m.definition_id), put(m.input_hash); }
  void put(const wake_instance&) {}
  void put(const stop_instance&) {}
  void put(const request_again& m) { put(m.run); }
  void put(const retire_instance&) {}
  void put(const missed_events_told& m) {
    if (!m.done) put(m.done.failure());
  }
  void put(const history_loaded& m) { put(m.rows), put(m.asked), put(m.latest); }
  void put(const start_instance& m) {
    put(m.uid), put(m.input), put(m.input_text), put(m.payload), put(m.labels), put(m.signal);
  }
  void put(const signal_instance& m) { put(m.what); }
  void put(const signal_uid& m) { put(m.uid), put(m.command); }
  void put(const cancel_instance& m) { put(m.reason); }
  void put(const cancel_uid& m) { put(m.uid), put(m.command); }
  void put(const resume_uid& m) { put(m.uid), put(m.command); }
  void put(const wake_uid& m) { put(m.uid); }
  void put(const room_given_back&) {}
  void put(const instance_parked& m) { put(m.uid); }
  void put(const instance_loaded& m) { put(m.uid), put(m.rows), put(m.definition); }
  void put(const watch_instance& m) { put(m.uid); }
  void put(const watch_idle&) {}
  void put(const forget_watcher&) {}
  void put(const rest_loaded& m) {
    put(m.uid);
    put(m.rest);
  }
  void put(const in_flight_found& m) { put(m.page); }
  void put(const instances_removed& m) { put(m.uids); }
  void put(const reopen_store&) {}
  void put(const recover_again&) {}
  void put(const restart_entry& m) { put(m.uid); }
  void put(const find_live& m) { put(m.uid); }
  void put(const stop_all&) {}
  void put(const grace_over&) {}
  void put(const timer_set& m) { put(m.uid); }
  void put(const look_for_timers&) {}
  void put(const timer_tick&) {}
  void put(const due_found& m) {
    if (m.lines)
      for (const due_on_line& line : *m.lines)
        put(line.rows);
  }
  void put(const clock_trusted&) {}
  void put(const save_clock&) {}
  void put(const schedules_changed&) {}
  void put(const schedule_tick&) {}
  void put(const schedule_found& f) { put(f.row), put(f.definition); }
  void put(const schedules_found& m) { put(m.all); }
  void put(const run_answered& m) { put(m.outcome); }

private:
  std::string& to_;
};

std::string name_of(const std::type_info& type) {
  int status = 0;
  char* const name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string text = status == 0 ? name : type.name();
  std::free(name);
  return text;
}

template <class T> bool take(const caf::type_erased_tuple& message, std::size_t at, message_content& to) {
  if (!message.match_element<T>(at)) return false;
  to.type = name_of(typeid(T));
  collector(to.text).put(message.get_as<T>(at)); // not its bytes: what it does not use holds leftovers of others
  return true;
}

template <class... T>
bool take_one_of(const caf::type_erased_tuple& message, std::size_t at, message_content& to, std::tuple<T...>*) {
  return (take<T>(message, at, to) || ...);
}

template <class... T> std::set<std::string> names_of(std::tuple<T...>*) { return {name_of(typeid(T))...}; }

} // namespace

std::set<std::string> known_messages() { return names_of(static_cast<message_types*>(nullptr)); }

message_content content_of(const caf::type_erased_tuple& message) {
  message_content all;
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (take_one_of(message, at, all, static_cast<message_types*>(nullptr))) continue;
    const auto [number, type] = message.type(at);
    if (number == 0) { // none of CAF's own
      all.is_known = false;
      all.type = type != nullptr ? name_of(*type) : "?";
    } else {
      all.text += message.stringify(at);
    }
  }
  return all;
}

} // namespace pawl::canary
