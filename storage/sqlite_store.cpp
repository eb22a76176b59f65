// The owner's store: group commit, what a failed transaction leaves, checkpoints. Its SQL is in queries and
// sqlite_writes. Never reports success before COMMIT returned, never writes again after a failed sync.
#include "runtime/core/hash.hpp"
#include "storage/checkpointer.hpp"
#include "storage/database.hpp"
#include "storage/definition_rules.hpp"
#include "storage/eraser.hpp"
#include "storage/file_check.hpp"
#include "storage/files.hpp"
#include "storage/held_files.hpp"
#include "storage/owner_lock.hpp"
#include "storage/payload_cipher.hpp"
#include "storage/reserve.hpp"
#include "storage/sealed/crypto.hpp"
#include "storage/sqlite_reading.hpp"
#include "storage/sqlite_writes.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace pawl::storage {
namespace {

class sqlite_store final : public sqlite_reading<store> {
public:
  sqlite_store(std::string path, std::int64_t reserve_bytes, const file_policy& policy, owner_lock lock,
               std::unique_ptr<SQLite::Database> database)
      : path_(std::move(path)), policy_(policy), reserve_(reserve_of(path_), reserve_bytes), lock_(std::move(lock)),
        database_(std::move(database)), queries_(std::make_unique<queries>(*database_, cipher_)),
        writer_(std::make_unique<change_writer>(*database_, cipher_)), eraser_(std::make_unique<eraser>(*database_)),
        log_(std::make_unique<checkpointer>(*database_, size_of(wal_of(path_)), folder_of(path_))), held_(path_) {
    if (lock_.check()) check_ = std::make_unique<file_check>(*database_, *lock_.check());
  }
  ~sqlite_store() override;

  /// Reads what the writer keeps in memory, and sees to it that what is encrypted can be read.
  result<void> begin(const payload_protection& payloads);

  std::vector<result<written>> write(const std::vector<change>& batch) override;
  result<void> save_definition(const definition_row& definition, timestamp_ms at) override;
  result<void> remove_definition(std::string_view id, std::string_view hash) override;
  result<std::vector<due_row>> in_flight(instance_key after, std::size_t limit) override {
    return read([&](queries& q) { return q.in_flight(after, limit); });
  }
  result<std::vector<due_row>> due(core::timeline line, due_mark after, timestamp_ms now, std::size_t limit) override {
    return read([&](queries& q) { return q.due(line, after, now, limit); });
  }
  result<std::optional<timestamp_ms>> next_due(core::timeline line, due_mark after) override {
    return read([&](queries& q) { return q.next_due(line, after); });
  }
  result<std::vector<schedule_row>> due_schedules(timestamp_ms now, std::size_t limit) override {
    return read([&](queries& q) { return q.due_schedules(now, limit); });
  }
  result<std::optional<timestamp_ms>> next_schedule_due(timestamp_ms after) override {
    return read([&](queries& q) { return q.next_schedule_due(after); });
  }
  result<std::vector<schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) override {
    return read([&](queries& q) { return q.waiting_schedules(std::string(after), limit); });
  }
  result<timestamp_ms> last_time() override { return writer_->latest_time; }
  result<std::string> renew_identity() override;
  result<instance_key> last_instance() override {
    return read([](queries& q) { return q.last_instance(); });
  }
  result<bool> has_signal_key(instance_key instance, std::string_view key) override {
    return read([&](queries& q) { return q.has_signal_key(instance, std::string(key)); });
  }
  result<checkpointed> checkpoint(std::size_t wal_bytes) override;
  result<bool> clean_up() override;
  result<bool> check_piece() override;
  std::optional<error> halted() const override { return halted_; }

protected:
  // No transaction: the only writer is this object, and it is used by one thread.
  result<void> with_queries(const std::function<void(queries&)>& body) override {
    roll_back();
    if (is_in_transaction()) return error{errc::storage, "no memory left to end a transaction that failed", ""};
    try {
      body(*queries_);
      return {};
    } catch (const SQLite::Exception& e) {
      return explained(e).what;
    }
  }

private:
  using answers = std::vector<result<written>>;
  enum class replay { together, singly };

