// State and events to rows and back. What is written here must be readable by every later version: members of `detail`
// are added, never renamed.
#include "storage/codec.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace pawl::storage {
namespace {

using nlohmann::json;

// Stored text was checked when it came in; these limits only keep a hostile file from exhausting memory or stack.
constexpr core::json_limits stored_json_limits{std::size_t{256} << 20, 512, 20'000'000};

// Never throws: what is not UTF-8 is replaced.
std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::optional<std::string> text_if(const core::json_ptr& value) {
  return value ? std::optional(text_of(*value)) : std::nullopt;
}

error corrupt(std::string message, std::string where) { return {errc::corrupt, std::move(message), std::move(where)}; }

// ---- events -> step_row

const core::cursor* first_set_cursor(const core::state& s, const core::step& done) {
  return done.cursors_set.empty() ? nullptr : s.find(done.cursors_set.front());
}

// JSON has no such numbers, and a policy's expression may make them.
json number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

class event_encoder {
public:
  event_encoder(const core::workflow& w, const core::state& s, const core::step& done, step_row& row)
      : workflow_(w), state_(s), done_(done), row_(row) {}

  void operator()(const core::started& e) {
    if (e.payload) detail_["payload"] = *e.payload;
    if (e.step_limit) detail_["limit"] = *e.step_limit;
    if (e.signal) detail_["signal"] = signal_of(*e.signal);
    if (const core::cursor* c = first_set_cursor(state_, done_)) take_place(*c);
    row_.node = workflow_.nodes[e.node].id;
    finish();
  }
  void operator()(const core::node_succeeded& e) {
    take_attempt(e.of);
    for (const core::memory_change& m : e.memory)
      core::array_in(detail_, "memory").push_back(m.value ? json::array({m.name, *m.value}) : json::array({m.name}));
    finish();
  }
  void operator()(const core::node_failed& e) {
    take_attempt(e.of);
    row_.error = e.error;
    detail_["retry"] = e.retryable;
    detail_["max"] = number_text(e.max_attempts);
    detail_["delay"] = e.delay_ms;
    finish();
  }
  void operator()(const core::node_paused& e) {
    take_attempt(e.of);
    detail_["kind"] = static_cast<int>(e.kind);
    if (!e.reason.empty()) detail_["reason"] = e.reason;
    if (e.timer_ms) detail_["timer"] = *e.timer_ms;
    if (e.until) detail_["until"] = *e.until;
    if (e.node_state) detail_["state"] = *e.node_state;
    if (e.payload_schema) detail_["schema"] = *e.payload_schema;
    if (!e.signals.empty()) detail_["signals"] = e.signals;
    if (e.extends) detail_["extends"] = true;
    finish();
  }
  void operator()(const core::resumed& e) {
    if (const core::cursor* c = state_.find(e.cursor)) take_place(*c);
    row_.cursor = e.cursor;
    row_.visit = e.visit;
    if (e.payload) detail_["payload"] = *e.payload;
    if (e.step_limit) detail_["limit"] = *e.step_limit;
    finish();
  }
  void operator()(const core::timer_fired& e) {
    if (const core::cursor* c = state_.find(e.cursor)) take_place(*c);
    row_.cursor = e.cursor;
    row_.visit = e.visit;
  }
  void operator()(const core::signalled& e) {
    if (const core::cursor* c = first_set_cursor(state_, done_)) take_place(*c);
    detail_["signal"] = signal_of(e);
    finish();
  }
  void operator()(const core::cancelled& e) {
    if (!e.reason.empty()) detail_["reason"] = e.reason;
    if (e.terminate) detail_["terminate"] = true;
    detail_["grace"] = e.grace_ms;
    finish();
  }
  void operator()(const core::instance_timed_out& e) {
    detail_["grace"] = e.grace_ms;
    finish();
  }
  void operator()(const core::given_up& e) {
    take_attempt(e.of);
    if (!e.had_begun) detail_["begun"] = false;
    finish();
  }

private:
  static json signal_of(const core::signalled& e) {
    json signal{{"name", e.name}};
    if (e.payload) signal["payload"] = *e.payload;
    if (!e.key.empty()) signal["key"] = e.key;
    return signal;
  }
  void take_place(const core::cursor& c) {
    row_.cursor = c.id;
    row_.scope = c.scope;
    row_.node = workflow_.nodes[c.node].id;
    row_.visit = c.visit;
    row_.attempt = c.attempt();
  }
  void take_attempt(const core::attempt_ref& of) {
    if (const core::cursor* c = state_.find(of.cursor)) take_place(*c);
    if (done_.ended_without_result) take_place(*done_.ended_without_result);
    row_.cursor = of.cursor;
    row_.visit = of.visit;
    row_.attempt = of.attempt;
  }
  void finish() {
    if (!detail_.empty()) row_.detail = text_of(detail_);
  }

