// Calls from outside become messages; answers come back through futures.
#include "runtime/host/engine.hpp"

#include "actors/supervisor.hpp"
#include "actors/threads.hpp"
#include "nodes/catalog.hpp"
#include "runtime/core/closing.hpp"
#include "runtime/core/hash.hpp"
#include "runtime/core/payload_gate.hpp"
#include "runtime/core/signal_gate.hpp"
#include "runtime/core/start_hash.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/host/arguments.hpp"
#include "runtime/host/definitions.hpp"
#include "runtime/host/expressions.hpp"
#include "runtime/host/inspect.hpp"
#include "runtime/host/payloads.hpp"
#include "runtime/host/removal.hpp"
#include "runtime/host/schedules.hpp"
#include "runtime/host/secrets.hpp"
#include "runtime/host/subscription.hpp"
#include "runtime/host/system_clock.hpp"
#include "storage/store.hpp"

#include <pawl/printable.hpp>

#include <caf/all.hpp>
#include <fmt/format.h>

#include <future>
#include <new>
#include <thread>

namespace pawl::host {
namespace {

using nlohmann::json;

constexpr std::size_t events_page = 64;
constexpr auto patience_of_stop = std::chrono::seconds(2); ///< behind the grace, for commits and the last checkpoint

result<core::node_types> collect_types(const options& opts, const core::json_limits& output) {
  auto types = nodes::built_in_types({opts.http, opts.on_node_log, output});
  if (!types) return types.failure();
  for (const node_type& type : opts.node_types) {
    if (auto added = core::add_type(*types, type); !added) return added.failure();
  }
  return types;
}

result<void> check_input(const core::workflow& w, const json& input) {
  if (!w.input) return {};
  return schema::require(*w.input, input, "the input");
}

// For the caller 0 is the host's maximum; for the core it is one that is reached at once.
result<std::optional<std::int64_t>> accept_step_limit(std::optional<std::int64_t> given, std::int64_t max) {
  if (given && (*given < 0 || *given > max))
    return error{errc::invalid_argument,
                 fmt::format("a step limit is 0 (as many as the host allows) to {} (options::step_limit_max)", max),
                 ""};
  if (given == 0) return std::optional(max);
  return given;
}

// A row holds a payload, encrypted perhaps, and some more.
std::int64_t text_bytes_max(const options& opts) {
  constexpr std::size_t least = std::size_t{32} << 20;
  constexpr std::size_t most = 1'000'000'000; // SQLite's own
  const std::size_t largest =
      std::min(most, std::max({opts.payload_bytes_max, opts.definition_bytes_max, opts.signal_bytes_max}));
  return static_cast<std::int64_t>(std::clamp(2 * largest, least, most));
}

// Waiting for ever must not overflow the clock.
std::chrono::milliseconds bounded(std::chrono::milliseconds timeout) {
  constexpr std::chrono::milliseconds ten_years = std::chrono::hours(24 * 3650);
  return std::clamp(timeout, std::chrono::milliseconds(0), ten_years);
}

std::string list_problems(const std::vector<problem>& problems) {
  std::string text;
  for (const problem& p : problems) {
    if (p.is_warning) continue;
    const std::string line = p.line == 0 ? "" : fmt::format(" (line {}, column {})", p.line, p.column);
    text +=
        (text.empty() ? "" : "\n") +
        printable(fmt::format("{}{}: {}; {}", p.pointer.empty() ? "(document)" : p.pointer, line, p.message, p.advice));
  }
  return text;
}

// A reply that nobody gave says that the runtime stopped. When it did not, an actor died before it could answer. When
// it did so by itself, there is a reason.
template <class T>
result<T> understood(result<T> answer, const std::atomic<bool>& stopping, const actors::halt_note& halted) {
  if (answer || answer.failure().code != errc::stopped) return answer;
  try {
    if (auto why = halted.get()) return *std::move(why);
    if (stopping) return answer;
    return error{errc::storage, "the store had to be opened anew before the answer came, ask again", ""};
  } catch (const std::bad_alloc&) {
    return error{errc::storage, "out of memory", ""};
  }
}

template <class T> struct pending {
  pending() : reply([p = promise](result<T> answer) { p->set_value(std::move(answer)); }) {}
  explicit pending(const actors::services& of)
      : reply([p = promise, stopping = of.stopping, halted = of.halted](result<T> answer) {
          p->set_value(understood(std::move(answer), *stopping, *halted));
        }) {}

  std::shared_ptr<std::promise<result<T>>> promise = std::make_shared<std::promise<result<T>>>();
  std::future<result<T>> future = promise->get_future();
  actors::reply<T> reply;
};

template <class T> std::future<result<T>> answered(const error& why) {
  std::promise<result<T>> promise;
  promise.set_value(why);
  return promise.get_future();
}

} // namespace

engine::engine(options opts, actor_driver* driver) : options_(std::move(opts)), driver_(driver) {}

engine::~engine() {
  stop();
  gate_->close();
}

result<std::unique_ptr<engine>> engine::open(options opts) {
  const std::string path = opts.store_path;
  const auto reserve_bytes = static_cast<std::int64_t>(std::min<std::size_t>(opts.reserve_bytes, INT64_MAX));
  if (!path.empty()) {
    auto payloads = payload_protection_of(opts.secrets, opts.encrypt_payloads);
    storage::file_policy policy;
    policy.is_checked_at_once = opts.check_after_crash == file_check_time::before;
    policy.free_bytes_min = static_cast<std::int64_t>(std::min<std::size_t>(opts.free_bytes_min, INT64_MAX));
    policy.may_group_use = opts.shared_with_group;
    policy.text_bytes_max = text_bytes_max(opts);
    return open(std::move(opts), [path, reserve_bytes, payloads = std::move(payloads), policy]() mutable {
      auto opened = storage::open_sqlite_store(path, reserve_bytes, payloads, policy);
      policy.is_checked_at_once = false; // opening anew while in service stops nobody
      return opened;
    });
  }
  return open(std::move(opts), [] { return result<std::unique_ptr<storage::store>>(storage::open_memory_store()); });
}

result<std::unique_ptr<engine>> engine::open(options opts, actors::store_slot::opener open_store,
                                             actor_driver* driver) {
  std::unique_ptr<engine> made(new engine(std::move(opts), driver));
  auto wired = made->wire(std::move(open_store));
  if (!wired) {
    made->stopped_ = true;
    return wired.failure();
  }
  return made;
}

result<void> engine::wire(actors::store_slot::opener open_store) {
  const core::json_limits payload{options_.payload_bytes_max, options_.json_depth_max, options_.json_values_max};
  auto types = collect_types(options_, payload);
  if (!types) return types.failure();
  auto functions = expression::make_registry(options_.functions);
  if (!functions) return functions.failure();
  auto expressions = accept_limits(options_.expressions);
  if (!expressions) return expressions.failure();
  auto globals = core::parse_json(options_.globals_json, "globals_json");
  if (!globals) return globals.failure();
  if (options_.step_limit_max < 1) return error{errc::invalid_argument, "step_limit_max is at least 1", ""};
  if (options_.json_depth_max > 500) return error{errc::invalid_argument, "json_depth_max is at most 500", ""};
  if (!globals->is_object()) return error{errc::invalid_argument, "globals_json must be a JSON object", ""};
  auto store = open_store();
  if (!store) return store.failure();
  auto last = (*store)->last_time();
  if (!last) return last.failure();
  auto offsets = (*store)->offsets();
  if (!offsets) return offsets.failure();
  auto facts = (*store)->facts();
  if (!facts) return facts.failure();
  auto last_instance = (*store)->last_instance();
  if (!last_instance) return last_instance.failure();
  shared_ = std::make_shared<actors::services>(options_.time ? options_.time : std::make_shared<system_clock>(),
                                               options_.clock_is_trusted, std::move(*store),
                                               options_.store_path.empty() ? nullptr : std::move(open_store));
  shared_->time.continue_from(*last, *offsets);
  shared_->store_identity = facts->identity;
  shared_->last_instance = *last_instance;
  if (auto opened = open_secrets(options_.secrets, *shared_); !opened) return opened.failure();
  std::vector<std::string> sources;
  for (const auto& [source, provider] : shared_->providers)
    sources.push_back(source);
  shared_->types = std::move(*types);
  shared_->globals = core::share(std::move(*globals));
  shared_->definition_limits = {{options_.definition_bytes_max, options_.json_depth_max, options_.json_values_max},
                                options_.definition_nodes_max,
                                *expressions,
                                *functions};
  shared_->definition_limits.secret_sources = std::move(sources);
  shared_->definition_limits.step_limit_max = options_.step_limit_max;
  shared_->execution_limits = {payload, options_.node_state_bytes_max, *expressions, *functions};
  shared_->signals_kept = {options_.signals_max, options_.signal_bytes_max};
  shared_->signal_keys_kept = options_.signal_keys_max;
  shared_->grace_ms =
      std::clamp<std::chrono::milliseconds>(options_.grace, std::chrono::milliseconds(0), std::chrono::hours(24))
          .count();
  shared_->history_max = {options_.history_results_max, options_.history_bytes_max};
  shared_->checkpoint_wal_bytes = options_.checkpoint_wal_bytes;
  shared_->known.set_limit(options_.definition_cache_bytes_max);
  shared_->room = std::make_shared<actors::admission>(std::max<std::size_t>(1, options_.active_instances_max));
  if (options_.on_log)
    shared_->log = [log = options_.on_log](const std::string& line) {
      try {
        log(printable(line));
      } catch (...) {
        // What a host throws here must not take an actor down.
      }
    };
  shared_->when_halted = [gate = gate_] { gate->shut(); };
  shared_->publish_missed = [this](storage::store& from, const std::string& uid, actors::event_feed::telling& of) {
    return publish_missed(from, uid, of);
  };
  if (options_.on_event) start_listener();

  configure_scheduler();
  // CAF leaves a reference to its logger in each thread that makes a system or spawns from outside, and the system's
  // destructor waits until all are gone: were that the caller's thread, stop() from another one would never return.
  std::async(std::launch::async, [this] { start_actors(); }).get();
  (void)find_live(""); // answered once the supervisor has started its helpers
  return {};
}

void engine::configure_scheduler() {
  if (driver_ != nullptr) {
    config_->set("scheduler.policy", caf::atom("testing"));
    return;
  }
  // One core is for the store's thread: with as many workers as cores they take it from each other.
  const unsigned cores = std::max(2u, std::thread::hardware_concurrency());
  config_->set("scheduler.policy", caf::atom("sharing"));
  // No actor keeps a thread for longer than so many messages, however full its mailbox is.
  config_->set("scheduler.max-throughput", std::size_t{10});
  config_->set(
      "scheduler.max-threads",
      static_cast<std::size_t>(options_.worker_threads != 0 ? options_.worker_threads : std::min(cores - 1, 4u)));
}

void engine::start_actors() {
  system_ = std::make_unique<caf::actor_system>(*config_);
  if (driver_ != nullptr) driver_->take(*system_);
  shared_->supervisor.set(actors::spawn_blocking<actors::supervisor>(*system_, shared_));
}

void engine::start_listener() {
  auto queue = std::make_shared<actors::event_queue>("", options_.event_queue_max);
  shared_->feed->add(queue);
  listener_ = std::thread([queue, tell = options_.on_event] {
    while (!queue->is_closed()) {
      const auto event = queue->pop(std::chrono::hours(1));
      if (!event) continue;
      try {
        tell(*event);
      } catch (...) {
        // A listener must not throw; one that does loses this event and nothing else.
      }
    }
  });
}

result<void> engine::publish_missed(storage::store& store, const std::string& uid, actors::event_feed::telling& of) {
  for (;;) {
    const auto events = read_events(store, uid, of.told, events_page);
    if (!events) return events.failure();
    for (const instance_event& event : *events)
      shared_->feed->tell(of, event.entry.revision, [&] { return event; });
    if (events->size() < events_page) return {};
  }
}

template <class T> T engine::given(std::future<T>& answer) const {
  if (driver_ != nullptr)
    driver_->run_until([&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
  return answer.get();
}

template <class T> result<T> engine::ask_store(std::function<result<T>(storage::store&)> question) {
  if (stopped_) return stopped_error();
  pending<T> answer;
  // Through the supervisor's store actor when there is one; while it is being replaced, directly.
  if (const caf::actor store = shared_->store.get()) {
    caf::anon_send(store, actors::use_store{[reply = std::exchange(answer.reply, {}), question](storage::store& s) {
                     reply(question(s));
                   }});
  } else {
    (void)shared_->slot.use([&](storage::store& s) { answer.reply(question(s)); });
    answer.reply = {};
  }
  auto answered = given(answer.future);
  if (answered || answered.failure().code != errc::stopped || stopped_) return answered;
  // The store actor died with the question.
  (void)shared_->slot.use([&](storage::store& s) { answered = question(s); });
  return understood(std::move(answered), stopped_, *shared_->halted);
}

error engine::stopped_error() const {
  if (auto why = shared_->halted->get(); why && !stopped_) return *std::move(why);
  return {errc::stopped, "the runtime is stopped", ""};
}

// --- definitions

result<std::vector<problem>> engine::check_definition(std::string_view text, const check_options& how) const {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  core::definition_limits anywhere = shared_->definition_limits;
  anywhere.secret_sources.reset(); // a definition may be looked at where its secrets are not
  auto compiled = core::compile(text, how.fallback_id, shared_->types, anywhere, {how.portable});
  if (!compiled) return compiled.failure();
  return std::move(compiled->problems);
}

result<loaded_definition> engine::load_definition(std::string_view text, const load_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  if (auto good = check(how); !good) return good.failure();
  auto compiled =
      core::compile(text, fallback_id_of(how), shared_->types, shared_->definition_limits, {.owner = how.owner});
  if (!compiled) return compiled.failure();
  if (options_.strict_definitions)
    for (problem& p : compiled->problems) {
      p.is_warning = false;
      compiled->workflow.reset();
    }
  if (!compiled->workflow) return error{errc::bad_definition, list_problems(compiled->problems), ""};
  const auto workflow = compiled->workflow;
  if (auto claimed = check_claimed_id(workflow->id, how); !claimed) return claimed.failure();
  auto saved = ask_store<bool>([workflow, row = row_of(*workflow, how), shared = shared_,
                                now = shared_->time.now()](storage::store& store) -> result<bool> {
    auto done = store.save_definition(row, now);
    if (!done) shared->known.forget_latest(workflow->id); // it may be on disk all the same
    if (!done) return done.failure();
    shared->known.saved(workflow);
    return true;
  });
  if (!saved) notice_stopped_store(saved.failure());
  if (!saved) return saved.failure();
  return loaded_definition{workflow->id, workflow->hash, std::move(compiled->problems)};
}

result<std::shared_ptr<const core::workflow>> engine::find_definition(const std::string& id) {
  if (auto known = shared_->known.latest(id)) return known;
  using row_then = std::pair<std::optional<storage::definition_row>, std::uint64_t>;
  const auto found = ask_store<row_then>([id, shared = shared_](storage::store& s) -> result<row_then> {
    auto latest = s.latest_definition(id);
    if (!latest) return latest.failure();
    return row_then(*std::move(latest), shared->known.changes());
  });
  if (!found) return found.failure();
  const auto& [row, changes] = *found;
  if (!row)
    return error{errc::unknown_definition, fmt::format("no definition '{}' is loaded; load_definition comes first", id),
                 ""};
  if (auto known = shared_->known.find(row->hash, row->id)) return shared_->known.add_latest(known, changes);
  auto compiled = core::compile(row->text, row->id, shared_->types, shared_->definition_limits,
                                {.owner = row->owner, .is_stored = true});
  if (!compiled) return compiled.failure();
  if (!compiled->workflow) return error{errc::bad_definition, list_problems(compiled->problems), id};
  return shared_->known.add_latest(compiled->workflow, changes);
}

result<std::vector<definition_info>> engine::list_definitions(std::size_t limit, std::int64_t after_number) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<std::vector<definition_info>>(
      [limit, after_number](storage::store& s) { return read_definitions(s, limit, after_number); });
}

// What starts meanwhile is refused by the store, which does not know its definition any more.
result<void> engine::remove_definition(std::string_view id, std::string_view hash) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  auto removed = ask_store<bool>(
      [id = std::string(id), hash = std::string(hash), shared = shared_](storage::store& store) -> result<bool> {
        const auto done = store.remove_definition(id, hash);
        shared->known.forget_latest(id);
        if (!done) return done.failure();
        return true;
      });
  if (!removed) notice_stopped_store(removed.failure());
  if (!removed) return removed.failure();
  caf::anon_send(shared_->store.get(), actors::clean_up{});
  return {};
}

result<std::vector<definition_info>> engine::prune_definitions(bool dry_run) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  const auto removed = std::make_shared<std::vector<definition_info>>();
  for (std::optional<std::int64_t> after = 0; after;) {
    using place = std::optional<std::int64_t>;
    auto page = ask_store<place>([after, dry_run, removed](storage::store& store) -> result<place> {
      place next = after;
      auto done = prune_definitions_page(store, dry_run, next, *removed);
      if (!done) return done.failure();
      return next;
    });
    if (!page) notice_stopped_store(page.failure());
    if (!page) return page.failure();
    after = *page;
  }
  if (!dry_run) caf::anon_send(shared_->store.get(), actors::clean_up{});
  return std::move(*removed);
}

