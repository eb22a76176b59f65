// Recording through the shim of tests/support.
#include "tests/power/recorder.hpp"

#include "tests/power/folder.hpp"
#include "tests/support/early_store.hpp"
#include "tests/support/last_connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace pawl::power {
namespace {

using test::disk_call;
using test::file_role;

constexpr std::size_t output_bytes = 5'000; // more than a page

const std::vector<storage::change>& life(const std::string& uid) {
  static std::map<std::string, std::vector<storage::change>> known;
  auto& found = known[uid];
  if (found.empty()) found = test::life_of(uid, output_bytes);
  return found;
}

// The nth thing that happens to a schedule.
storage::schedule_state schedule_state(const std::string& id, std::int64_t revision) {
  storage::schedule_state s;
  s.revision = revision;
  s.last_due = revision * 1000;
  s.next_due = s.last_due + 1000;
  for (std::int64_t run = 0; run < revision % 3; ++run)
    s.pending.push_back(s.last_due - run);
  std::reverse(s.pending.begin(), s.pending.end());
  s.started = revision - 1;
  s.last_instance = id + "-" + std::to_string(revision);
  return s;
}

bool is_stop(const error& e) { return e.code == errc::storage; }

bool is_honest(errc code) {
  return code == errc::storage || code == errc::disk_full || code == errc::busy || code == errc::access;
}

} // namespace

const char* const store_name = "store.db";

disk_model recording::disk_at(moment cut) const {
  disk_model disk = start.disk;
  for (moment i = 0; i < cut; ++i)
    disk.apply(events[i]);
  return disk;
}

world::world(const std::string& folder, test::faulty_disk& disk, recording& into, defect planted)
    : folder_(folder), path_(folder + "/" + store_name), disk_(disk), into_(into), planted_(planted) {
  disk_.record([this](const test::disk_effect& effect) { note(effect); });
  disk_.watch([this](const test::disk_operation& op) {
    if (is_first_opening_) into_.opening.push_back(op);
  });
}

world::~world() {
  close();
  disk_.record(nullptr);
  disk_.watch(nullptr);
}

void world::note(const test::disk_effect& effect) {
  using kind = disk_event::kind;
  const test::disk_operation& op = effect.op;
  if (op.path.compare(0, folder_.size(), folder_) != 0) return;
  disk_event event;
  event.file = op.path.substr(folder_.size() + 1);
  switch (op.call) {
    case disk_call::open:
      event.what = kind::create;
      // Only the repair opens a log that it may not create.
      if (op.role == file_role::wal) is_repairing_ = !op.may_create;
      break;
    case disk_call::remove: event.what = kind::remove; break;
    case disk_call::write:
      event.what = kind::write;
      event.bytes.assign(effect.data, static_cast<std::size_t>(op.bytes));
      if (planted_ == defect::log_not_written_again && is_repairing_ && op.role == file_role::wal) return;
      break;
    case disk_call::truncate: event.what = kind::truncate; break;
    case disk_call::sync: event.what = kind::sync; break;
    default: return;
  }
  event.offset = op.offset;
  event.failed = effect.failed || planted_ == defect::lying_disk;
  event.with_folder = effect.with_folder && planted_ != defect::lying_disk;
  into_.events.push_back(std::move(event));
}

// The store takes half-made files away with plain system calls, which the shim does not see.
void world::note_removed_files() {
  for (const auto& [name, content] : into_.disk_at(now()).cache())
    if (!std::filesystem::exists(folder_ + "/" + name))
      into_.events.push_back({disk_event::kind::remove, name, 0, "", false, false});
}

storage::store& world::store() {
  if (!store_) open();
  return *store_;
}

