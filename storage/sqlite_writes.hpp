// The writing half of the SQLite store: one change as SQL, inside a transaction that the caller began.
// Throws SQLite::Exception when a statement fails; then rows of the change may be there and the caller rolls back.
#pragma once

#include "storage/payload_cipher.hpp"
#include "storage/statements.hpp"
#include "storage/store.hpp"

namespace pawl::storage {

class change_writer {
public:
  /// `cipher` says how texts are written; it must outlive the writer.
  change_writer(SQLite::Database& database, const payload_cipher& cipher)
      : database_(database), cipher_(cipher), statements_(database) {}

  /// An error answer means that nothing was written for this change.
  result<written> apply(const change& wanted);
  /// To be called first in each transaction that applies something: notes the key that rows will need.
  void begin();
  /// Whether the change is on disk, asked after a COMMIT of unknown outcome.
  std::optional<written> find_on_disk(const change& wanted);
  /// Whether the instance was ended from outside, whatever it still does.
  bool is_closing(instance_key instance);
  /// Who wrote most of the newest 256 steps, and how many; for people who look for what fills the disk.
  std::optional<std::pair<std::string, std::int64_t>> busiest();
  /// Does nothing when it is the latest already.
  result<void> save_definition(const definition_row& definition, timestamp_ms at);
  void set_identity(const std::string& identity);
  /// No instance stands on it.
  void remove_definition(std::int64_t number);

  /// The latest time on the steady line of any step applied; the caller sets it back when it rolls back.
  timestamp_ms latest_time = 0;

private:
  result<written> create(const create_write& wanted);
  result<written> advance(const step_write& wanted);
  result<written> remove(const remove_write& wanted);
  result<written> append_audit(const secret_audit_entry& line);
  result<written> remember_sealed(const sealed_write& wanted);
  result<written> put_schedule(const schedule_write& wanted);
  result<written> advance_schedule(const schedule_advance& wanted);
  result<written> remove_schedule(const schedule_remove& wanted);
  result<written> set_clock(const core::clock_offsets& offsets);
  int set_schedule_state(const std::string& id, timestamp_ms created_at, const schedule_state& state);
  std::optional<std::int64_t> schedule_revision(const std::string& id);
  std::optional<result<written>> find_same_start(const create_write& wanted);
  std::optional<std::int64_t> definition_number(const std::string& hash, const std::string& id);
  bool update_header(const step_write& wanted);
  error refused(const step_write& wanted);
  std::optional<std::int64_t> revision_of(instance_key instance);
  std::string uid_of(instance_key instance);
  std::optional<std::string> hash_in(const running& row);
  void insert_instance(const create_write& wanted, std::int64_t definition);
  void insert_start(instance_key instance, const create_write& wanted);
  void append_rows(instance_key instance, const step_write& wanted);
  void set_cursor(instance_key instance, const cursor_row& c);
  void add_signal(instance_key instance, const signal_row& s);
  void set_closing(instance_key instance, const closing_row& c);
  void set_memory(instance_key instance, const memory_row& m);
  void append_step(instance_key instance, const step_row& s);
  std::optional<std::int64_t> previous_result(instance_key instance, const step_row& s);

  SQLite::Database& database_;
  const payload_cipher& cipher_;
  statements statements_;
};

} // namespace pawl::storage