// --- instances

result<core::json_ptr> engine::accept_payload(const json& value, const char* what, std::string* text) const {
  auto checked = core::to_text(value, what, shared_->execution_limits.output);
  if (!checked) return checked.failure();
  if (text != nullptr) *text = std::move(*checked);
  return core::share(value);
}

// An instance that is there already is returned or refused as ever: the schema may be younger than it.
bool engine::exists(const std::string& uid) {
  if (uid.empty()) return false;
  const auto found = ask_store<bool>([uid](storage::store& s) -> result<bool> {
    auto rows = s.find(uid);
    if (!rows) return rows.failure();
    return rows->has_value();
  });
  return found && *found;
}

// Room for a start or a command that brings `bytes` along.
result<actors::admission::place_ptr> engine::enter(std::size_t bytes) {
  const bool may_wait = options_.when_full == overload_policy::wait;
  if (auto room = shared_->room->enter(actors::admission::size_of(bytes), may_wait)) return room;
  if (stopped_ || shared_->halted->get()) return stopped_error();
  return error{errc::overloaded,
               fmt::format("as many instances are live as active_instances_max allows ({}); try again later",
                           options_.active_instances_max),
               ""};
}

result<actors::start_instance> engine::prepare_start(std::string_view definition_id, const json& input,
                                                     const start_options& how, std::size_t more_bytes) {
  auto workflow = find_definition(std::string(definition_id));
  if (!workflow) return workflow.failure();
  actors::start_instance start;
  start.workflow = *workflow;
  start.uid_is_new = how.id.empty();
  start.uid = how.id.empty() ? core::time_ordered_id(shared_->time.now()) : how.id;
  if (auto good = check_id(start.uid); !good) return good.failure();
  const auto node = how.start_node.empty() ? (*workflow)->start : (*workflow)->find(how.start_node);
  if (!node && !how.start_node.empty())
    return error{errc::invalid_argument, fmt::format("the definition has no node '{}'", how.start_node), ""};
  if (!node)
    return error{
        errc::invalid_argument,
        "which node is the start is open; name it in start_options::start_node or in the definition's \"start\"", ""};
  start.node = *node;
  auto accepted = accept_payload(input, "the input", &start.input_text);
  if (!accepted) return accepted.failure();
  start.input = std::move(*accepted);
  if (auto good = check_labels(how.labels); !good) return good.failure();
  start.labels = how.labels;
  start.input_hash = core::start_hash(input, how.labels);
  if (auto fits = check_input(**workflow, *start.input); !fits && !exists(how.id)) return fits.failure();
  std::string payload_text;
  if (how.payload != nullptr) {
    auto payload = accept_payload(*how.payload, "the payload", &payload_text);
    if (!payload) return payload.failure();
    start.payload = std::move(*payload);
    if (auto fits = core::check_start_payload(**workflow, start.node, start.payload); !fits && !exists(how.id))
      return fits.failure();
  }
  auto limit = accept_step_limit(how.step_limit, options_.step_limit_max);
  if (!limit) return limit.failure();
  start.step_limit = *limit;
  auto room = enter(start.input_text.size() + payload_text.size() + more_bytes);
  if (!room) return room.failure();
  start.room = std::move(*room);
  return start;
}

