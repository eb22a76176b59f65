// A store that hands every call on to another one: the base of those that the kit, the bench and Pawl's tests put
// between the engine and its rows. Changes nothing by itself.
#pragma once

#include "storage/store.hpp"

#include <utility>

namespace pawl::storage {

class forwarding_store : public store {
public:
  explicit forwarding_store(std::unique_ptr<store> inner) : inner_(std::move(inner)) {}

  std::vector<result<written>> write(const std::vector<change>& batch) override { return target().write(batch); }
  result<void> save_definition(const definition_row& definition, timestamp_ms at) override {
    return target().save_definition(definition, at);
  }
  result<void> remove_definition(std::string_view id, std::string_view hash) override {
    return target().remove_definition(id, hash);
  }
  result<checkpointed> checkpoint(std::size_t wal_bytes) override { return target().checkpoint(wal_bytes); }
  result<bool> clean_up() override { return target().clean_up(); }
  result<bool> check_piece() override { return target().check_piece(); }
  /// Of one that was made without an inner store: never.
  std::optional<error> halted() const override { return inner_ ? inner_->halted() : std::nullopt; }

  result<std::optional<instance_key>> find(std::string_view uid) override { return target().find(uid); }
  result<loaded_instance> load(instance_key instance) override { return target().load(instance); }
  result<std::vector<summary_row>> list(instance_key after, std::size_t limit) override {
    return target().list(after, limit);
  }
  result<std::vector<summary_row>> list_by_uid(std::string_view after, std::size_t limit) override {
    return target().list_by_uid(after, limit);
  }
  result<std::vector<step_row>> history(instance_key instance, std::int64_t after_revision,
                                        std::size_t limit) override {
    return target().history(instance, after_revision, limit);
  }
  result<std::vector<result_row>> context(instance_key instance, std::size_t limit) override {
    return target().context(instance, limit);
  }
  result<std::vector<result_row>> last_results(instance_key instance, const std::vector<std::string>& nodes) override {
    return target().last_results(instance, nodes);
  }
  result<std::vector<result_row>> results(instance_key instance, std::string_view node,
                                          const result_limits& allowed) override {
    return target().results(instance, node, allowed);
  }
  result<std::optional<definition_row>> definition_by_hash(std::string_view hash) override {
    return target().definition_by_hash(hash);
  }
  result<std::optional<definition_row>> latest_definition(std::string_view id) override {
    return target().latest_definition(id);
  }
  result<std::vector<definition_row>> latest_definitions() override { return target().latest_definitions(); }
  result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit) override {
    return target().definitions(after, limit);
  }
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) override {
    return target().secret_audit(after, limit);
  }
  result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit) override {
    return target().in_flight(after, limit);
  }
  result<std::vector<due_row>> due(core::timeline line, due_mark after, timestamp_ms now, std::size_t limit) override {
    return target().due(line, after, now, limit);
  }
  result<std::optional<timestamp_ms>> next_due(core::timeline line, due_mark after) override {
    return target().next_due(line, after);
  }
  result<timestamp_ms> last_time() override { return target().last_time(); }
  result<instance_key> last_instance() override { return target().last_instance(); }
  result<bool> has_signal_key(instance_key instance, std::string_view key) override {
    return target().has_signal_key(instance, key);
  }
  result<store_facts> facts() override { return target().facts(); }
  result<std::string> renew_identity() override { return target().renew_identity(); }
  result<std::vector<schedule_row>> schedules(std::string_view after, std::size_t limit) override {
    return target().schedules(after, limit);
  }
  result<core::clock_offsets> offsets() override { return target().offsets(); }
  result<std::optional<schedule_row>> schedule(std::string_view id) override { return target().schedule(id); }
  result<std::vector<schedule_row>> due_schedules(timestamp_ms now, std::size_t limit) override {
    return target().due_schedules(now, limit);
  }
  result<std::optional<timestamp_ms>> next_schedule_due(timestamp_ms after) override {
    return target().next_schedule_due(after);
  }
  result<std::vector<schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) override {
    return target().waiting_schedules(after, limit);
  }

protected:
  /// Asked before every call.
  virtual store& target() { return *inner_; }
  store& inner() { return *inner_; }

private:
  std::unique_ptr<store> inner_;
};

} // namespace pawl::storage
