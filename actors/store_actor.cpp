// Group commit: one transaction for whatever has arrived while the last one ran, and only then the answers.
#include "actors/store_actor.hpp"

#include "actors/threads.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace pawl::actors {
namespace {

constexpr std::size_t batch_max = 4096;
/// A thread that sleeps wakes late. After a small commit the next step of the same instances follows within this time.
constexpr auto linger_max = std::chrono::microseconds(80);
constexpr std::size_t linger_batch_max = 4;
/// Between two pieces of the look at the file: at least this, and nine times what the last piece took.
constexpr auto check_pause = std::chrono::milliseconds(10);
constexpr int check_pause_factor = 9;
constexpr auto idle_pause = std::chrono::seconds(1); ///< without a write: the log is emptied

// Only what concerns the whole store: a row that is corrupt is the fault of one instance.
bool is_fatal(const error& e) { return e.code == errc::storage; }

bool is_refusal_for_now(const error& e) {
  return e.code == errc::disk_full || e.code == errc::busy || e.code == errc::access;
}

error no_store() { return {errc::storage, "the store is not open", ""}; }

} // namespace

store_actor::store_actor(caf::actor_config& config, services_ptr shared)
    : caf::event_based_actor(config), shared_(std::move(shared)) {}

caf::behavior store_actor::make_behavior() {
  anon_send(this, clean_up{}); // what an earlier owner did not get to
  return {
      [this](const write_change& request) { gather(request); },
      [this](const flush_batch&) { commit_batch(); },
      [this](const save_clock&) { commit_batch(); },
      [this](const linger& l) {
        if (batch_.empty() && std::chrono::steady_clock::now() < l.until) anon_send(this, l);
      },
      [this](const note_idle& since) {
        watches_idle_ = false;
        if (since.writes != writes_) return watch_idle();
        if (checkpoint(0)) anon_send(this, clean_up{}); // there may be room now
      },
      [this](const clean_up& request) {
        if (!request.goes_on && !std::exchange(is_checking_, true)) check_piece();
        if (is_cleaning_ && !request.goes_on) return;
        is_cleaning_ = false;
        clean_up_piece();
      },
      [this](const check_file&) { check_piece(); },
      [this](const use_store& request) {
        if (request.after_writes && !commit_batch()) return; // it quits: who asked starts anew
        (void)shared_->slot.use(request.task);
        (void)halts();
      },
  };
}

void store_actor::on_exit() {
  waiting_.clear();
  shared_.reset();
}

// A broken rule fails its instance, which starts anew from the store: never the batch, never the process.
void store_actor::gather(const write_change& request) {
  if (const char* broken = storage::broken_rule(*request.what)) {
    const error refused{errc::internal, std::string("a change was refused because its rows break a rule: ") + broken,
                        ""};
    shared_->log(to_string(refused));
    return anon_send(request.from, write_done{refused});
  }
  if (batch_.empty()) anon_send(this, flush_batch{});
  batch_.push_back(std::move(*request.what));
  waiting_.push_back(request.from);
  if (batch_.size() >= batch_max) commit_batch();
}

// No step that knows of a clock that was set is committed without that.
void store_actor::gather_offsets() {
  const auto offsets = shared_->time.unsaved();
  if (!offsets) return;
  batch_.emplace_back(storage::clock_write{*offsets});
  waiting_.emplace_back();
}