std::future<result<std::string>> engine::start_async(std::string_view definition_id, const json& input,
                                                     const start_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return answered<std::string>(stopped_error());
  auto start = prepare_start(definition_id, input, how);
  if (!start) return answered<std::string>(start.failure());
  pending<std::string> answer(*shared_);
  start->answer = std::exchange(answer.reply, {});
  caf::anon_send(shared_->supervisor.get(), *std::move(start));
  return std::move(answer.future);
}

result<std::string> engine::start(std::string_view definition_id, const json& input, const start_options& how) {
  auto answer = start_async(definition_id, input, how);
  return given(answer);
}

result<actors::resume_instance> engine::prepare_resume(const json* payload, const resume_options& which) {
  actors::resume_instance command;
  command.which = which;
  auto limit = accept_step_limit(which.step_limit, options_.step_limit_max);
  if (!limit) return limit.failure();
  command.which.step_limit = *limit;
  std::string text;
  if (payload != nullptr) {
    auto accepted = accept_payload(*payload, "the payload", &text);
    if (!accepted) return accepted.failure();
    command.payload = std::move(*accepted);
  }
  auto room = enter(text.size());
  if (!room) return room.failure();
  command.room = std::move(*room);
  return command;
}

std::future<result<void>> engine::resume_async(std::string_view id, const json* payload, const resume_options& which) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return answered<void>(stopped_error());
  auto command = prepare_resume(payload, which);
  if (!command) return answered<void>(command.failure());
  pending<void> answer(*shared_);
  command->answer = std::exchange(answer.reply, {});
  caf::anon_send(shared_->supervisor.get(), actors::resume_uid{std::string(id), *std::move(command)});
  return std::move(answer.future);
}