  const core::workflow& workflow_;
  const core::state& state_;
  const core::step& done_;
  step_row& row_;
  json detail_ = json::object();
};

// A result says itself where it belongs: its cursor may stand elsewhere by now.
void take_result(const core::workflow& w, const core::recorded_result& r, step_row& row) {
  row.is_result = true;
  row.node = w.nodes[r.node].id;
  row.cursor = r.cursor;
  row.scope = r.scope;
  row.visit = r.visit;
  row.attempt = r.attempt;
  if (!row.error && !r.error.empty()) row.error = r.error;
}

step_row encode_event(const core::workflow& w, const core::state& s, const core::event& e, const core::step& done,
                      std::optional<std::string> output_text) {
  step_row row;
  row.revision = s.revision;
  row.at = e.at;
  row.core_version = e.core_version;
  row.kind = static_cast<int>(e.what.index());
  std::visit(event_encoder(w, s, done, row), e.what);
  if (done.result) take_result(w, *done.result, row);
  row.handle = done.left_by;
  row.output = std::move(output_text);
  // What a timeout leaves behind has the output null, which is not the same as none.
  if (row.is_result && !row.error && std::holds_alternative<core::timer_fired>(e.what)) row.output = "null";
  row.note = done.note;
  return row;
}

// ---- state -> rows

// What is closing starts nothing after a restart: its timer is all that is left of it.
bool is_in_flight(const core::state& s) {
  if (has_ended(s.status) || s.closing) return false;
  for (const core::cursor& c : s.cursors)
    if (c.phase == core::phase::ready) return true;
  return false;
}

// A timer of an instance that has ended wakes nobody.
std::optional<timestamp_ms> wake_of(const core::state& s, core::timeline line) {
  return has_ended(s.status) ? std::nullopt : s.wake_at(line);
}

instance_row encode_header(const core::state& s) {
  instance_row h;
  h.revision = s.revision;
  h.version = s.version;
  h.status = s.status;
  h.in_flight = is_in_flight(s);
  h.next_cursor = s.next_cursor;
  h.next_scope = s.next_scope;
  h.steps = s.steps;
  h.step_limit = s.step_limit;
  h.updated_at = s.updated_at;
  h.last_started_at = s.last_started_at;
  h.execution_ms = s.execution_ms;
  h.retry_reason = s.retry_reason;
  h.step_limit_exceeded = s.step_limit_exceeded;
  h.wake_at = wake_of(s, core::timeline::steady);
  h.wake_on = wake_of(s, core::timeline::calendar);
  return h;
}

cursor_row encode_cursor(const core::workflow& w, const core::cursor& c) {
  cursor_row row;
  row.cursor = c.id;
  row.node = w.nodes[c.node].id;
  row.visit = c.visit;
  row.scope = c.scope;
  row.phase = static_cast<int>(c.phase);
  row.key = c.key;
  if (c.wait) {
    row.wait_kind = static_cast<int>(c.wait->kind);
    row.wait_reason = c.wait->reason;
    row.wait_since = c.wait->since;
    row.wait_order = c.wait->order;
    if (!c.wait->signals.empty()) row.wait_signals = text_of(c.wait->signals);
  }
  if (c.retry) {
    row.retry_attempts = c.retry->attempts;
    row.retry_at = c.retry->next_at;
  }
  row.payload = text_if(c.payload);
  row.node_state = text_if(c.node_state);
  row.payload_schema = text_if(c.payload_schema);
  row.timer_fired = c.timer_fired;
  row.signal = c.signal;
  if (c.deadline) row.deadline = timer_row{0, c.deadline->due_at, c.deadline->duration_ms, c.deadline->line};
  return row;
}

constexpr core::cursor_id timer_of_instance = 0; ///< in the place of a cursor: they count from 1

void encode_cursors(const core::workflow& w, const core::state& s, const core::step& done, step_write& rows) {
  for (const core::cursor_id id : done.cursors_set) {
    const core::cursor* c = s.find(id);
    if (c == nullptr) continue;
    rows.cursors_set.push_back(encode_cursor(w, *c));
    if (c->timer) rows.timers_set.push_back({id, c->timer->due_at, c->timer->duration_ms, c->timer->line});
  }
  rows.cursors_gone = done.cursors_gone;
  for (const core::cursor_id id : done.timers_gone)
    if (const core::cursor* c = s.find(id); c == nullptr || !c->timer) rows.timers_gone.push_back(id);
}

void encode_closing(const core::state& s, const core::step& done, step_write& rows) {
  if (done.began_closing && s.closing) rows.closing_set = closing_row{s.closing->end, s.closing->reason};
  if (!done.instance_timer_changed) return;
  if (s.timer)
    rows.timers_set.push_back({timer_of_instance, s.timer->due_at, s.timer->duration_ms});
  else
    rows.timers_gone.push_back(timer_of_instance);
}

void encode_memories(const core::workflow& w, const core::step& done, step_write& rows) {
  for (const core::memory& m : done.memories_set)
    rows.memories_set.push_back({m.scope, w.nodes[m.node].id, m.name, text_if(m.value)});
}

void encode_signals(const core::state& s, const core::step& done, step_write& rows) {
  for (const core::buffered_signal& b : s.signals)
    if (std::find(done.signals_set.begin(), done.signals_set.end(), b.number) != done.signals_set.end())
      rows.signals_set.push_back({b.number, b.at, b.name, text_if(b.payload)});
  rows.signals_gone = done.signals_gone;
  rows.signal_keys_set = done.signal_keys_set;
}

// ---- rows -> state

bool is_list_of_texts(const json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_string(); });
}