  answers attempt(const std::vector<change>& batch, replay way);
  void apply_alone(const change& wanted, answers& made);
  answers after_failed_commit(const std::vector<change>& batch, const answers& made, const failure& failed);
  failure explained(const SQLite::Exception& e) { return noted(explain(e, database_->getHandle(), path_)); }
  failure explained_commit(const SQLite::Exception& e) {
    return noted(explain_commit(e, database_->getHandle(), path_));
  }
  failure noted(failure found);
  error stopped() const;
  template <class Body> result<void> in_transaction(Body body);
  result<bool> try_clean_up(int rows_max);
  answers write_with_room(const std::vector<change>& batch);
  std::vector<std::size_t> what_ends(const std::vector<change>& batch, const answers& made);
  bool ends(const change& wanted);
  std::optional<error> growth_refusal();
  void explain_room(answers& made);
  error no_room(const char* what_to_do);
  bool make_room();
  result<void> take_keys(const payload_protection& payloads);
  error lacks_keys(const payload_facts& facts) const;
  static bool is_removal(const change& wanted);
  static bool lacks_room(const answers& made);
  void roll_back();
  bool settle_main_file();
  result<bool> unreadable(const SQLite::Exception& e);
  const error& halt(error why);
  std::optional<error> taken_away();
  template <class Call> auto or_stop(Call call) -> decltype(call());
  bool is_in_transaction() const { return sqlite3_get_autocommit(database_->getHandle()) == 0; }
  static answers all_failed(std::size_t count, const error& why) { return answers(count, result<written>(why)); }

  std::string path_;
  file_policy policy_;
  reserve reserve_;
  owner_lock lock_;
  std::unique_ptr<SQLite::Database> database_;
  payload_cipher cipher_;
  std::unique_ptr<queries> queries_;
  std::unique_ptr<change_writer> writer_;
  std::unique_ptr<eraser> eraser_;
  std::unique_ptr<checkpointer> log_;
  held_files held_;
  std::unique_ptr<file_check> check_; ///< while the look at the whole file goes on
  int unreadable_in_a_row_ = 0;
  std::optional<error> stopped_; ///< set once: what is on disk is unknown
  std::optional<error> halted_;  ///< set once, with stopped_: opening anew is no way out
};

// Beside a reader closing moves nothing, so it is asked for. A stopped store leaves its log as it is: another sync
// could succeed although pages are lost, and what is moved then might not be what was written.
sqlite_store::~sqlite_store() {
  try {
    if (!stopped_) (void)checkpoint(0);
  } catch (const std::bad_alloc&) { // closing moves the log, or the next owner does
  }
  if (stopped_) sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  queries_.reset();
  writer_.reset();
  eraser_.reset();
  check_.reset();
  log_.reset();
  database_.reset();
  if (!stopped_) lock_.mark_closed();
}

result<void> sqlite_store::begin(const payload_protection& payloads) {
  auto latest = read([](queries& q) { return q.last_time(); });
  if (!latest) return latest.failure();
  writer_->latest_time = *latest;
  return take_keys(payloads);
}

