// Reads a store without owning it: beside a running owner, after a crash, on a read-only disk. Changes nothing.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/export.hpp>
#include <pawl/instance.hpp>
#include <pawl/result.hpp>
#include <pawl/schedule.hpp>
#include <pawl/secrets.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

/// What a store says of itself.
struct store_info {
  std::string identity; ///< 32 hexadecimal digits, made with the store, part of every idempotency key; copies share it
  int format = 0;       ///< of the tables
  std::int64_t file_bytes = 0;
  std::int64_t log_bytes = 0;     ///< of the write-ahead log
  std::int64_t reserve_bytes = 0; ///< that are kept free beside it (options::reserve_bytes)
};

/// Each call is a short read transaction of its own and sees the last commit. Use it from one thread at a time.
class PAWL_API store_reader {
public:
  /// Errors: `not_found` (no such file), `wrong_store`, `old_store` (an owner must open it once), `access` (names the
  /// file and the right that is missing), `corrupt`, `storage`.
  ///
  /// Encrypted payloads (options::encrypt_payloads) are not readable so: words in square brackets stand where they
  /// would, snapshots have the member `encrypted`, and history and audit entries their mark.
  static result<store_reader> open(const std::string& path);
  /// Reads encrypted payloads too, as far as the sealed store that `keys.sealed_path` and `keys.key` name has their
  /// keys; nothing else of `keys` counts. One that was changed by somebody is `corrupt`, and says where. Errors: as
  /// above, those of opening the sealed store.
  static result<store_reader> open(const std::string& path, const secrets_options& keys);

  store_reader(store_reader&&) noexcept;
  store_reader& operator=(store_reader&&) noexcept;
  ~store_reader();

  result<store_info> info();
  /// As runtime::query.
  result<snapshot> query(std::string_view id);
  /// As runtime::list.
  result<std::vector<instance_summary>> list(std::size_t limit = 1000, std::string_view after_id = {});
  /// As runtime::history.
  result<std::vector<history_entry>> history(std::string_view id, std::int64_t after_revision = 0,
                                             std::size_t limit = 1000);
  /// As runtime::list_definitions.
  result<std::vector<definition_info>> list_definitions(std::size_t limit = 1000, std::int64_t after_number = 0);
  /// As runtime::list_schedules.
  result<std::vector<schedule_info>> list_schedules(std::size_t limit = 1000, std::string_view after_id = {});
  /// As runtime::find_schedule.
  result<schedule_info> find_schedule(std::string_view id);
  /// As runtime::secret_audit.
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after_sequence = 0, std::size_t limit = 1000);

private:
  class impl;
  explicit store_reader(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

} // namespace pawl