// One decoding; the first fault stays.
class state_decoder {
public:
  state_decoder(const core::workflow& w, const loaded_instance& rows) : workflow_(w), rows_(rows) {}

  result<core::state> decode() {
    take_header();
    state_.visits.assign(workflow_.nodes.size(), 0);
    for (const visit_row& v : rows_.visits)
      take_visit(v);
    for (const cursor_row& c : rows_.cursors)
      take_cursor(c);
    for (const timer_row& t : rows_.timers)
      take_timer(t);
    for (const memory_row& m : rows_.memories)
      take_memory(m);
    for (const signal_row& s : rows_.signals)
      take_signal(s);
    take_closing();
    sort_memories();
    check_marks();
    if (fault_) return *fault_;
    return std::move(state_);
  }

private:
  void fail(std::string message) {
    if (!fault_) fault_ = corrupt(std::move(message), rows_.uid);
  }

  std::optional<core::node_index> node(const std::string& name, const char* of_what) {
    const auto found = workflow_.index.find(name);
    if (found != workflow_.index.end()) return found->second;
    fail(fmt::format("a stored {} names the node '{}', which the definition lacks", of_what, name));
    return std::nullopt;
  }

  core::json_ptr parsed(const std::optional<std::string>& text, const char* what) {
    if (!text) return nullptr;
    auto value = core::parse_json(*text, what, stored_json_limits);
    if (value) return core::share(*std::move(value));
    fail(value.failure().message);
    return nullptr;
  }

  void take_header() {
    const instance_row& h = rows_.header;
    const int status = static_cast<int>(h.status);
    if (status < 0 || status > static_cast<int>(instance_status::quarantined))
      fail(fmt::format("the stored status {} means nothing", status));
    state_.instance_id = rows_.uid;
    state_.key_seed = rows_.key_seed;
    state_.revision = h.revision;
    state_.version = h.version;
    state_.status = h.status;
    state_.next_cursor = h.next_cursor;
    state_.next_scope = h.next_scope;
    state_.steps = h.steps;
    state_.step_limit = h.step_limit;
    state_.created_at = rows_.created_at;
    state_.updated_at = h.updated_at;
    state_.last_started_at = h.last_started_at;
    state_.execution_ms = h.execution_ms;
    state_.retry_reason = h.retry_reason;
    state_.step_limit_exceeded = h.step_limit_exceeded;
  }