result<void> engine::resume(std::string_view id, const json* payload, const resume_options& which) {
  auto answer = resume_async(id, payload, which);
  return given(answer);
}

// `bytes` grows by what the payload takes.
result<core::signalled> engine::accept_signal(std::string_view name, const json* payload, const signal_options& how,
                                              std::size_t& bytes) const {
  constexpr const char* form = "has 1 to 256 bytes of UTF-8 without control characters";
  if (!core::is_signal_name(name))
    return error{errc::invalid_argument, fmt::format("the name of a signal {}", form), ""};
  if (!how.key.empty() && !core::is_signal_name(how.key))
    return error{errc::invalid_argument, fmt::format("the key of a signal {}", form), ""};
  core::signalled signal{std::string(name), nullptr, how.key};
  if (payload == nullptr) return signal;
  std::string text;
  auto accepted = accept_payload(*payload, "the payload", &text);
  if (!accepted) return accepted.failure();
  signal.payload = std::move(*accepted);
  bytes += text.size();
  return signal;
}

std::future<result<void>> engine::signal_async(std::string_view id, std::string_view name, const json* payload,
                                               const signal_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return answered<void>(stopped_error());
  std::size_t bytes = 0;
  auto signal = accept_signal(name, payload, how, bytes);
  if (!signal) return answered<void>(signal.failure());
  auto room = enter(bytes);
  if (!room) return answered<void>(room.failure());
  pending<void> answer(*shared_);
  actors::signal_instance command{std::move(*room), std::move(*signal), std::exchange(answer.reply, {})};
  caf::anon_send(shared_->supervisor.get(), actors::signal_uid{std::string(id), std::move(command)});
  return std::move(answer.future);
}

