// pawl::maintenance: a store without a runtime.
#include "runtime/host/removal.hpp"
#include "storage/store.hpp"

#include <pawl/options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace pawl {

class PAWL_LOCAL maintenance::impl {
public:
  /// The wall clock, but never earlier than the store's latest step.
  result<storage::timestamp_ms> now() {
    const auto last = store->last_time();
    if (!last) return last.failure();
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::max<storage::timestamp_ms>(*last, std::chrono::duration_cast<std::chrono::milliseconds>(wall).count());
  }

  result<void> clean_up() {
    for (;;) {
      const auto is_more = store->clean_up();
      if (!is_more) return is_more.failure();
      if (!*is_more) return {};
    }
  }

  std::unique_ptr<storage::store> store;
};

maintenance::maintenance(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
maintenance::maintenance(maintenance&&) noexcept = default;
maintenance& maintenance::operator=(maintenance&&) noexcept = default;
maintenance::~maintenance() = default;

result<maintenance> maintenance::open(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return error{errc::not_found, fmt::format("{}: there is no such store", path), path};
  storage::payload_protection payloads;
  payloads.is_without_keys = true; // removing reads none
  auto opened = storage::open_sqlite_store(path, static_cast<std::int64_t>(options().reserve_bytes), payloads);
  if (!opened) return opened.failure();
  auto inner = std::make_unique<impl>();
  inner->store = std::move(*opened);
  return maintenance(std::move(inner));
}

result<void> maintenance::remove(std::string_view id) {
  if (auto removed = host::remove_instance(*impl_->store, id); !removed) return removed;
  return impl_->clean_up();
}

result<std::vector<instance_summary>> maintenance::prune(const prune_options& which) {
  if (auto good = host::check(which); !good) return good.failure();
  const auto now = impl_->now();
  if (!now) return now.failure();
  host::pruning progress(which);
  while (!progress.is_done) {
    if (auto page = host::prune_page(*impl_->store, progress, *now); !page) return page.failure();
    if (which.dry_run) continue;
    if (auto cleaned = impl_->clean_up(); !cleaned) return cleaned.failure();
  }
  return std::move(progress.removed);
}

} // namespace pawl