  void take_visit(const visit_row& v) {
    if (const auto index = node(v.node, "visit count")) state_.visits[*index] = v.count;
  }

  void take_cursor(const cursor_row& row) {
    const auto index = node(row.node, "cursor");
    if (!index) return;
    if (row.phase < 0 || row.phase > static_cast<int>(core::phase::failed))
      return fail(fmt::format("cursor {}: the stored phase {} means nothing", row.cursor, row.phase));
    if (!state_.cursors.empty() && state_.cursors.back().id >= row.cursor)
      return fail(fmt::format("cursor {}: stored out of order", row.cursor));
    core::cursor c;
    c.id = row.cursor;
    c.node = *index;
    c.visit = row.visit;
    c.scope = row.scope;
    c.phase = static_cast<core::phase>(row.phase);
    c.key = row.key;
    take_wait(row, c);
    if (row.retry_attempts != 0) c.retry = core::retry_state{row.retry_attempts, row.retry_at};
    c.payload = parsed(row.payload, "stored payload");
    c.node_state = parsed(row.node_state, "stored node state");
    c.payload_schema = parsed(row.payload_schema, "stored payload schema");
    c.timer_fired = row.timer_fired;
    c.signal = row.signal;
    if (row.deadline)
      c.deadline = core::timer_state{row.deadline->due_at, row.deadline->duration_ms, row.deadline->line};
    state_.cursors.push_back(std::move(c));
  }

  void take_wait(const cursor_row& row, core::cursor& c) {
    // Elsewhere the wait is looked into without asking whether there is one.
    if ((c.phase == core::phase::waiting) != row.wait_kind.has_value())
      return fail(fmt::format("cursor {}: its phase and its wait contradict each other", row.cursor));
    if (!row.wait_kind) return;
    if (*row.wait_kind < 0 || *row.wait_kind > static_cast<int>(wait_kind::signal))
      return fail(fmt::format("cursor {}: the stored wait {} means nothing", row.cursor, *row.wait_kind));
    c.wait =
        core::wait_state{static_cast<wait_kind>(*row.wait_kind), row.wait_reason, row.wait_since, row.wait_order, {}};
    const auto names = parsed(row.wait_signals, "stored list of signals");
    if (!names) return;
    if (!is_list_of_texts(*names)) return fail(fmt::format("cursor {}: the stored signals are no list", row.cursor));
    c.wait->signals = names->get<std::vector<std::string>>();
  }

  void take_signal(const signal_row& row) {
    if (!state_.signals.empty() && state_.signals.back().number >= row.number)
      return fail(fmt::format("signal {}: stored out of order", row.number));
    state_.signals.push_back({row.number, row.name, row.at, parsed(row.payload, "stored payload of a signal"),
                              row.payload ? row.payload->size() : 0});
  }

  void take_closing() {
    if (!rows_.closing) return;
    const closing_row& row = *rows_.closing;
    if (row.end != instance_status::cancelled && row.end != instance_status::failed)
      return fail(fmt::format("the stored end {} means nothing", static_cast<int>(row.end)));
    state_.closing = core::closing_state{row.end, row.reason};
  }

  void take_timer(const timer_row& row) {
    if (row.cursor == timer_of_instance) {
      state_.timer = core::timer_state{row.due_at, row.duration_ms};
      return;
    }
    core::cursor* c = state_.find(row.cursor);
    if (c == nullptr) return fail(fmt::format("a timer is stored for cursor {}, which is gone", row.cursor));
    c->timer = core::timer_state{row.due_at, row.duration_ms, row.line};
  }

  void take_memory(const memory_row& row) {
    const auto index = node(row.node, "memory");
    if (!index) return;
    if (!row.value) return fail("a stored memory has no value");
    state_.memories.push_back({row.scope, *index, row.name, parsed(row.value, "stored memory")});
  }

  // The rows come by the nodes' names, the state keeps them by the nodes' numbers.
  void sort_memories() {
    std::sort(state_.memories.begin(), state_.memories.end(), [](const core::memory& a, const core::memory& b) {
      return std::tie(a.scope, a.node, a.name) < std::tie(b.scope, b.node, b.name);
    });
  }

