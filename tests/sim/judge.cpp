// Watches every commit of a simulation and says, at the moment and at the end, which promise was broken.
#include "tests/sim/judge.hpp"

#include "storage/codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::sim {
namespace {

using nlohmann::json;

constexpr std::size_t history_max = 10'000;
constexpr int resumed_kind = 4; // as core::event_content

template <class T> T must(result<T> r) {
  if (!r) throw std::runtime_error("the judge cannot read: " + to_string(r.failure()));
  return std::move(*r);
}

std::string place(const node_context& c) {
  return fmt::format("{}/{} visit {} attempt {}", c.instance_id(), c.node_id(), c.visit(), c.attempt());
}

} // namespace

std::optional<storage::loaded_instance> judge::durable(const std::string& uid) {
  const auto key = must(store_.rows().find(uid));
  if (!key) return std::nullopt;
  return must(store_.rows().load(*key));
}

std::int64_t judge::durable_revision(const std::string& uid) {
  const auto rows = durable(uid);
  return rows ? rows->header.revision : 0;
}

bool judge::was_recorded(const std::string& uid, const std::string& node, int kind) {
  const auto key = must(store_.rows().find(uid));
  if (!key) return false;
  for (const storage::step_row& row : must(store_.rows().history(*key, 0, history_max)))
    if (row.node == node && row.kind == kind) return true;
  return false;
}

void judge::offered(const std::string& uid, const plan& of, std::size_t items) {
  if (plans_.emplace(uid, &of).second) items_[uid] = items;
}

void judge::start_acknowledged(const std::string& uid) {
  if (!durable(uid)) log_.violated("the start of " + uid + " was acknowledged and is not durable");
  acknowledged_[uid] = true;
}

void judge::start_refused(const std::string& uid, errc why) {
  const bool is_definite =
      why == errc::overloaded || why == errc::disk_full || why == errc::busy || why == errc::access;
  if (!is_definite) may_exist_.insert(uid);
  if (may_exist_.count(uid) == 0 && !is_acknowledged(uid) && durable(uid))
    log_.violated("the start of " + uid + " was refused with " + to_string(why) + " and is durable");
}

void judge::payload_given(const std::string& uid, const std::string& node, const json& payload) {
  given_[uid][node].given.push_back(payload);
}

void judge::payload_acknowledged(const std::string& uid, const std::string& node, const json& payload) {
  const auto known = plans_.find(uid);
  const stage* at = known == plans_.end() ? nullptr : known->second->find(node);
  if (at == nullptr || at->kind != stage_kind::ask) return; // a retry took it meanwhile, and does not use it
  payloads& of = given_[uid][node];
  if (of.acknowledged) log_.violated("two payloads of " + uid + "/" + node + " were acknowledged");
  of.acknowledged = payload;
  if (!was_recorded(uid, node, resumed_kind))
    log_.violated("the payload of " + uid + "/" + node + " was acknowledged and is not durable");
}

void judge::signal_sent(const std::string& uid, const std::string& key, const sent_signal& what) {
  sent_[uid].emplace(key, what);
}

void judge::signal_acknowledged(const std::string& uid, const std::string& key) {
  sent_[uid].at(key).is_acknowledged = true;
  const auto rows = durable(uid);
  if (!rows || !must(store_.rows().has_signal_key(rows->instance, key)))
    log_.violated("the signal " + key + " of " + uid + " was acknowledged and is not durable");
}

void judge::cancel_acknowledged(const std::string& uid) {
  ends_[uid].is_acknowledged = true;
  const auto rows = durable(uid);
  if (!rows || !rows->closing) log_.violated("the cancellation of " + uid + " was acknowledged and is not durable");
}

void judge::ended_told(const std::string& uid) {
  const auto rows = durable(uid);
  if (!rows || !has_ended(rows->header.status)) log_.violated("a watcher heard that " + uid + " ended; it has not");
}

void judge::forget(const std::string& uid) {
  acknowledged_.erase(uid);
  may_exist_.erase(uid);
  given_.erase(uid);
  sent_.erase(uid);
  ends_.erase(uid);
  closing_at_birth_.erase(uid);
  told_.erase(uid);
  std::erase_if(invoked_at_, [&](const auto& at) { return at.first.rfind(uid + "/", 0) == 0; });
}

void judge::life_begun() {
  echoes_until_ = 0; // the actors of the life before are gone
  invoked_at_.clear();
  told_.clear();
  echoing_.clear();
  closing_at_birth_.clear();
  for (const auto& [uid, items] : items_) {
    told_[uid].from = durable_revision(uid);
    if (const auto rows = durable(uid); rows && rows->closing) closing_at_birth_.insert(uid);
  }
}

void judge::listening_begun() {
  for (const auto& [uid, items] : items_)
    told_[uid].to = durable_revision(uid);
}

void judge::invoked(const node_context& c, const stage& s) {
  if (closing_at_birth_.count(c.instance_id()) != 0)
    log_.violated(place(c) + " runs, and its instance was being ended before this life began");
  ends_[c.instance_id()].begun.insert(place_of(c.node_id(), c.visit(), c.attempt(), c.timer_fired()));
  check_repetition(c);
  check_secret(c, s);
  const auto rows = durable(c.instance_id());
  if (!rows) log_.violated(place(c) + " runs and its instance is not durable");
  if (may_echo()) return;
  check_cursor(c, *rows);
  check_data(c, s, rows->instance);
}

