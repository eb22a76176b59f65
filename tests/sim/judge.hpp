// The promises, watched while a simulation runs and checked at its end. Knows what the operator was told and what is
// durable; knows nothing of actors.
#pragma once

#include "tests/sim/model.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/sim/trace.hpp"

#include <pawl/node.hpp>
#include <pawl/subscription.hpp>

#include <map>
#include <set>
#include <string>
#include <tuple>

namespace pawl::sim {

class judge {
public:
  judge(sim_store& store, const script& deeds, trace& log) : store_(store), deeds_(deeds), log_(log) {}

  // --- what the operator does and hears
  void offered(const std::string& uid, const plan& of, std::size_t items);
  void start_acknowledged(const std::string& uid);
  void start_refused(const std::string& uid, errc why);
  /// The start's answer was lost, or another start of the id is under way.
  void start_unanswered(const std::string& uid) { may_exist_.insert(uid); }
  void payload_given(const std::string& uid, const std::string& node, const nlohmann::json& payload);
  void payload_acknowledged(const std::string& uid, const std::string& node, const nlohmann::json& payload);
  void signal_sent(const std::string& uid, const std::string& key, const sent_signal& what);
  void signal_acknowledged(const std::string& uid, const std::string& key);
  const sent_signals& sent_to(const std::string& uid) { return sent_[uid]; }
  /// `reason` tells one from another.
  void cancel_asked(const std::string& uid, const std::string& reason, bool terminate) {
    ends_[uid].terminates[reason] = terminate;
  }
  void cancel_acknowledged(const std::string& uid);
  void actors_may_die() { attempts_may_die_ = true; }
  void ended_told(const std::string& uid); ///< a watcher was told that it ended

  /// Somebody removes it: what is heard of it may be gone already. Empty: nobody does any more.
  void removing(const std::string& uid) { removing_ = uid; }
  /// It is gone, but whoever removed it was not told so: its actors may still tell what they committed before.
  void removed_unknown(const std::string& uid) { echoing_.insert(uid); }
  /// It was removed, and another one may get its id.
  void forget(const std::string& uid);

  // --- what the runtime does
  void life_begun();
  void listening_begun();
  void invoked(const node_context& c, const stage& s);
  void told(const instance_event& event);
  void a_message_ran() { ++messages_; }
  bool may_echo() const { return messages_ < echoes_until_; }
  /// An actor or the store broke: for a while attempts may run that nobody waits for any more, or once more.
  void disturbed() { echoes_until_ = messages_ + echo_messages; }

  // --- at the end: everything has had its chance
  void all_told();
  void check_instance(const std::string& uid, const core::workflow& w);
  const std::map<std::string, std::size_t>& instances() const { return items_; }
  const plan& plan_of(const std::string& uid) const { return *plans_.at(uid); }
  bool is_acknowledged(const std::string& uid) const { return acknowledged_.count(uid) != 0; }

  std::int64_t durable_revision(const std::string& uid);
  std::optional<storage::loaded_instance> durable(const std::string& uid);

private:
  static constexpr std::uint64_t echo_messages = 400;

  void check_cursor(const node_context& c, const storage::loaded_instance& rows);
  void check_data(const node_context& c, const stage& s, storage::instance_key key);
  void check_repetition(const node_context& c);
  void check_secret(const node_context& c, const stage& s);
  bool was_recorded(const std::string& uid, const std::string& node, int kind);

  sim_store& store_;
  const script& deeds_;
  trace& log_;
  std::map<std::string, const plan*> plans_;
  std::map<std::string, std::size_t> items_;
  std::map<std::string, bool> acknowledged_;
  std::set<std::string> may_exist_; ///< without having been acknowledged
  std::map<std::string, std::map<std::string, payloads>> given_;
  std::map<std::string, sent_signals> sent_;
  std::map<std::string, asked_ends> ends_;
  std::set<std::string> closing_at_birth_; ///< were being ended when this life began
  bool attempts_may_die_ = false;
  /// In this life: the revisions between which the first event may lie, and the last one.
  struct hearing {
    std::int64_t from = 0; ///< durable when the life began
    std::int64_t to = 0;   ///< and when somebody began to listen
    std::optional<std::int64_t> last = {};
  };
  std::map<std::string, hearing> told_;
  std::string removing_;
  std::set<std::string> echoing_;                   ///< gone without an answer; until another one of the id is heard of
  std::map<std::string, std::uint64_t> invoked_at_; ///< in this life
  std::set<std::string> audited_;                   ///< attempts that the durable audit lets have a secret
  std::int64_t audit_read_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t echoes_until_ = 0;
};

} // namespace pawl::sim
