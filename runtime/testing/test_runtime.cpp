// The public face of the kit: one function a call of the runtime.
#include "runtime/host/payloads.hpp"
#include "runtime/testing/words.hpp"
#include "runtime/testing/world.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::testing {
namespace {

constexpr std::size_t history_page = 1000;

// As engine::open does it.
inside::kept_store::opener file_of(const options& opts) {
  if (opts.store_path.empty()) return {};
  const auto reserve_bytes = static_cast<std::int64_t>(std::min<std::size_t>(opts.reserve_bytes, INT64_MAX));
  return [path = opts.store_path, reserve_bytes,
          payloads = host::payload_protection_of(opts.secrets, opts.encrypt_payloads)] {
    return storage::open_sqlite_store(path, reserve_bytes, payloads);
  };
}

} // namespace

class PAWL_LOCAL test_runtime::impl {
public:
  explicit impl(const test_options& how) : world(how, file_of(how.runtime)) {}
  inside::world world;
};

test_runtime::test_runtime(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}
test_runtime::test_runtime(test_runtime&&) noexcept = default;
test_runtime& test_runtime::operator=(test_runtime&&) noexcept = default;
test_runtime::~test_runtime() = default;

result<test_runtime> test_runtime::open(const test_options& how) {
  if (how.runtime.time)
    return error{errc::invalid_argument, "test_options::runtime.time: the kit has its own clock", ""};
  test_runtime made(std::make_unique<impl>(how));
  if (auto opened = made.impl_->world.begin_life(); !opened) return opened.failure();
  if (auto idle = made.run_until_idle(); !idle) return idle.failure();
  return made;
}

// --- calls of the runtime

result<loaded_definition> test_runtime::load_definition(std::string_view json_text, std::string_view fallback_id) {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  return (*engine)->load_definition(json_text, fallback_id);
}

result<std::string> test_runtime::start(std::string_view definition_id, const nlohmann::json& input,
                                        const start_options& how) {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  start_options named = how;
  if (named.id.empty()) named.id = impl_->world.free_id();
  return impl_->world.settled((*engine)->start_async(definition_id, input, named));
}

result<void> test_runtime::resume(std::string_view id, const nlohmann::json* payload, const resume_options& which) {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  return impl_->world.settled((*engine)->resume_async(id, payload, which));
}

result<void> test_runtime::signal(std::string_view id, std::string_view name, const nlohmann::json* payload,
                                  const signal_options& how) {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  return impl_->world.settled((*engine)->signal_async(id, name, payload, how));
}

result<void> test_runtime::cancel(std::string_view id, const cancel_options& how) {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  return impl_->world.settled((*engine)->cancel_async(id, how));
}

runtime_statistics test_runtime::statistics() const {
  const auto engine = impl_->world.engine();
  return engine ? (*engine)->statistics() : runtime_statistics();
}

result<snapshot> test_runtime::query(std::string_view id) const {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  return (*engine)->query(id);
}

result<std::vector<history_entry>> test_runtime::history(std::string_view id) const {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  std::vector<history_entry> all;
  for (;;) {
    auto page = (*engine)->history(id, all.empty() ? 0 : all.back().revision, history_page);
    if (!page) return page.failure();
    all.insert(all.end(), std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
    if (page->size() < history_page) return all;
  }
}

result<void> test_runtime::run_until_idle() { return impl_->world.run_until_idle(); }

// --- time

result<void> test_runtime::skip(std::chrono::milliseconds time) { return impl_->world.skip(time); }

result<std::chrono::milliseconds> test_runtime::skip_to_next_timer() {
  const auto next = impl_->world.next_due();
  if (!next) return next.failure();
  if (!*next) return error{errc::not_found, "nothing waits for time: no delay, no retry, no timeout", ""};
  if (auto skipped = skip(**next); !skipped) return skipped.failure();
  return **next;
}

std::int64_t test_runtime::now_ms() const { return impl_->world.wall_ms(); }
void test_runtime::set_wall(std::int64_t now_ms) { impl_->world.set_wall(now_ms); }

result<void> test_runtime::clock_trusted() {
  const auto engine = impl_->world.engine();
  if (!engine) return engine.failure();
  (*engine)->clock_trusted();
  return run_until_idle();
}

// --- restarts, crashes, faults

result<void> test_runtime::restart() { return impl_->world.restart(); }
result<void> test_runtime::restart_with(std::vector<node_type> node_types) {
  impl_->world.replace_types(std::move(node_types));
  return impl_->world.restart();
}
result<void> test_runtime::crash() { return impl_->world.crash(); }

void test_runtime::crash_at_commit(std::size_t n, commit_fate fate) { impl_->world.store().plan_crash(n, fate); }

result<void> test_runtime::fail_next_commit(errc code, commit_fate fate) {
  const bool is_known = code == errc::storage || code == errc::disk_full || code == errc::access || code == errc::busy;
  if (!is_known)
    return error{errc::invalid_argument, "a commit fails with storage, disk_full, access or busy", to_string(code)};
  if (fate == commit_fate::kept && code != errc::storage)
    return error{errc::invalid_argument, "a commit that failed was kept: only with storage", to_string(code)};
  impl_->world.store().plan_failure(code, fate);
  return {};
}

std::size_t test_runtime::commits() const { return impl_->world.store().commits(); }
int test_runtime::lives() const { return impl_->world.lives(); }
std::uint64_t test_runtime::seed() const { return impl_->world.seed(); }

// --- words

std::string test_runtime::history_of(std::string_view id) const {
  const auto entries = history(id);
  return entries ? inside::history_in_words(*entries) : to_string(entries.failure());
}

std::vector<std::string> test_runtime::visited_nodes(std::string_view id) const {
  const auto entries = history(id);
  return entries ? inside::nodes_visited(*entries) : std::vector<std::string>{};
}

instance_check test_runtime::check_that(std::string_view id) const {
  auto what = std::make_shared<instance_check::seen>();
  what->seed = seed();
  auto state = query(id);
  auto entries = history(id);
  if (!state) what->failure = to_string(state.failure());
  if (!state || !entries) return instance_check(std::move(what));
  what->state = std::move(*state);
  what->entries = std::move(*entries);
  return instance_check(std::move(what));
}

} // namespace pawl::testing
