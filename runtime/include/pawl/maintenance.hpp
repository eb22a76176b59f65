// Removing instances that have ended: which ones prune() means, and how to do it where no runtime owns the store.
// Schedules are changed there too.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/export.hpp>
#include <pawl/instance.hpp>
#include <pawl/result.hpp>
#include <pawl/schedule.hpp>
#include <pawl/secrets.hpp>
#include <pawl/store_reader.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// Which instances prune() removes: those that have ended and of which all of this is true.
struct prune_options {
  std::chrono::milliseconds ended_for{0}; ///< they ended at least so long ago, by the store's time
  std::vector<instance_status> statuses;  ///< one of these; empty: completed, failed or cancelled
  std::string definition_id;              ///< started from this definition; empty: from any
  std::size_t limit = 100'000;            ///< at most so many, the oldest first
  bool dry_run = false;                   ///< only says which ones they are
};

/// Owns a store without running anything in it: no recovery, no timers, no node types needed. For tools, while no
/// runtime has the store open; a runtime removes by runtime::remove and runtime::prune. Use it from one thread at a
/// time.
class PAWL_API maintenance {
public:
  /// Opens an existing store and takes its owner lock; an older format is migrated. On a full disk the room of
  /// options::reserve_bytes is used, which the next runtime takes back. Errors: `not_found` (no such file), `busy`
  /// (names the owner's process), `wrong_store`, `access`, `disk_full`, `corrupt`, `storage`.
  static result<maintenance> open(const std::string& path);
  /// For add_schedule(), whose input is a payload: as options::encrypt_payloads and options::secrets, of which only
  /// sealed_path and key count. A store that holds encrypted payloads does not open without its keys then. Errors: as
  /// above; those of the sealed store.
  static result<maintenance> open(const std::string& path, const secrets_options& keys, bool encrypt_payloads);

  maintenance(maintenance&&) noexcept;
  maintenance& operator=(maintenance&&) noexcept;
  ~maintenance();

  /// As runtime::remove; the disk has the room back when it returns.
  result<void> remove(std::string_view id);
  /// As runtime::prune; the disk has the room back when it returns.
  result<std::vector<instance_summary>> prune(const prune_options& which = {});

  /// As store_reader::info.
  result<store_info> info();
  /// Gives the store a new identity, which it returns. For a copy that goes on beside the original: from now on its
  /// visits get other idempotency keys; those that wait keep theirs. Errors: `not_finished` (an instance is in flight);
  /// store errors.
  result<std::string> renew_identity();

  /// As runtime::remove_definition and runtime::prune_definitions; the disk has the room back when they return.
  result<void> remove_definition(std::string_view id, std::string_view hash = {});
  result<std::vector<definition_info>> prune_definitions(bool dry_run = false);

  /// As runtime::load_definition, for definitions of built-in node types only.
  result<loaded_definition> load_definition(std::string_view json_text, std::string_view fallback_id = {});
  result<loaded_definition> load_definition(std::string_view json_text, const load_options& how);
  /// As runtime::add_schedule; by the wall clock. Where the definition has node types that are not built in, its start
  /// and whether the input fits are seen only when a run starts. Needs the second open() where payloads are encrypted.
  result<schedule_info> add_schedule(const schedule_spec& spec, const nlohmann::json& input,
                                     const add_schedule_options& how = {});
  /// As runtime::remove_schedule, runtime::pause_schedule and runtime::resume_schedule.
  result<void> remove_schedule(std::string_view id);
  result<schedule_info> pause_schedule(std::string_view id);
  result<schedule_info> resume_schedule(std::string_view id);

private:
  class impl;
  explicit maintenance(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

} // namespace pawl
