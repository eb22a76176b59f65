// The public runtime: a thin face of the engine.
#include <pawl/runtime.hpp>

#include "runtime/host/engine.hpp"

#include <pawl/version.hpp>

namespace pawl {

class PAWL_LOCAL runtime::impl {
public:
  std::unique_ptr<host::engine> engine;
};

runtime::runtime(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
runtime::runtime(runtime&&) noexcept = default;
runtime& runtime::operator=(runtime&&) noexcept = default;
runtime::~runtime() = default;

result<runtime> runtime::open(options opts) {
  auto opened = host::engine::open(std::move(opts));
  if (!opened) return opened.failure();
  auto inner = std::make_unique<impl>();
  inner->engine = std::move(*opened);
  return runtime(std::move(inner));
}

result<loaded_definition> runtime::load_definition(std::string_view json_text, std::string_view fallback_id) {
  return impl_->engine->load_definition(json_text, fallback_id);
}

result<loaded_definition> runtime::load_definition(std::string_view json_text, const load_options& how) {
  return impl_->engine->load_definition(json_text, how);
}

result<std::vector<problem>> runtime::check_definition(std::string_view json_text, const check_options& how) const {
  return impl_->engine->check_definition(json_text, how);
}

result<std::vector<definition_info>> runtime::list_definitions(std::size_t limit, std::int64_t after_number) const {
  return impl_->engine->list_definitions(limit, after_number);
}

result<void> runtime::remove_definition(std::string_view id, std::string_view hash) {
  return impl_->engine->remove_definition(id, hash);
}

result<std::vector<definition_info>> runtime::prune_definitions(bool dry_run) {
  return impl_->engine->prune_definitions(dry_run);
}

result<std::string> runtime::start(std::string_view definition_id, const nlohmann::json& input,
                                   const start_options& how) {
  return impl_->engine->start(definition_id, input, how);
}

result<void> runtime::resume(std::string_view id, const nlohmann::json* payload, const resume_options& which) {
  return impl_->engine->resume(id, payload, which);
}

result<void> runtime::signal(std::string_view id, std::string_view name, const nlohmann::json* payload,
                             const signal_options& how) {
  return impl_->engine->signal(id, name, payload, how);
}

result<std::string> runtime::signal_with_start(std::string_view definition_id, const nlohmann::json& input,
                                               std::string_view name, const nlohmann::json* payload,
                                               const signal_options& how, const start_options& start) {
  return impl_->engine->signal_with_start(definition_id, input, name, payload, how, start);
}

result<void> runtime::cancel(std::string_view id, const cancel_options& how) { return impl_->engine->cancel(id, how); }

std::future<result<void>> runtime::cancel_async(std::string_view id, const cancel_options& how) {
  return impl_->engine->cancel_async(id, how);
}

runtime_statistics runtime::statistics() const { return impl_->engine->statistics(); }

std::future<result<void>> runtime::signal_async(std::string_view id, std::string_view name,
                                                const nlohmann::json* payload, const signal_options& how) {
  return impl_->engine->signal_async(id, name, payload, how);
}

std::future<result<std::string>> runtime::start_async(std::string_view definition_id, const nlohmann::json& input,
                                                      const start_options& how) {
  return impl_->engine->start_async(definition_id, input, how);
}

std::future<result<void>> runtime::resume_async(std::string_view id, const nlohmann::json* payload,
                                                const resume_options& which) {
  return impl_->engine->resume_async(id, payload, which);
}

result<snapshot> runtime::query(std::string_view id) const { return impl_->engine->query(id); }

result<std::vector<instance_summary>> runtime::list(std::size_t limit, std::string_view after_id) const {
  return impl_->engine->list(limit, after_id);
}

result<std::vector<history_entry>> runtime::history(std::string_view id, std::int64_t after_revision,
                                                    std::size_t limit) const {
  return impl_->engine->history(id, after_revision, limit);
}

result<snapshot> runtime::wait(std::string_view id, wait_until until, std::chrono::milliseconds timeout) const {
  return impl_->engine->wait(id, until, timeout);
}

result<std::vector<secret_audit_entry>> runtime::secret_audit(std::int64_t after_sequence, std::size_t limit) const {
  return impl_->engine->secret_audit(after_sequence, limit);
}

result<schedule_info> runtime::add_schedule(const schedule_spec& spec, const nlohmann::json& input,
                                            const add_schedule_options& how) {
  return impl_->engine->add_schedule(spec, input, how);
}

result<void> runtime::remove_schedule(std::string_view id) { return impl_->engine->remove_schedule(id); }

result<schedule_info> runtime::pause_schedule(std::string_view id) {
  return impl_->engine->set_schedule_paused(id, true);
}

result<schedule_info> runtime::resume_schedule(std::string_view id) {
  return impl_->engine->set_schedule_paused(id, false);
}

result<std::vector<schedule_info>> runtime::list_schedules(std::size_t limit, std::string_view after_id) const {
  return impl_->engine->list_schedules(limit, after_id);
}

result<schedule_info> runtime::find_schedule(std::string_view id) const { return impl_->engine->find_schedule(id); }

void runtime::clock_trusted() { impl_->engine->clock_trusted(); }

result<void> runtime::remove(std::string_view id) { return impl_->engine->remove(id); }

result<std::vector<instance_summary>> runtime::prune(const prune_options& which) { return impl_->engine->prune(which); }

result<subscription> runtime::subscribe(const subscribe_options& how) const { return impl_->engine->subscribe(how); }

result<void> runtime::drain(std::chrono::milliseconds timeout) const { return impl_->engine->drain(timeout); }

void runtime::stop(std::chrono::milliseconds grace) {
  if (impl_) impl_->engine->stop(grace);
}

const char* version() noexcept { return PAWL_VERSION; }

} // namespace pawl