// Everything that rows need, or nothing is opened: an instance must not go on with what it cannot read. A key is never
// made while a row needs one. Once rows are encrypted new ones are too: who forgets to say so must not write in plain.
result<void> sqlite_store::take_keys(const payload_protection& payloads) {
  using lacking = payload_cipher::lacking;
  auto facts = read([](queries& q) { return result<payload_facts>(q.facts()); });
  if (!facts) return facts.failure();
  const bool has_sealed_rows = !facts->fingerprints.empty();
  if (payloads.is_without_keys) {
    cipher_ = payload_cipher(lacking::is_said, *std::move(facts), nullptr, false);
    return {};
  }
  if (!has_sealed_rows && !payloads.encrypt) return {};
  auto keys = payloads.keys ? payloads.keys(payloads.encrypt && !has_sealed_rows)
                            : result<std::shared_ptr<const payload_keys>>(nullptr);
  if (!keys) return keys.failure();
  if (!*keys) return lacks_keys(*facts);
  if (!has_sealed_rows) *facts = {sealed::hex(sealed::random_text(16)), (*keys)->sealed_store(), {}};
  for (const auto& [number, fingerprint] : facts->fingerprints)
    if ((*keys)->sealed_store() != facts->sealed_store || (*keys)->fingerprint(number) != fingerprint)
      return lacks_keys(*facts);
  cipher_ = payload_cipher(lacking::is_fault, *std::move(facts), *std::move(keys), true);
  return {};
}

error sqlite_store::lacks_keys(const payload_facts& facts) const {
  if (facts.fingerprints.empty())
    return {errc::invalid_argument, path_ + ": payloads cannot be encrypted without a sealed store that holds the key",
            ""};
  std::string numbers;
  for (const auto& [number, fingerprint] : facts.fingerprints)
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
  return {
      errc::access,
      fmt::format("{}: the store holds payloads that are encrypted with the keys {} of the sealed store {}; open it "
                  "with that one, and not an older copy (secrets_options::sealed_path and key, --secrets)",
                  path_, numbers, facts.sealed_store),
      path_};
}

failure sqlite_store::noted(failure found) {
  if (found.reach == reach::store && !stopped_) stopped_ = found.what;
  return found;
}

error sqlite_store::stopped() const {
  if (!stopped_->message.empty()) return *stopped_;
  return {errc::storage, path_ + ": memory ran out; nothing more is written before the store is opened anew", ""};
}

// Also before everything that is begun: without memory SQLite cannot even roll back, and says so at the end of a batch
// that failed.
void sqlite_store::roll_back() {
  if (is_in_transaction()) database_->tryExec("ROLLBACK");
}

// std::bad_alloc may leave a call in its midst, a failed COMMIT included.
template <class Call> auto sqlite_store::or_stop(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    stopped_.emplace().code = errc::storage; // words take memory: stopped() finds them
    roll_back();
    throw;
  }
}

std::vector<result<written>> sqlite_store::write(const std::vector<change>& batch) {
  if (stopped_) return all_failed(batch.size(), stopped());
  if (batch.empty()) return {};
  return or_stop([&] {
    answers made = write_with_room(batch);
    if (const auto gone = taken_away()) return all_failed(batch.size(), *gone);
    return made;
  });
}

// A full disk must never be a dead end: what ends or removes instances has the reserve, whatever came with it.
sqlite_store::answers sqlite_store::write_with_room(const std::vector<change>& batch) {
  answers made;
  if (auto refusal = growth_refusal()) {
    made = all_failed(batch.size(), *refusal);
  } else {
    made = attempt(batch, replay::together);
    if (lacks_room(made) && make_room()) made = attempt(batch, replay::together);
    if (stopped_ || !lacks_room(made)) return made;
    explain_room(made);
  }
  const std::vector<std::size_t> ending = what_ends(batch, made);
  if (stopped_ || ending.empty()) return made;
  std::vector<change> few;
  few.reserve(ending.size());
  for (const std::size_t i : ending)
    few.push_back(batch[i]);
  answers done = attempt(few, replay::together);
  if (lacks_room(done) && make_room()) done = attempt(few, replay::together);
  if (!stopped_ && lacks_room(done) && reserve_.give_away()) done = attempt(few, replay::together);
  for (std::size_t i = 0; i < ending.size(); ++i)
    made[ending[i]] = std::move(done[i]);
  return made;
}