bool world::try_open() {
  const test::last_connection connection;
  auto opened = storage::open_sqlite_store(path_);
  if (is_first_opening_) into_.fault_hit_opening = disk_.failures() > 0;
  is_first_opening_ = false;
  if (!opened) {
    note_removed_files();
    if (disk_.failures() == 0 || !is_honest(opened.failure().code))
      into_.broken.push_back("does not open: " + to_string(opened.failure()));
    return false;
  }
  store_ = *std::move(opened);
  if (planted_ == defect::normal_synchronous)
    sqlite3_exec(connection.handle(), "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
  if (planted_ == defect::acknowledges_early) store_ = std::make_unique<test::early_store>(std::move(store_));
  into_.promises.opened(*store_, now());
  return true;
}

void world::open() {
  close();
  if (try_open()) return;
  disk_.heal();
  if (!try_open()) throw std::runtime_error("the store does not open: " + into_.broken.back());
}

void world::close() { store_.reset(); }

void world::recover(const error& why) {
  if (disk_.failures() == 0) into_.broken.push_back("failed on a good disk: " + to_string(why));
  disk_.heal();
  if (is_stop(why)) open();
}

void world::advance(const std::vector<std::string>& uids, bool refused) {
  std::vector<storage::change> batch;
  std::map<std::string, std::size_t> next;
  for (const std::string& uid : uids) {
    const auto key = store().find(uid);
    if (!key) return recover(key.failure());
    storage::instance_key instance = *key ? **key : 0;
    if (next.count(uid) == 0) {
      const auto rows = *key ? store().load(instance) : result<storage::loaded_instance>(storage::loaded_instance{});
      if (!rows) return recover(rows.failure());
      next[uid] = static_cast<std::size_t>(rows->header.revision);
    } else if (instance == 0) {
      continue; // its key is not known before it is there
    }
    if (next[uid] >= life(uid).size()) continue;
    batch.push_back(test::for_instance(life(uid)[next[uid]++], instance));
    if (refused && instance != 0) batch.push_back(batch.back()); // the same revision twice
    if (instance != 0) refused = false;
  }
  if (batch.empty()) return;
  const std::size_t call = into_.promises.asked(batch, now());
  auto answers = store().write(batch);
  into_.promises.answered(call, answers, now());
  for (const auto& answer : answers)
    if (!answer && answer.failure().code != errc::conflict) return recover(answer.failure());
}

void world::remove(const std::string& uid) {
  const auto key = store().find(uid);
  if (!key) return recover(key.failure());
  if (!*key) return;
  const std::size_t call = into_.promises.asked({storage::remove_write{**key}}, now());
  auto answers = store().write({storage::remove_write{**key}});
  into_.promises.answered(call, answers, now());
  if (!answers[0] && answers[0].failure().code != errc::not_finished) recover(answers[0].failure());
}

void world::write(storage::change wanted) {
  const std::size_t call = into_.promises.asked({wanted}, now());
  auto answers = store().write({std::move(wanted)});
  into_.promises.answered(call, answers, now());
  if (!answers[0]) recover(answers[0].failure());
}

void world::schedule(const std::string& id) {
  const auto row = store().schedule(id);
  if (!row) return recover(row.failure());
  if (*row)
    return write(storage::schedule_advance{id, (**row).created_at, schedule_state(id, (**row).state.revision + 1)});
  storage::schedule_row fresh;
  fresh.id = id;
  fresh.definition_id = "w";
  fresh.every_ms = 1000;
  fresh.window_ms = 1000;
  fresh.created_at = 1;
  fresh.input = "\"" + std::string(output_bytes, 'i') + "\"";
  fresh.state = schedule_state(id, 1);
  write(storage::schedule_write{std::move(fresh)});
}

void world::unschedule(const std::string& id) {
  const auto row = store().schedule(id);
  if (!row) return recover(row.failure());
  if (*row) write(storage::schedule_remove{id});
}

bool world::clean_up() {
  const auto is_more = store().clean_up();
  if (!is_more) recover(is_more.failure());
  return is_more && *is_more;
}

void world::save() { save(test::life_definition()); }

void world::save(const storage::definition_row& row) {
  const auto saved = store().save_definition(row, 1);
  if (saved)
    into_.promises.saved(row, now());
  else
    recover(saved.failure());
}

void world::checkpoint(std::size_t wal_bytes) {
  if (const auto moved = store().checkpoint(wal_bytes); !moved) recover(moved.failure());
}

recording record(const story& told, const std::optional<test::disk_fault>& fault, defect planted) {
  recording made{told.start, {}, told.start.promises, {}, false, false, {}};
  scratch_folder folder;
  folder.hold(told.start.disk.cache());
  test::faulty_disk disk;
  disk.repeat_randomness(1);
  if (fault) disk.fail(*fault);
  try {
    world w(folder.path(), disk, made, planted);
    told.run(w);
  } catch (const std::exception& e) {
    made.broken.push_back(e.what());
  }
  made.fault_hit = disk.failures() > 0;
  return made;
}

} // namespace pawl::power