  void check_marks() {
    if (fault_) return;
    if (rows_.header.in_flight != is_in_flight(state_)) fail("the stored in-flight mark contradicts the cursors");
    if (rows_.header.wake_at != wake_of(state_, core::timeline::steady) ||
        rows_.header.wake_on != wake_of(state_, core::timeline::calendar))
      fail("the stored waking time contradicts the timers");
  }

  const core::workflow& workflow_;
  const loaded_instance& rows_;
  core::state state_;
  std::optional<error> fault_;
};

// ---- step_row -> event

class event_decoder {
public:
  event_decoder(const core::workflow& w, const step_row& row) : workflow_(w), row_(row) {}

  result<core::event> decode() {
    if (row_.core_version > core::core_version)
      return corrupt(fmt::format("the step was made by a newer version ({}) of the rules", row_.core_version), where());
    if (auto ok = parse_detail(); !ok) return ok.failure();
    core::event e{row_.at, content(), row_.core_version};
    if (fault_) return *fault_;
    return e;
  }

private:
  std::string where() const { return fmt::format("revision {}", row_.revision); }

  void fail(const char* message) {
    if (!fault_) fault_ = corrupt(message, where());
  }

  result<void> parse_detail() {
    detail_ = json::object();
    if (!row_.detail) return {};
    auto parsed = core::parse_json(*row_.detail, "stored event", stored_json_limits);
    if (!parsed) return corrupt(parsed.failure().message, where());
    if (!parsed->is_object()) return corrupt("the stored event is no JSON object", where());
    detail_ = *std::move(parsed);
    return {};
  }

  core::event_content content() {
    switch (row_.kind) {
      case 0: return started();
      case 1: return succeeded();
      case 2: return failed();
      case 3: return paused();
      case 4: return core::resumed{row_.cursor, row_.visit, member("payload"), integer_if("limit")};
      case 5: return core::timer_fired{row_.cursor, row_.visit};
      case 6: return signal_in_detail().value_or(core::signalled{});
      case 7: return core::cancelled{text_if("reason"), flag("terminate", false), integer_if("grace").value_or(0)};
      case 8: return core::instance_timed_out{integer_if("grace").value_or(0)};
      case 9: return core::given_up{attempt(), flag("begun", true)};
      default: fail("the stored kind of event means nothing"); return core::timer_fired{};
    }
  }

  core::attempt_ref attempt() const { return {row_.cursor, row_.visit, row_.attempt}; }

  core::event_content started() {
    const auto node = workflow_.index.find(row_.node);
    if (node == workflow_.index.end()) fail("the stored start names a node that the definition lacks");
    core::started e{node == workflow_.index.end() ? 0 : node->second, member("payload"), integer_if("limit"), {}};
    if (detail_.contains("signal")) e.signal = signal_in_detail();
    return e;
  }