result<void> engine::signal(std::string_view id, std::string_view name, const json* payload,
                            const signal_options& how) {
  auto answer = signal_async(id, name, payload, how);
  return given(answer);
}

// It needs no room: what is to end must not wait for what runs.
std::future<result<void>> engine::cancel_async(std::string_view id, const cancel_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return answered<void>(stopped_error());
  if (how.reason.size() > core::cancel_reason_bytes_max || !core::is_plain_text(how.reason))
    return answered<void>(
        error{errc::invalid_argument,
              fmt::format("the reason of a cancellation has at most {} bytes of UTF-8 without control "
                          "characters",
                          core::cancel_reason_bytes_max),
              ""});
  pending<void> answer(*shared_);
  actors::cancel_instance command{how.reason, how.terminate, std::exchange(answer.reply, {})};
  caf::anon_send(shared_->supervisor.get(), actors::cancel_uid{std::string(id), std::move(command)});
  return std::move(answer.future);
}

result<void> engine::cancel(std::string_view id, const cancel_options& how) {
  auto answer = cancel_async(id, how);
  return given(answer);
}

runtime_statistics engine::statistics() const {
  return {shared_->attempts->abandoned.load(), shared_->attempts->late.load()};
}

result<std::string> engine::signal_with_start(std::string_view definition_id, const json& input, std::string_view name,
                                              const json* payload, const signal_options& how,
                                              const start_options& start) {
  auto answer = [&]() -> std::future<result<std::string>> {
    const auto pass = gate_->enter();
    if (!pass || stopped_) return answered<std::string>(stopped_error());
    std::size_t bytes = 0;
    auto signal = accept_signal(name, payload, how, bytes);
    if (!signal) return answered<std::string>(signal.failure());
    auto prepared = prepare_start(definition_id, input, start, bytes);
    if (!prepared) return answered<std::string>(prepared.failure());
    if (auto known = core::check_declared(*prepared->workflow, *signal); !known)
      return answered<std::string>(known.failure());
    prepared->signal = std::move(*signal);
    pending<std::string> reply(*shared_);
    prepared->answer = std::exchange(reply.reply, {});
    caf::anon_send(shared_->supervisor.get(), *std::move(prepared));
    return std::move(reply.future);
  }();
  return given(answer);
}

