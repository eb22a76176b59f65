// The public read-only view of a store.
#include <pawl/store_reader.hpp>

#include "runtime/host/definitions.hpp"
#include "runtime/host/inspect.hpp"
#include "runtime/host/payloads.hpp"
#include "runtime/host/schedules.hpp"
#include "storage/store.hpp"

namespace pawl {

class PAWL_LOCAL store_reader::impl {
public:
  std::string path;
  std::unique_ptr<storage::reader> reader;
};

store_reader::store_reader(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
store_reader::store_reader(store_reader&&) noexcept = default;
store_reader& store_reader::operator=(store_reader&&) noexcept = default;
store_reader::~store_reader() = default;

result<store_reader> store_reader::open(const std::string& path) { return open(path, secrets_options()); }

result<store_reader> store_reader::open(const std::string& path, const secrets_options& from) {
  auto keys = host::read_payload_keys(from);
  if (!keys) return keys.failure();
  auto opened = storage::open_sqlite_reader(path, *std::move(keys));
  if (!opened) return opened.failure();
  auto inner = std::make_unique<impl>();
  inner->path = path;
  inner->reader = std::move(*opened);
  return store_reader(std::move(inner));
}

result<store_info> store_reader::info() { return host::info_of(*impl_->reader, impl_->path); }

result<snapshot> store_reader::query(std::string_view id) { return host::read_snapshot(*impl_->reader, id); }

result<std::vector<instance_summary>> store_reader::list(std::size_t limit, std::string_view after_id) {
  return host::read_list(*impl_->reader, limit, after_id);
}

result<std::vector<history_entry>> store_reader::history(std::string_view id, std::int64_t after_revision,
                                                         std::size_t limit) {
  return host::read_history(*impl_->reader, id, after_revision, limit);
}

result<std::vector<definition_info>> store_reader::list_definitions(std::size_t limit, std::int64_t after_number) {
  return host::read_definitions(*impl_->reader, limit, after_number);
}

result<std::vector<schedule_info>> store_reader::list_schedules(std::size_t limit, std::string_view after_id) {
  return host::read_schedules(*impl_->reader, limit, after_id);
}

result<schedule_info> store_reader::find_schedule(std::string_view id) {
  return host::read_schedule(*impl_->reader, id);
}

result<std::vector<secret_audit_entry>> store_reader::secret_audit(std::int64_t after_sequence, std::size_t limit) {
  return impl_->reader->secret_audit(after_sequence, limit);
}

} // namespace pawl