  std::optional<core::signalled> signal_in_detail() {
    const auto found = detail_.find("signal");
    const auto text = [&](const char* name) {
      const auto at = found->find(name);
      return at != found->end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    if (found == detail_.end() || !found->is_object() || text("name").empty()) {
      fail("the stored signal has no name");
      return std::nullopt;
    }
    const auto payload = found->find("payload");
    return core::signalled{text("name"), payload == found->end() ? nullptr : core::share(std::move(*payload)),
                           text("key")};
  }

  core::event_content succeeded() {
    core::node_succeeded e{attempt(), row_.handle, {}};
    const auto changes = detail_.find("memory");
    if (changes == detail_.end()) return e;
    if (!changes->is_array()) fail("the stored memory is no list");
    for (auto& m : *changes) {
      const bool well_formed = m.is_array() && (m.size() == 1 || m.size() == 2) && m[0].is_string();
      if (!well_formed) {
        fail("the stored memory is malformed");
        break;
      }
      e.memory.push_back({m[0].get<std::string>(), m.size() == 2 ? core::share(std::move(m[1])) : nullptr});
    }
    return e;
  }

  core::event_content failed() {
    if (!row_.error) fail("the stored failure has no error");
    core::node_failed e;
    e.of = attempt();
    e.error = row_.error.value_or("");
    const auto retryable = detail_.find("retry");
    if (retryable == detail_.end() || !retryable->is_boolean())
      fail("the stored failure does not say whether to retry");
    else
      e.retryable = retryable->get<bool>();
    e.max_attempts = policy_number("max");
    e.delay_ms = integer_if("delay").value_or(0);
    return e;
  }

  core::event_content paused() {
    const auto kind = integer_if("kind");
    if (!kind || *kind < 0 || *kind > static_cast<int>(wait_kind::signal)) {
      fail("the stored pause does not say for what");
      return core::timer_fired{};
    }
    core::node_paused e;
    e.of = attempt();
    e.kind = static_cast<wait_kind>(*kind);
    const auto reason = detail_.find("reason");
    if (reason != detail_.end() && reason->is_string()) e.reason = reason->get<std::string>();
    e.timer_ms = integer_if("timer");
    e.until = integer_if("until");
    e.extends = flag("extends", false);
    e.node_state = member("state");
    e.payload_schema = member("schema");
    if (const auto names = detail_.find("signals"); names != detail_.end()) {
      if (is_list_of_texts(*names))
        e.signals = names->get<std::vector<std::string>>();
      else
        fail("the stored signals are no list");
    }
    return e;
  }

  core::json_ptr member(const char* name) {
    const auto found = detail_.find(name);
    return found == detail_.end() ? nullptr : core::share(std::move(*found));
  }

  std::optional<std::int64_t> integer_if(const char* name) {
    const auto found = detail_.find(name);
    if (found == detail_.end()) return std::nullopt;
    if (!found->is_number_integer()) fail("a stored number is no whole number");
    return found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
  }

  std::string text_if(const char* name) const {
    const auto found = detail_.find(name);
    return found != detail_.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  bool flag(const char* name, bool otherwise) const {
    const auto found = detail_.find(name);
    return found != detail_.end() && found->is_boolean() ? found->get<bool>() : otherwise;
  }

  double policy_number(const char* name) {
    const auto found = detail_.find(name);
    if (found != detail_.end() && found->is_number()) return found->get<double>();
    if (found != detail_.end() && *found == "inf") return HUGE_VAL;
    if (found != detail_.end() && *found == "-inf") return -HUGE_VAL;
    if (found != detail_.end() && *found == "nan") return std::nan("");
    fail("the stored failure lacks its policy");
    return 0;
  }

  const core::workflow& workflow_;
  const step_row& row_;
  json detail_;
  std::optional<error> fault_;
};

} // namespace

step_write encode_step(const core::workflow& w, const core::state& s, const core::event& e, const core::step& done,
                       std::optional<std::string> output_text) {
  step_write rows;
  rows.header = encode_header(s);
  rows.step = encode_event(w, s, e, done, std::move(output_text));
  encode_cursors(w, s, done, rows);
  encode_memories(w, done, rows);
  encode_signals(s, done, rows);
  encode_closing(s, done, rows);
  for (const core::node_index node : done.visits_set)
    rows.visits_set.push_back({w.nodes[node].id, s.visits[node]});
  return rows;
}

result<json> read_stored(const std::string& text, const char* what) {
  auto value = core::parse_json(text, what, stored_json_limits);
  if (!value) return corrupt(value.failure().message, value.failure().where);
  return value;
}

result<std::map<std::string, std::string>> schedule_labels(const schedule_row& row) {
  std::map<std::string, std::string> labels;
  if (row.labels.empty() || !row.unreadable.empty()) return labels;
  const auto stored = read_stored(row.labels, "a schedule's labels");
  if (!stored) return stored.failure();
  if (!stored->is_object()) return corrupt("the labels of the schedule are no object", row.id);
  for (const auto& [name, value] : stored->items()) {
    if (!value.is_string()) return corrupt("a label of the schedule is no text", row.id);
    labels[name] = value.get<std::string>();
  }
  return labels;
}

result<core::state> decode_state(const core::workflow& w, const loaded_instance& rows) {
  return state_decoder(w, rows).decode();
}

result<core::event> decode_event(const core::workflow& w, const step_row& row) {
  return event_decoder(w, row).decode();
}

} // namespace pawl::storage
