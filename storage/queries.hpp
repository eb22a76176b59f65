// The reading half of the SQLite stores: SQL in, rows of the port out. Never writes. Throws SQLite::Exception.
#pragma once

#include "storage/payload_cipher.hpp"
#include "storage/statements.hpp"
#include "storage/store.hpp"

namespace pawl::storage {

class queries {
public:
  /// `cipher` opens what is encrypted; it must outlive the queries.
  queries(SQLite::Database& database, const payload_cipher& cipher) : cipher_(cipher), statements_(database) {}

  result<std::optional<instance_key>> find(const std::string& uid);
  result<loaded_instance> load(instance_key instance);
  result<std::vector<summary_row>> list(instance_key after, std::size_t limit);
  result<std::vector<summary_row>> list_by_uid(const std::string& after, std::size_t limit);
  result<std::vector<step_row>> history(instance_key instance, std::int64_t after_revision, std::size_t limit);
  result<std::vector<result_row>> context(instance_key instance, std::size_t limit);
  result<std::vector<result_row>> last_results(instance_key instance, const std::vector<std::string>& nodes);
  result<std::vector<result_row>> results(instance_key instance, const std::string& node, const result_limits& allowed);
  result<std::optional<definition_row>> definition_by_hash(const std::string& hash);
  result<std::optional<definition_row>> latest_definition(const std::string& id);
  result<std::vector<definition_row>> latest_definitions();
  result<std::vector<definition_version>> definitions(std::int64_t after, std::size_t limit);
  result<std::vector<definition_version>> versions_of(const std::string& definition_id);
  /// One of those that name the definition.
  result<std::optional<std::string>> schedule_that_starts(const std::string& definition_id);
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit);

  result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit);
  result<std::vector<due_row>> due(core::timeline line, due_mark after, timestamp_ms now, std::size_t limit);
  result<std::optional<timestamp_ms>> next_due(core::timeline line, due_mark after);
  result<core::clock_offsets> offsets();
  result<timestamp_ms> last_time();
  result<instance_key> last_instance();
  result<bool> has_signal_key(instance_key instance, const std::string& key);
  result<store_facts> store_of();

  result<std::vector<schedule_row>> schedules(const std::string& after, std::size_t limit);
  result<std::optional<schedule_row>> schedule(const std::string& id);
  result<std::vector<schedule_row>> due_schedules(timestamp_ms now, std::size_t limit);
  result<std::optional<timestamp_ms>> next_schedule_due(timestamp_ms after);
  result<std::vector<schedule_row>> waiting_schedules(const std::string& after, std::size_t limit);

  /// What the store says of its keys. Asked before there is a cipher that knows them.
  payload_facts facts();

private:
  class row_texts;

  step_row step_of(const running& row, instance_key instance);
  result_row result_of(const running& row, instance_key instance);
  cursor_row cursor_of(const running& row, instance_key instance, std::string& unreadable);
  secret_audit_entry audit_of(const running& row);
  schedule_row schedule_of(const running& row);
  result<std::vector<schedule_row>> schedules_of(running row);
  void note_fault(const payload_place& at, const char* column);
  template <class T> result<T> unless_faulty(T found);
  result<void> need_instance(instance_key instance);
  std::vector<cursor_row> cursors_of(instance_key instance, std::string& unreadable);
  std::vector<timer_row> timers_of(instance_key instance);
  std::vector<visit_row> visits_of(instance_key instance);
  std::vector<memory_row> memories_of(instance_key instance, std::string& unreadable);
  std::vector<signal_row> signals_of(instance_key instance, std::string& unreadable);
  std::optional<closing_row> closing_of(instance_key instance, std::string& unreadable);
  std::map<std::string, std::string> labels_of(instance_key instance, std::string& unreadable);
  std::int64_t last_step_of(instance_key instance, const std::string& node);

  const payload_cipher& cipher_;
  statements statements_;
  std::optional<error> fault_; ///< the first text that does not open, of the call that runs
};

/// A limit as SQL takes it.
std::int64_t sql_limit(std::size_t limit);

} // namespace pawl::storage