result<snapshot> engine::query(std::string_view id) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<snapshot>([id = std::string(id)](storage::store& s) { return read_snapshot(s, id); });
}

result<std::vector<instance_summary>> engine::list(std::size_t limit, std::string_view after_id) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<std::vector<instance_summary>>(
      [limit, after = std::string(after_id)](storage::store& s) { return read_list(s, limit, after); });
}

result<std::vector<history_entry>> engine::history(std::string_view id, std::int64_t after_revision,
                                                   std::size_t limit) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<std::vector<history_entry>>([id = std::string(id), after_revision, limit](storage::store& s) {
    return read_history(s, id, after_revision, limit);
  });
}

result<std::vector<secret_audit_entry>> engine::secret_audit(std::int64_t after_sequence, std::size_t limit) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<std::vector<secret_audit_entry>>(
      [after_sequence, limit](storage::store& s) { return s.secret_audit(after_sequence, limit); });
}

result<snapshot> engine::wait(std::string_view id, wait_until until, std::chrono::milliseconds timeout) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  pending<void> answer(*shared_);
  const std::uint64_t watcher = next_watcher_++;
  caf::anon_send(shared_->supervisor.get(),
                 actors::watch_instance{watcher, std::string(id), until, std::exchange(answer.reply, {})});
  if (answer.future.wait_for(bounded(timeout)) != std::future_status::ready) {
    caf::anon_send(shared_->supervisor.get(), actors::forget_watcher{watcher});
    return error{errc::timed_out, fmt::format("instance '{}' did not get there in {} ms", id, timeout.count()), ""};
  }
  auto reached = answer.future.get();
  if (!reached) return reached.failure();
  return query(id);
}