void judge::check_cursor(const node_context& c, const storage::loaded_instance& rows) {
  for (const storage::cursor_row& at : rows.cursors) {
    if (at.node != c.node_id() || at.visit != c.visit()) continue;
    if (at.phase != static_cast<int>(core::phase::ready))
      log_.violated(place(c) + " runs and is not ready in the store");
    if (at.retry_attempts + 1 != c.attempt())
      log_.violated(fmt::format("{} runs and {} attempts have failed in the store", place(c), at.retry_attempts));
    if (at.key != c.idempotency_key()) log_.violated(place(c) + " runs under another idempotency key");
    if (at.signal != c.signal()) log_.violated(place(c) + ": the signal differs from the one in the store");
    if (at.timer_fired != c.timer_fired()) log_.violated(place(c) + ": whether its timer fired differs from the store");
    return;
  }
  log_.violated(place(c) + " runs and no cursor stands there");
}

void judge::check_data(const node_context& c, const stage& s, storage::instance_key key) {
  if (c.node_id() != s.id || s.value_of.empty()) return;
  const auto last = must(store_.rows().last_results(key, {s.value_of}));
  const json stored = last.empty() || !last[0].output ? json() : json::parse(*last[0].output).value("value", json());
  if (c.data().value("prev", json()) != stored)
    log_.violated(place(c) + " got " + c.data().dump() + ", the last result of " + s.value_of + " is " + stored.dump());
}

// Whatever broke: no secret without a durable line that allows it, and never another one.
void judge::check_secret(const node_context& c, const stage& s) {
  const bool takes = s.takes_secret && c.node_id() == s.id;
  const auto given = c.secret("key");
  if (takes != (given != nullptr)) log_.violated(place(c) + ": whether it gets a secret differs from its definition");
  if (!takes) return;
  if (given->view() != secret_of(c.input().at("of"))) log_.violated(place(c) + " gets another secret");
  for (const secret_audit_entry& line : must(store_.rows().secret_audit(audit_read_, history_max))) {
    audit_read_ = line.sequence;
    if (line.allowed)
      audited_.insert(
          fmt::format("{}/{} visit {} attempt {}", line.instance_id, line.node_id, line.visit, line.attempt));
  }
  if (audited_.count(place(c)) == 0) log_.violated(place(c) + " has a secret and the durable audit does not say so");
}

void judge::check_repetition(const node_context& c) {
  const std::string what = place(c) + (c.timer_fired() ? " after its timer" : "");
  const auto [at, is_first] = invoked_at_.try_emplace(what, messages_);
  if (!is_first && at->second >= echoes_until_)
    log_.violated(what + " runs a second time and nothing broke in between");
  at->second = messages_;
}

void judge::told(const instance_event& event) {
  if (event.missed != 0) log_.violated("events were missed by a subscriber that keeps up");
  const std::int64_t revision = event.entry.revision;
  if (echoing_.count(event.instance_id) != 0 && revision > 1) return;
  echoing_.erase(event.instance_id);
  hearing& heard = told_[event.instance_id];
  if (heard.last && revision != *heard.last + 1)
    log_.violated(fmt::format("{}: revision {} was told after {}", event.instance_id, revision, *heard.last));
  if (!heard.last && (revision <= heard.from || revision > heard.to + 1))
    log_.violated(fmt::format("{}: revision {} was told first; {} was durable when the life began, {} at the first ear",
                              event.instance_id, revision, heard.from, heard.to));
  heard.last = revision;
  if (event.instance_id != removing_ && durable_revision(event.instance_id) < revision)
    log_.violated(fmt::format("{}: revision {} was told and is not durable", event.instance_id, revision));
}

void judge::all_told() {
  for (const auto& [uid, items] : items_) {
    const std::int64_t durable = durable_revision(uid);
    const hearing& heard = told_[uid];
    if (heard.last ? *heard.last != durable : durable > heard.to)
      log_.violated(fmt::format("{}: revision {} is durable, {} was told last", uid, durable, heard.last.value_or(0)));
  }
}

void judge::check_instance(const std::string& uid, const core::workflow& w) {
  const auto rows = durable(uid);
  if (!rows) log_.violated(uid + " was acknowledged and is gone");
  if (auto law = storage::check_replay(w, store_.rows(), rows->instance); !law)
    log_.violated(uid + " breaks the replay law: " + to_string(law.failure()));
  ends_[uid].attempts_may_die = attempts_may_die_;
  model wanted(*plans_.at(uid), deeds_, uid, items_.at(uid), given_[uid], sent_[uid], ends_[uid]);
  for (const storage::step_row& row : must(store_.rows().history(rows->instance, 0, history_max)))
    wanted.take(row);
  wanted.end(rows->header.status);
  if (!wanted.problems().empty()) log_.violated(wanted.problems().front());
}

} // namespace pawl::sim