// Places in the batch. A clock that was set is saved with the first step that knows of it.
std::vector<std::size_t> sqlite_store::what_ends(const std::vector<change>& batch, const answers& made) {
  std::vector<std::size_t> places;
  bool is_any = false;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (made[i] || made[i].failure().code != errc::disk_full) continue;
    const bool goes_along = std::holds_alternative<clock_write>(batch[i]);
    const bool ends_something = !goes_along && ends(batch[i]);
    if (ends_something || goes_along) places.push_back(i);
    is_any |= ends_something;
  }
  return is_any ? places : std::vector<std::size_t>();
}

bool sqlite_store::ends(const change& wanted) {
  if (is_removal(wanted)) return true;
  if (const auto* schedule = std::get_if<schedule_advance>(&wanted)) return schedule->state.paused;
  const auto* step = std::get_if<step_write>(&wanted);
  if (step == nullptr) return false;
  if (step->closing_set) return true;
  roll_back();
  errno = 0;
  try {
    return writer_->is_closing(step->instance);
  } catch (const SQLite::Exception& e) {
    (void)explained(e); // it stays refused
    return false;
  }
}

bool sqlite_store::is_removal(const change& wanted) {
  return std::holds_alternative<remove_write>(wanted) || std::holds_alternative<schedule_remove>(wanted);
}

bool sqlite_store::lacks_room(const answers& made) {
  return std::any_of(made.begin(), made.end(), [](const auto& a) { return !a && a.failure().code == errc::disk_full; });
}

// Others on the disk keep some room, but a small disk is used.
std::optional<error> sqlite_store::growth_refusal() {
  if (!reserve_.take_back())
    return no_room("the disk was full: nothing but ending and removing instances is done until there is room for the "
                   "reserve again");
  if (policy_.free_bytes_min == 0) return std::nullopt;
  constexpr std::int64_t disk_part = 32;
  const disk_room room = room_of(folder_of(path_));
  if (room.free_bytes >= std::min(policy_.free_bytes_min, room.total_bytes / disk_part)) return std::nullopt;
  return no_room("less is free than options::free_bytes_min: nothing but ending and removing instances is done");
}

void sqlite_store::explain_room(answers& made) {
  const error why = no_room("free some, or end and remove instances, and try again");
  for (auto& answer : made)
    if (!answer && answer.failure().code == errc::disk_full) answer = why;
}