bool store_actor::commit_batch() {
  gather_offsets();
  if (batch_.empty()) return true;
  std::vector<result<storage::written>> outcomes;
  (void)shared_->slot.use([&](storage::store& store) { outcomes = store.write(batch_); });
  outcomes.resize(batch_.size(), result<storage::written>(no_store()));
  if (halts()) return false; // nobody is answered: all callers hear why
  bool broken = false;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    broken |= !outcomes[i] && is_fatal(outcomes[i].failure());
    if (waiting_[i])
      anon_send(waiting_[i], write_done{outcomes[i]});
    else if (outcomes[i])
      shared_->time.saved(std::get<storage::clock_write>(batch_[i]).offsets);
  }
  tell_change_of_mind(outcomes);
  const bool is_small = batch_.size() <= linger_batch_max;
  batch_.clear();
  waiting_.clear();
  if (broken) {
    quit(caf::exit_reason::unhandled_exception);
    return false;
  }
  if (!checkpoint(shared_->checkpoint_wal_bytes)) return false;
  ++writes_;
  watch_idle();
  if (is_small && may_have_threads(system())) anon_send(this, linger{std::chrono::steady_clock::now() + linger_max});
  return true;
}

// One line for the store, not one for each instance that keeps what it refuses.
void store_actor::tell_change_of_mind(const std::vector<result<storage::written>>& outcomes) {
  const auto refused = std::find_if(outcomes.begin(), outcomes.end(),
                                    [](const auto& o) { return !o && is_refusal_for_now(o.failure()); });
  const bool refuses = refused != outcomes.end();
  const bool takes = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.has_value(); });
  if (refuses && !refuses_)
    shared_->log("the store takes no changes for now; what is finished is kept and offered again: " +
                 to_string(refused->failure()));
  if (!refuses && takes && refuses_) shared_->log("the store takes changes again");
  if (refuses || takes) refuses_ = refuses;
}

// Beside the work: most of the time is everybody else's.
void store_actor::check_piece() {
  const auto begin = std::chrono::steady_clock::now();
  result<bool> is_more = false;
  (void)shared_->slot.use([&](storage::store& store) { is_more = store.check_piece(); });
  if (halts()) return;
  if (!is_more) {
    shared_->log("checking the file: " + to_string(is_more.failure()));
    return quit(caf::exit_reason::unhandled_exception); // it goes on there once the store was opened anew
  }
  is_checking_ = *is_more;
  const auto took = std::chrono::steady_clock::now() - begin;
  if (*is_more) delayed_anon_send(this, std::max<caf::timespan>(check_pause, check_pause_factor * took), check_file{});
}

bool store_actor::halts() {
  std::optional<error> why;
  (void)shared_->slot.use([&](storage::store& store) { why = store.halted(); });
  if (!why) return false;
  shared_->halt(*why);
  quit(caf::exit_reason::unhandled_exception);
  return true;
}

// Between two pieces comes whatever has arrived meanwhile.
void store_actor::clean_up_piece() {
  result<bool> is_more = false;
  (void)shared_->slot.use([&](storage::store& store) { is_more = store.clean_up(); });
  if (!is_more) {
    if (halts()) return;
    shared_->log("erasing removed instances: " + to_string(is_more.failure()));
    if (is_fatal(is_more.failure())) quit(caf::exit_reason::unhandled_exception);
    return;
  }
  if (!*is_more || !checkpoint(shared_->checkpoint_wal_bytes)) return;
  is_cleaning_ = true;
  anon_send(this, clean_up{true});
}

// One message at a time, however many batches there are.
void store_actor::watch_idle() {
  if (std::exchange(watches_idle_, true)) return;
  delayed_anon_send(this, idle_pause, note_idle{writes_});
}

bool store_actor::checkpoint(std::size_t wal_bytes) {
  bool broken = false;
  (void)shared_->slot.use([&](storage::store& store) {
    const auto moved = store.checkpoint(wal_bytes);
    if (!moved) shared_->log("checkpoint: " + to_string(moved.failure()));
    broken = !moved && is_fatal(moved.failure());
    const bool hindered = moved && moved->blocked_by_reader;
    if (hindered && !is_hindered_)
      shared_->log("checkpoint: a reader hinders it, the log grows until that ends; it holds " +
                   std::to_string(moved->log_bytes) + " bytes");
    is_hindered_ = hindered;
  });
  if (broken) quit(caf::exit_reason::unhandled_exception);
  return !broken;
}

} // namespace pawl::actors
