// pawl::maintenance: a store without a runtime.
#include "nodes/catalog.hpp"
#include "runtime/core/workflow.hpp"
#include "runtime/host/definitions.hpp"
#include "runtime/host/inspect.hpp"
#include "runtime/host/payloads.hpp"
#include "runtime/host/removal.hpp"
#include "runtime/host/schedules.hpp"
#include "storage/store.hpp"

#include <pawl/options.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>

namespace pawl {

class PAWL_LOCAL maintenance::impl {
public:
  static storage::timestamp_ms now() {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(wall).count();
  }

  result<void> clean_up() {
    for (;;) {
      const auto is_more = store->clean_up();
      if (!is_more) return is_more.failure();
      if (!*is_more) return {};
    }
  }

  static result<maintenance> open(const std::string& path, const storage::payload_protection& payloads);
  result<schedule_info> set_paused(std::string_view id, bool paused) {
    return host::set_paused(*store, std::string(id), paused, now());
  }

  std::string path;
  std::unique_ptr<storage::store> store;
};

namespace {

// Nothing where it has node types that are not known here.
result<std::shared_ptr<const core::workflow>> stored_workflow(storage::store& store, const std::string& id) {
  const auto row = store.latest_definition(id);
  if (!row) return row.failure();
  if (!*row)
    return error{errc::unknown_definition, fmt::format("no definition '{}' is in the store; load it first", id), ""};
  auto compiled = core::compile((*row)->text, id, nodes::built_in_types(), {}, {.is_stored = true});
  if (!compiled) return compiled.failure();
  return std::move(compiled->workflow);
}

result<void> check_fits(const core::workflow& w, const nlohmann::json& input) {
  if (!w.start)
    return error{errc::invalid_argument, "which node is the start is open; name it in the definition's \"start\"", ""};
  if (!w.input) return {};
  return schema::require(*w.input, input, "the input");
}

} // namespace

maintenance::maintenance(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
maintenance::maintenance(maintenance&&) noexcept = default;
maintenance& maintenance::operator=(maintenance&&) noexcept = default;
maintenance::~maintenance() = default;

result<maintenance> maintenance::open(const std::string& path) {
  storage::payload_protection payloads;
  payloads.is_without_keys = true; // removing reads none
  return impl::open(path, payloads);
}

result<maintenance> maintenance::open(const std::string& path, const secrets_options& keys, bool encrypt_payloads) {
  return impl::open(path, host::payload_protection_of(keys, encrypt_payloads));
}

result<maintenance> maintenance::impl::open(const std::string& path, const storage::payload_protection& payloads) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return error{errc::not_found, fmt::format("{}: there is no such store", path), path};
  storage::file_policy policy;
  policy.may_group_use = true; // its host decides
  auto opened = storage::open_sqlite_store(path, static_cast<std::int64_t>(options().reserve_bytes), payloads, policy);
  if (!opened) return opened.failure();
  auto inner = std::make_unique<impl>();
  inner->path = path;
  inner->store = std::move(*opened);
  return maintenance(std::move(inner));
}

result<void> maintenance::remove(std::string_view id) {
  if (auto removed = host::remove_instance(*impl_->store, id); !removed) return removed;
  return impl_->clean_up();
}

result<std::vector<instance_summary>> maintenance::prune(const prune_options& which) {
  if (auto good = host::check(which); !good) return good.failure();
  host::pruning progress(which);
  while (!progress.is_done) {
    if (auto page = host::prune_page(*impl_->store, progress, impl::now()); !page) return page.failure();
    if (which.dry_run) continue;
    if (auto cleaned = impl_->clean_up(); !cleaned) return cleaned.failure();
  }
  return std::move(progress.removed);
}

// --- definitions

result<void> maintenance::remove_definition(std::string_view id, std::string_view hash) {
  if (auto removed = impl_->store->remove_definition(id, hash); !removed) return removed;
  return impl_->clean_up();
}

result<std::vector<definition_info>> maintenance::prune_definitions(bool dry_run) {
  std::vector<definition_info> removed;
  for (std::optional<std::int64_t> after = 0; after;)
    if (auto page = host::prune_definitions_page(*impl_->store, dry_run, after, removed); !page) return page.failure();
  if (dry_run) return removed;
  if (auto cleaned = impl_->clean_up(); !cleaned) return cleaned.failure();
  return removed;
}

// --- schedules

result<loaded_definition> maintenance::load_definition(std::string_view json_text, std::string_view fallback_id) {
  load_options how;
  how.fallback_id = fallback_id;
  return load_definition(json_text, how);
}

result<loaded_definition> maintenance::load_definition(std::string_view json_text, const load_options& how) {
  if (auto good = host::check(how); !good) return good.failure();
  auto compiled = core::compile(json_text, host::fallback_id_of(how), nodes::built_in_types(), {});
  if (!compiled) return compiled.failure();
  for (const problem& p : compiled->problems)
    if (!compiled->workflow && !p.is_warning)
      return error{errc::bad_definition, fmt::format("{}: {}; {}", p.pointer, p.message, p.advice), p.pointer};
  const core::workflow& w = *compiled->workflow;
  if (auto claimed = host::check_claimed_id(w.id, how); !claimed) return claimed.failure();
  if (auto saved = impl_->store->save_definition(host::row_of(w, how), impl::now()); !saved) return saved.failure();
  return loaded_definition{w.id, w.hash, std::move(compiled->problems)};
}

result<schedule_info> maintenance::add_schedule(const schedule_spec& spec, const nlohmann::json& input,
                                                const add_schedule_options& how) {
  const storage::timestamp_ms at = impl::now();
  auto row = host::row_of(spec, at);
  if (!row) return row.failure();
  const auto workflow = stored_workflow(*impl_->store, spec.definition_id);
  if (!workflow) return workflow.failure();
  auto text = core::to_text(input, "the input");
  if (!text) return text.failure();
  if (*workflow != nullptr)
    if (auto fits = check_fits(**workflow, input); !fits) return fits.failure();
  row->input = *std::move(text);
  return host::put_schedule(*impl_->store, *std::move(row), spec.start_at_ms.has_value(), how, at);
}

result<void> maintenance::remove_schedule(std::string_view id) {
  const auto removed = host::drop_schedule(*impl_->store, std::string(id));
  if (!removed) return removed.failure();
  return {};
}

// --- whose store it is

result<store_info> maintenance::info() { return host::info_of(*impl_->store, impl_->path); }

result<std::string> maintenance::renew_identity() {
  const auto busy = impl_->store->in_flight(0, 1);
  if (!busy) return busy.failure();
  if (!busy->empty())
    return error{
        errc::not_finished,
        fmt::format("instance '{}' is in flight: what it does next has its key already; let a runtime bring the "
                    "store to rest first, or cancel it",
                    busy->front().uid),
        busy->front().uid};
  return impl_->store->renew_identity();
}

result<schedule_info> maintenance::pause_schedule(std::string_view id) { return impl_->set_paused(id, true); }
result<schedule_info> maintenance::resume_schedule(std::string_view id) { return impl_->set_paused(id, false); }

} // namespace pawl