// For people: what takes the room, and who asks for it.
error sqlite_store::no_room(const char* what_to_do) {
  std::string busiest;
  roll_back();
  try {
    if (const auto most = writer_->busiest())
      busiest = fmt::format("; most of the newest steps ({}) are of the instance '{}'", most->second, most->first);
  } catch (const SQLite::Exception& e) {
    (void)explained(e); // said without
  }
  const auto mib = [](std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  return {errc::disk_full,
          fmt::format("{}: no room left on the disk; {} (the file has {:.1f} MiB, its log {:.1f}, the reserve {:.1f}, "
                      "free are {:.1f}{})",
                      path_, what_to_do, mib(size_of(path_)), mib(size_of(wal_of(path_))),
                      mib(size_of(reserve_of(path_))), mib(room_of(folder_of(path_)).free_bytes), busiest),
          ""};
}

// On a small disk the log may have taken what is left: moved into the main file, it gives most of that back.
bool sqlite_store::make_room() {
  if (stopped_) return false;
  errno = 0;
  try {
    return log_->give_room_back();
  } catch (const SQLite::Exception& e) {
    (void)explained(e);
    return false;
  }
}

// First all changes together; when one fails half-way its rows can only be taken back with all others, so everything is
// rolled back and done again with a savepoint around each.
sqlite_store::answers sqlite_store::attempt(const std::vector<change>& batch, replay way) {
  const timestamp_ms latest_before = writer_->latest_time;
  answers made;
  made.reserve(batch.size());
  bool committing = false;
  roll_back();
  errno = 0; // see sqlite_error.cpp
  try {
    database_->exec("BEGIN IMMEDIATE");
    if (!std::all_of(batch.begin(), batch.end(), is_removal)) writer_->begin();
    for (const change& wanted : batch) {
      if (way == replay::singly)
        apply_alone(wanted, made);
      else
        made.push_back(writer_->apply(wanted));
    }
    committing = true;
    database_->exec("COMMIT");
    return made;
  } catch (const SQLite::Exception& e) {
    const failure failed = committing ? explained_commit(e) : explained(e);
    roll_back();
    writer_->latest_time = latest_before;
    if (committing) return after_failed_commit(batch, made, failed);
    if (failed.reach == reach::one_change && way == replay::together) return attempt(batch, replay::singly);
    return all_failed(batch.size(), failed.what);
  }
}

void sqlite_store::apply_alone(const change& wanted, answers& made) {
  const timestamp_ms latest_before = writer_->latest_time;
  database_->exec("SAVEPOINT change");
  try {
    made.push_back(writer_->apply(wanted));
  } catch (const SQLite::Exception& e) {
    const failure failed = explained(e);
    if (failed.reach != reach::one_change || !is_in_transaction()) throw;
    writer_->latest_time = latest_before;
    database_->exec("ROLLBACK TO change");
    made.push_back(failed.what);
  }
  database_->exec("RELEASE change");
}

// COMMIT may fail after the rows have reached the disk: only reading tells. When the store has stopped not even that:
// this connection cannot see a commit whose failure was reported to it, and what it could see might not be durable.
sqlite_store::answers sqlite_store::after_failed_commit(const std::vector<change>& batch, const answers& made,
                                                        const failure& failed) {
  error why = failed.what;
  std::vector<std::optional<written>> there(batch.size());
  try {
    for (std::size_t i = 0; i < batch.size() && !stopped_; ++i)
      if (made[i]) there[i] = writer_->find_on_disk(batch[i]);
    if (const auto latest = queries_->last_time()) writer_->latest_time = *latest;
  } catch (const SQLite::Exception& e) {
    why = explained_commit(e).what; // cannot be read, so nothing can be promised
    there.assign(batch.size(), std::nullopt);
  }
  answers found;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (there[i])
      found.push_back(written{there[i]->instance, made[i]->existed});
    else
      found.push_back(made[i] ? why : made[i].failure()); // what was refused stays refused
  }
  return found;
}

result<void> sqlite_store::save_definition(const definition_row& definition, timestamp_ms at) {
  if (stopped_) return stopped();
  return or_stop([&]() -> result<void> {
    if (auto refusal = growth_refusal()) return *std::move(refusal);
    result<void> allowed;
    const auto save = [&] { allowed = writer_->save_definition(definition, at); };
    auto saved = in_transaction(save);
    if (!saved && saved.failure().code == errc::disk_full && make_room()) saved = in_transaction(save);
    if (!saved && saved.failure().code == errc::disk_full)
      return no_room("free some, or end and remove instances, and try again");
    return saved ? allowed : saved;
  });
}

result<std::string> sqlite_store::renew_identity() {
  if (stopped_) return stopped();
  return or_stop([&]() -> result<std::string> {
    const std::string made = core::new_identity();
    if (auto saved = in_transaction([&] { writer_->set_identity(made); }); !saved) return saved.failure();
    return made;
  });
}

result<void> sqlite_store::remove_definition(std::string_view id, std::string_view hash) {
  if (stopped_) return stopped();
  const auto versions = read([&](queries& q) { return q.versions_of(std::string(id)); });
  if (!versions) return versions.failure();
  const auto schedule = read([&](queries& q) { return q.schedule_that_starts(std::string(id)); });
  if (!schedule) return schedule.failure();
  const auto going = removable(*versions, id, hash, *schedule);
  if (!going) return going.failure();
  return or_stop([&] {
    return in_transaction([&] {
      for (const definition_version& v : *going)
        writer_->remove_definition(v.number);
    });
  });
}