// --- schedules

template <class T> result<T> engine::on_schedules(std::function<result<T>(storage::store&)> work) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  auto done = ask_store<T>(std::move(work));
  if (!done) notice_stopped_store(done.failure());
  if (const caf::actor clerk = shared_->schedules.get()) caf::anon_send(clerk, actors::schedules_changed{});
  return done;
}

result<schedule_info> engine::add_schedule(const schedule_spec& spec, const json& input,
                                           const add_schedule_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  const storage::timestamp_ms now = shared_->time.read().calendar;
  auto row = row_of(spec, now);
  if (!row) return row.failure();
  const auto workflow = find_definition(spec.definition_id);
  if (!workflow) return workflow.failure();
  if (!(*workflow)->start)
    return error{errc::invalid_argument, "which node is the start is open; name it in the definition's \"start\"", ""};
  const auto accepted = accept_payload(input, "the input", &row->input);
  if (!accepted) return accepted.failure();
  if (auto fits = check_input(**workflow, **accepted); !fits) return fits.failure();
  return on_schedules<schedule_info>([row = *std::move(row), spec, how, now](storage::store& s) {
    return put_schedule(s, row, spec.start_at_ms.has_value(), how, now);
  });
}

result<void> engine::remove_schedule(std::string_view id) {
  const auto removed = on_schedules<bool>([id = std::string(id)](storage::store& s) { return drop_schedule(s, id); });
  if (!removed) return removed.failure();
  return {};
}

result<schedule_info> engine::set_schedule_paused(std::string_view id, bool paused) {
  return on_schedules<schedule_info>([this, id = std::string(id), paused](storage::store& s) {
    return set_paused(s, id, paused, shared_->time.read().calendar);
  });
}

result<std::vector<schedule_info>> engine::list_schedules(std::size_t limit, std::string_view after_id) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<std::vector<schedule_info>>(
      [limit, after = std::string(after_id)](storage::store& s) { return read_schedules(s, limit, after); });
}

result<schedule_info> engine::find_schedule(std::string_view id) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return ask_store<schedule_info>([id = std::string(id)](storage::store& s) { return read_schedule(s, id); });
}

// --- time

void engine::clock_trusted() {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return;
  shared_->time.trust();
  for (const actors::address* told : {&shared_->timers, &shared_->schedules})
    if (const caf::actor clerk = told->get()) caf::anon_send(clerk, actors::clock_trusted{});
}

// --- removing

// A store that has stopped is opened anew when its actor hears of it, which is otherwise with the next write.
void engine::notice_stopped_store(const error& why) {
  if (why.code == errc::storage) caf::anon_send(shared_->store.get(), actors::clean_up{});
}

// On the store's thread. The supervisor lets the actors of what was removed go before the caller hears of it.
result<void> engine::remove_in_store(removing work) {
  pending<void> answer(*shared_);
  auto task = [shared = shared_, work = std::move(work),
               reply = std::exchange(answer.reply, {})](storage::store& store) {
    std::vector<std::string> removed;
    const auto done = work(store, removed);
    if (removed.empty()) return reply(done);
    caf::anon_send(shared->supervisor.get(),
                   actors::instances_removed{std::move(removed), [reply, done] { reply(done); }});
    caf::anon_send(shared->store.get(), actors::clean_up{});
  };
  caf::anon_send(shared_->store.get(), actors::use_store{std::move(task), true}); // no copy stays: a dead actor's goes
  auto done = given(answer.future);
  if (!done) notice_stopped_store(done.failure());
  return done;
}

