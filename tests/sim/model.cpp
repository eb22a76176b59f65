// Reads the history of one instance row by row and says what is out of order: the life of a chain of nodes.
#include "tests/sim/model.hpp"

#include <algorithm>

namespace pawl::sim {
namespace {

using nlohmann::json;
using storage::step_row;

enum kind {
  was_started,
  has_succeeded,
  has_failed,
  has_paused,
  was_resumed,
  timer_fired,
  was_signalled,
  was_cancelled,
  has_timed_out,
  was_given_up
}; // as core::event_content

const char* name_of(int k) {
  constexpr const char* names[] = {
      "started",   "succeeded",          "failed",  "paused", "resumed", "timer_fired", "signalled",
      "cancelled", "instance_timed_out", "given_up"};
  return names[k];
}

bool names(const stage& s, const std::string& signal) {
  const auto all = s.signals();
  return std::find(all.begin(), all.end(), signal) != all.end();
}

} // namespace

model::model(const plan& of, const script& deeds, std::string uid, std::size_t items,
             const std::map<std::string, payloads>& given, const sent_signals& sent, const asked_ends& ends)
    : of_(of), deeds_(deeds), uid_(std::move(uid)), items_(items), given_(given), sent_(sent), ends_(ends) {}

std::string place_of(const std::string& node, std::int64_t visit, std::int64_t attempt, bool timer_fired) {
  return node + " visit " + std::to_string(visit) + " attempt " + std::to_string(attempt) +
         (timer_fired ? " after its timer" : "");
}

const std::string& model::node() const {
  thread_local std::string body;
  if (!in_body_) return here()->id;
  return body = here()->body();
}

void model::wrong(const step_row& row, const std::string& what) {
  problems_.push_back(uid_ + ": revision " + std::to_string(row.revision) + " (" + name_of(row.kind) + " " + row.node +
                      " visit " + std::to_string(row.visit) + " attempt " + std::to_string(row.attempt) + "): " + what);
}

void model::take(const step_row& row) {
  if (!problems_.empty()) return; // what follows the first fault means nothing
  if (row.revision != revision_ + 1) return wrong(row, "revision " + std::to_string(revision_ + 1) + " is missing");
  if (row.at.engine < at_) return wrong(row, "its time lies before the one of the step before");
  revision_ = row.revision;
  if (row.kind == was_started) {
    started(row);
  } else if (doing_ == doing::ended) {
    wrong(row, "the instance had ended");
  } else if (row.kind == was_signalled) {
    signalled(row);
  } else if (row.kind == was_cancelled) {
    cancelled(row);
  } else if (row.kind == has_timed_out) {
    instance_timed_out(row);
  } else if (row.node != node() || row.visit != visits_[node()]) {
    wrong(row, "it is at " + node() + " visit " + std::to_string(visits_[node()]));
  } else if (row.kind == has_succeeded) {
    succeeded(row);
  } else if (row.kind == has_failed) {
    rests_since_ = row.at.steady;
    failed(row);
  } else if (row.kind == has_paused) {
    rests_since_ = row.at.steady;
    paused(row);
  } else if (row.kind == was_given_up) {
    given_up(row);
  } else if (row.kind == was_resumed) {
    resumed(row);
  } else {
    fired(row);
  }
  at_ = row.at.engine;
}

void model::started(const step_row& row) {
  if (std::exchange(is_started_, true)) return wrong(row, "it had started");
  started_at_ = row.at.steady;
  enter(0);
}

void model::enter(std::size_t place) {
  if (closing_) return end_closed();
  place_ = place;
  in_body_ = false;
  item_ = 0;
  if (here() != nullptr) return enter_node();
  doing_ = doing::ended;
  expected_ = instance_status::completed;
}

void model::enter_node() {
  if (closing_) return end_closed();
  ++visits_[node()];
  failures_ = 0;
  slept_ = payload_came_ = false;
  doing_ = doing::running;
}

void model::fail_instance() {
  doing_ = doing::ended;
  expected_ = instance_status::failed;
}

void model::same_output(const step_row& row, const json& expected) {
  if (!row.output || json::parse(*row.output) != expected)
    wrong(row, fmt::format("its output is {} and not {}", row.output.value_or("undefined"), expected.dump()));
}

void model::succeeded(const step_row& row) {
  if (doing_ != doing::running) return wrong(row, "no attempt was due");
  const stage& s = *here();
  if (in_body_) {
    same_output(row, deeds_.output_of(uid_, s.body(), row.visit));
    in_body_ = false;
    return enter_node();
  }
  if (s.kind == stage_kind::loop) return iterated(row);
  if (s.kind == stage_kind::ask) return answered(row);
  if (s.kind == stage_kind::hear) return heard(row);
  if (row.attempt != failures_ + 1) return wrong(row, std::to_string(failures_) + " attempts have failed");
  if ((s.kind == stage_kind::nap || s.kind == stage_kind::date) && !slept_) return wrong(row, "it did not sleep");
  const deed did = deeds_.deed_of(s, uid_, row.visit, row.attempt);
  if (did != deed::succeed && did != deed::twice) return wrong(row, std::string("this attempt ") + name_of(did));
  same_output(row, s.kind == stage_kind::date ? json{{"until", until_}} : deeds_.output_of(uid_, s.id, row.visit));
  enter(place_ + 1);
}

void model::iterated(const step_row& row) {
  if (item_ == items_) {
    same_output(row, {{"count", items_}});
    return enter(place_ + 1);
  }
  same_output(row, {{"item", item_}, {"index", item_}});
  ++item_;
  in_body_ = true;
  enter_node();
}

void model::answered(const step_row& row) {
  if (!payload_came_) return wrong(row, "no payload came");
  const auto given = given_.find(node());
  const json output = row.output ? json::parse(*row.output) : json();
  if (given == given_.end() ||
      std::find(given->second.given.begin(), given->second.given.end(), output) == given->second.given.end())
    return wrong(row, "nobody gave this payload");
  if (given->second.acknowledged && *given->second.acknowledged != output)
    return wrong(row, "another payload was acknowledged");
  enter(place_ + 1);
}

void model::failed(const step_row& row) {
  const stage& s = *here();
  if (doing_ != doing::running) return wrong(row, "no attempt was due");
  if (row.attempt != failures_ + 1) return wrong(row, std::to_string(failures_) + " attempts have failed");
  const deed did = in_body_ ? deed::succeed : deeds_.deed_of(s, uid_, row.visit, row.attempt);
  const bool too_late =
      s.kind == stage_kind::later && s.time_ms > 0 && row.error && row.error->rfind("Timeout", 0) == 0;
  if (!too_late && did != deed::fail && did != deed::fail_for_good && did != deed::throw_)
    return wrong(row, std::string("this attempt ") + sim::name_of(did) + ", and it says " + row.error.value_or(""));
  ++failures_;
  if (closing_) return end_closed();
  const bool is_final = (did == deed::fail_for_good && !too_late) || failures_ > s.retries_max;
  if (!is_final)
    doing_ = doing::retrying;
  else if (s.goes_on && place_ + 1 < of_.stages.size())
    enter(place_ + 1);
  else
    fail_instance();
}

void model::paused(const step_row& row) {
  const stage& s = *here();
  const bool may = doing_ == doing::running && !slept_ && !payload_came_ &&
                   (s.kind == stage_kind::nap || s.kind == stage_kind::date || s.kind == stage_kind::ask ||
                    s.kind == stage_kind::hear);
  if (!may) return wrong(row, "it had no reason to pause");
  if (closing_) return end_closed();
  if (s.kind == stage_kind::hear && hear_kept()) return;
  if (s.kind == stage_kind::date) until_ = row.detail ? json::parse(*row.detail).value("until", until_) : until_;
  doing_ = doing::pausing;
}

// The oldest that came before the wait ends it at once.
bool model::hear_kept() {
  const auto first =
      std::find_if(kept_.begin(), kept_.end(), [&](const auto& key) { return names(*here(), sent_.at(key).name); });
  if (first == kept_.end()) return false;
  taken_ = *first;
  kept_.erase(first);
  payload_came_ = true;
  return true;
}

void model::signalled(const step_row& row) {
  const json detail = row.detail ? json::parse(*row.detail).value("signal", json::object()) : json::object();
  const std::string key = detail.value("key", "");
  const auto sent = sent_.find(key);
  if (sent == sent_.end()) return wrong(row, "nobody sent the signal " + key);
  if (detail.value("name", "") != sent->second.name || detail.value("payload", json()) != sent->second.payload)
    return wrong(row, "the signal " + key + " is not the one that was sent");
  if (closing_) return wrong(row, "the instance was being ended");
  if (++came_[key] > 1) return wrong(row, "the signal " + key + " came a second time");
  const bool is_awaited =
      doing_ == doing::pausing && here()->kind == stage_kind::hear && names(*here(), sent->second.name);
  if (!is_awaited) return kept_.push_back(key);
  taken_ = key;
  payload_came_ = true;
  doing_ = doing::running;
}

void model::heard(const step_row& row) {
  if (!payload_came_) return wrong(row, "no signal came");
  const sent_signal& taken = sent_.at(taken_);
  same_output(row, here()->hears_two ? json{{"signal", taken.name}, {"payload", taken.payload}} : taken.payload);
  enter(place_ + 1);
}

void model::resumed(const step_row& row) {
  const bool may = doing_ == doing::retrying || (doing_ == doing::pausing && here()->kind == stage_kind::ask);
  if (!may) return wrong(row, "it did not wait for anybody");
  payload_came_ = doing_ == doing::pausing;
  doing_ = doing::running;
}

void model::fired(const step_row& row) {
  const stage& s = *here();
  const bool is_retry = doing_ == doing::retrying;
  if (!is_retry && (doing_ != doing::pausing || s.time_ms == 0)) return wrong(row, "it had no timer");
  const std::int64_t wanted_ms = is_retry ? s.retry_ms : s.time_ms;
  if (is_early(row, wanted_ms)) return wrong(row, "too early: " + std::to_string(wanted_ms) + " ms were due");
  if (!is_retry && (s.kind == stage_kind::ask || s.kind == stage_kind::hear)) return timed_out();
  slept_ = !is_retry;
  doing_ = doing::running;
}

bool model::is_early(const step_row& row, std::int64_t wanted_ms) {
  if (here()->kind == stage_kind::date) return row.at.calendar < until_;
  return row.at.steady < rests_since_ + wanted_ms;
}

void model::timed_out() {
  const auto given = given_.find(node());
  if (given != given_.end() && given->second.acknowledged)
    problems_.push_back(uid_ + ": " + node() + " timed out, although its payload was acknowledged");
  if (place_ + 1 < of_.stages.size())
    enter(place_ + 1);
  else
    fail_instance();
}

// What waits ends at once; what runs may answer.
void model::close(instance_status end, std::int64_t until) {
  closing_ = end;
  grace_until_ = until;
  if (doing_ != doing::running) end_closed();
}

void model::end_closed() {
  doing_ = doing::ended;
  expected_ = *closing_;
}

void model::cancelled(const step_row& row) {
  const json detail = row.detail ? json::parse(*row.detail) : json::object();
  const auto asked = ends_.terminates.find(detail.value("reason", ""));
  if (asked == ends_.terminates.end()) return wrong(row, "nobody asked for this");
  const bool terminates = detail.value("terminate", false);
  if (terminates != asked->second) return wrong(row, "whether it is terminated differs from what was asked");
  if (closing_ && !terminates) return wrong(row, "it was being ended already");
  const bool runs = doing_ == doing::running;
  if (row.is_result != (runs && terminates)) return wrong(row, "whether it gives an attempt up is wrong");
  if (row.is_result && row.error.value_or("").rfind("Unknown: ", 0) != 0) return wrong(row, "it knows the outcome");
  close(closing_.value_or(instance_status::cancelled), row.at.steady + (terminates ? 0 : grace_ms));
  if (terminates) end_closed();
}

void model::instance_timed_out(const step_row& row) {
  if (of_.timeout_ms == 0) return wrong(row, "it has no timeout");
  if (closing_) return wrong(row, "it was being ended already");
  if (row.at.steady < started_at_ + of_.timeout_ms) return wrong(row, "its timeout was not over");
  close(instance_status::failed, row.at.steady + grace_ms);
}

void model::given_up(const step_row& row) {
  if (!closing_) return wrong(row, "nobody ends the instance");
  if (doing_ != doing::running || row.attempt != failures_ + 1) return wrong(row, "this attempt was not under way");
  if (!row.is_result && ends_.begun.count(place_of(row.node, row.visit, row.attempt, slept_)) != 0)
    return wrong(row, "it says that the attempt had not begun, and it had");
  if (row.is_result && row.error.value_or("").rfind("Unknown: ", 0) != 0) return wrong(row, "it knows the outcome");
  if (row.is_result && row.at.steady < grace_until_ && !ends_.attempts_may_die)
    return wrong(row, "the grace was not over: " + row.error.value_or("") + " at " + std::to_string(row.at.steady) +
                          ", until " + std::to_string(grace_until_));
  end_closed();
}

void model::end(instance_status status) {
  if (!problems_.empty()) return;
  if (ends_.is_acknowledged && !closing_) problems_.push_back(uid_ + ": its cancellation was acknowledged and is lost");
  for (const auto& [key, signal] : sent_)
    if (signal.is_acknowledged && came_[key] == 0)
      problems_.push_back(uid_ + ": the signal " + key + " was acknowledged and is lost");
  if (doing_ != doing::ended)
    problems_.push_back(uid_ + ": its history ends at " + node() + " visit " + std::to_string(visits_[node()]) +
                        ", after revision " + std::to_string(revision_) + ", status " + to_string(status));
  else if (status != expected_)
    problems_.push_back(uid_ + ": it is " + to_string(status) + " and should be " + to_string(expected_));
}

} // namespace pawl::sim