template <class Body> result<void> sqlite_store::in_transaction(Body body) {
  bool committing = false;
  roll_back();
  errno = 0;
  try {
    database_->exec("BEGIN IMMEDIATE");
    body();
    committing = true;
    database_->exec("COMMIT");
    if (auto gone = taken_away()) return *std::move(gone);
    return {};
  } catch (const SQLite::Exception& e) {
    const failure failed = committing ? explained_commit(e) : explained(e);
    roll_back();
    return failed.what;
  }
}

result<checkpointed> sqlite_store::checkpoint(std::size_t wal_bytes) {
  if (stopped_) return stopped();
  roll_back();
  return or_stop([&]() -> result<checkpointed> {
    errno = 0;
    try {
      return log_->run(sql_limit(wal_bytes));
    } catch (const SQLite::Exception& e) {
      return explained(e).what;
    }
  });
}

result<bool> sqlite_store::clean_up() {
  if (stopped_) return stopped();
  return or_stop([&]() -> result<bool> {
    result<bool> done = false;
    for (const int rows_max : {256, 16, 1}) { // the smaller the piece, the less room its log takes
      done = try_clean_up(rows_max);
      if (done || done.failure().code != errc::disk_full) break;
      make_room();
      if (rows_max == 256) reserve_.give_away();
    }
    if (done && !reserve_.take_back() && make_room()) reserve_.take_back(); // the file shrinks when the log has moved
    return done;
  });
}

result<bool> sqlite_store::try_clean_up(int rows_max) {
  bool is_more = false;
  auto done = in_transaction([&] { is_more = eraser_->erase_piece(rows_max); });
  if (!done) return done.failure();
  return is_more;
}

const error& sqlite_store::halt(error why) {
  halted_ = std::move(why);
  stopped_ = halted_;
  return *halted_;
}

// After COMMIT and before the answer. What the log holds, acknowledged steps included, is moved into the main file as
// long as the owner's lock is there and nobody has begun a log of their own: the next owner would not find this one.
std::optional<error> sqlite_store::taken_away() {
  if (halted_) return halted_;
  const std::string gone = held_.first_gone();
  if (gone.empty()) return std::nullopt;
  const std::string log = wal_of(path_);
  const bool is_ours_alone = held_.is_there(lock_of(path_)) && (held_.is_there(log) || size_of(log) == 0);
  const bool is_saved = !stopped_ && is_ours_alone && settle_main_file();
  return halt({errc::storage,
               fmt::format("{}: it was removed, replaced or renamed while the store was open, so nothing more is "
                           "acknowledged{}; other code of this process that opens and closes the store's files, or "
                           "another program, did that: keep it away from them, and open the runtime anew",
                           gone, is_saved ? ", and what was is in the database file" : ""),
               gone});
}

// False: not now. A reader holds the log, the disk has no room, or fails.
bool sqlite_store::settle_main_file() {
  try {
    (void)log_->run(0);
    return log_->is_main_file_whole();
  } catch (const SQLite::Exception& e) {
    (void)explained(e);
    return false;
  }
}

// What looks bad is looked at again once the log has been moved by this connection: a foreign one may have been at it.
result<bool> sqlite_store::check_piece() {
  if (stopped_) return stopped();
  if (!check_) return false;
  roll_back();
  return or_stop([&]() -> result<bool> {
    errno = 0;
    if (!log_->is_main_file_whole() && !settle_main_file()) return stopped_ ? result<bool>(stopped()) : true;
    try {
      std::string fault = check_->look();
      if (!fault.empty() && !settle_main_file()) return stopped_ ? result<bool>(stopped()) : true;
      if (!fault.empty()) fault = check_->look();
      if (!fault.empty())
        return halt({errc::corrupt, fmt::format("{}: the file is damaged: {}; restore a backup", path_, fault), path_});
      unreadable_in_a_row_ = 0;
    } catch (const SQLite::Exception& e) {
      return unreadable(e);
    }
    const bool is_done = check_->is_done();
    lock_.note_check(is_done ? std::nullopt : std::optional(check_->mark()));
    if (is_done) check_.reset();
    return !is_done;
  });
}