result<void> engine::remove(std::string_view id) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  return remove_in_store([uid = std::string(id)](storage::store& store, std::vector<std::string>& removed) {
    auto done = remove_instance(store, uid);
    if (done) removed.push_back(uid);
    return done;
  });
}

result<std::vector<instance_summary>> engine::prune(const prune_options& which) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  if (auto good = check(which); !good) return good.failure();
  const auto progress = std::make_shared<pruning>(which);
  while (!progress->is_done) {
    const auto page = remove_in_store(
        [progress, now = shared_->time.now()](storage::store& store, std::vector<std::string>& removed) {
          const std::size_t before = progress->removed.size();
          auto done = prune_page(store, *progress, now);
          if (progress->which.dry_run) return done;
          for (std::size_t i = before; i < progress->removed.size(); ++i)
            removed.push_back(progress->removed[i].id);
          return done;
        });
    if (!page) return page.failure();
  }
  return std::move(progress->removed);
}

result<subscription> engine::subscribe(const subscribe_options& how) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  if (!how.instance_id.empty())
    if (auto good = check_id(how.instance_id); !good) return good.failure();
  if (how.after_revision < 0) return error{errc::invalid_argument, "revisions count from 1, after_revision from 0", ""};
  const auto read = [this, gate = gate_](const std::string& id, std::int64_t after) {
    const auto inside = gate->enter();
    if (!inside) return result<std::vector<instance_event>>(error{errc::stopped, "the runtime is stopped", ""});
    return ask_store<std::vector<instance_event>>(
        [id, after](storage::store& s) { return read_events(s, id, after, events_page); });
  };
  return subscription(std::make_unique<subscription::impl>(shared_->feed, how, read));
}

result<void> engine::drain(std::chrono::milliseconds timeout) {
  const auto pass = gate_->enter();
  if (!pass || stopped_) return stopped_error();
  pending<void> answer(*shared_);
  const std::uint64_t watcher = next_watcher_++;
  caf::anon_send(shared_->supervisor.get(), actors::watch_idle{watcher, std::exchange(answer.reply, {})});
  if (answer.future.wait_for(bounded(timeout)) == std::future_status::ready) return answer.future.get();
  caf::anon_send(shared_->supervisor.get(), actors::forget_watcher{watcher});
  return error{errc::timed_out, fmt::format("instances were still active after {} ms", timeout.count()), ""};
}

caf::actor engine::find_live(const std::string& uid) {
  pending<caf::actor> answer;
  caf::anon_send(shared_->supervisor.get(), actors::find_live{uid, std::exchange(answer.reply, {})});
  auto found = given(answer.future);
  return found ? *found : caf::actor();
}

// An executor that does not return has a thread that cannot be ended. The store is closed in any case; what such a
// thread may touch is left to it, and goes when it returns.
void engine::end_actors() {
  std::promise<void> done;
  auto ended = done.get_future();
  std::thread last([system = std::move(system_), config = std::move(config_), done = std::move(done)]() mutable {
    system->await_all_actors_done();
    system.reset();
    config.reset();
    done.set_value();
  });
  const bool is_quick = ended.wait_for(patience_of_stop) == std::future_status::ready;
  shared_->slot.close(); // waits for what the store is doing
  if (is_quick || ended.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return last.join();
  shared_->log("the store is closed; threads of executors that do not return are left behind");
  last.detach();
}

void engine::stop(std::chrono::milliseconds grace) {
  const auto pass = gate_->enter(); // who destroys the engine waits for whoever stops it
  if (stopped_.exchange(true) || !system_) return;
  shared_->stopping->store(true);
  shared_->room->close();
  pending<void> answer(*shared_);
  caf::anon_send(shared_->supervisor.get(), actors::stop_all{bounded(grace), std::exchange(answer.reply, {})});
  if (driver_ != nullptr) {
    (void)given(answer.future);
    driver_->run_until([this] { return system_->registry().running() == 0; });
    driver_->leave();
    system_.reset();
    shared_->slot.close();
  } else {
    (void)answer.future.wait_for(bounded(grace) + patience_of_stop);
    end_actors();
  }
  shared_->feed->close();
  if (listener_.joinable()) listener_.join();
}

} // namespace pawl::host