// A disk that fails is no reason to restore a backup, and may have failed once.
result<bool> sqlite_store::unreadable(const SQLite::Exception& e) {
  constexpr int tries_max = 3;
  if (++unreadable_in_a_row_ < tries_max) return true;
  return halt({errc::storage,
               fmt::format("{}: the disk cannot read page {} ({}); copy what it still gives, or restore a backup",
                           path_, check_->mark().next, e.what()),
               path_});
}

// After a crash the whole file is looked at once. A log without a lock file: somebody copied a store that was in use.
bool must_check(const std::string& canonical, const owner_lock& lock) {
  return lock.was_left_open() || (lock.is_new() && size_of(wal_of(canonical)) > 0);
}

// A new round begins where the last one stood, so that a machine that is switched off again and again gets through.
std::optional<check_mark> next_check(const std::string& canonical, const owner_lock& lock) {
  if (!must_check(canonical, lock)) return lock.check();
  const std::uint32_t begin = lock.check() ? lock.check()->next : 1;
  return check_mark{begin, begin, false};
}

// The index of the log takes room too.
result<std::unique_ptr<SQLite::Database>> open_or_make_room(const std::string& canonical, bool check_everything,
                                                            std::int64_t text_bytes_max) {
  auto database = open_for_owner(canonical, check_everything, text_bytes_max);
  const bool lacks_room = !database && database.failure().code == errc::disk_full;
  if (lacks_room && give_away_reserve(reserve_of(canonical)))
    return open_for_owner(canonical, check_everything, text_bytes_max);
  return database;
}

// A file that was made here and could not become a store is taken away again.
result<std::unique_ptr<SQLite::Database>> open_locked(const std::string& canonical, owner_lock& lock,
                                                      const file_policy& policy) {
  lock.set_check(next_check(canonical, lock));
  if (auto ok = lock.mark_open(); !ok) return ok.failure();
  const auto created = create_private_file(canonical);
  if (!created) return created.failure();
  for (const std::string& file : {canonical, wal_of(canonical), shm_of(canonical), lock_of(canonical)}) {
    if (auto ok = check_no_odd_file(file); !ok) return ok.failure();
    if (auto ok = tighten(file, policy.may_group_use); !ok) return ok.failure();
  }
  const bool is_checked_now = policy.is_checked_at_once && lock.check();
  auto database = open_or_make_room(canonical, is_checked_now, policy.text_bytes_max);
  if (database && is_checked_now) lock.note_check(std::nullopt);
  if (!database && *created)
    for (const std::string& file : {canonical, wal_of(canonical), shm_of(canonical)})
      ::unlink(file.c_str());
  return database;
}

} // namespace

result<std::unique_ptr<store>> open_sqlite_store(const std::string& path, std::int64_t reserve_bytes,
                                                 const payload_protection& payloads, const file_policy& policy) {
  auto canonical = canonical_path(path);
  if (!canonical) return canonical.failure();
  if (auto ok = check_ordinary_file(*canonical); !ok) return ok.failure();
  if (auto ok = check_local_disk(folder_of(*canonical)); !ok) return ok.failure();
  auto lock = owner_lock::take(lock_of(*canonical));
  if (!lock) return lock.failure();
  auto opened = open_locked(*canonical, *lock, policy);
  if (!opened) {
    lock->discard_new_file();
    return opened.failure();
  }
  try {
    auto made = std::make_unique<sqlite_store>(*canonical, reserve_bytes, policy, *std::move(lock), *std::move(opened));
    if (auto ok = made->begin(payloads); !ok) return ok.failure();
    return std::unique_ptr<store>(std::move(made));
  } catch (const SQLite::Exception& e) { // its connection is closed by now
    return explain(e, nullptr, *canonical).what;
  }
}

} // namespace pawl::storage
