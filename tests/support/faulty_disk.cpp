// The shim: an sqlite3_vfs and sqlite3_io_methods that ask the state before they call the real ones.
#include "tests/support/faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <utility>

namespace pawl::test {
namespace {

file_role role_of(const std::string& path) {
  const auto ends_with = [&](const std::string& end) {
    return path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0;
  };
  if (ends_with("-wal")) return file_role::wal;
  if (ends_with("-journal")) return file_role::journal;
  return ends_with("-shm") ? file_role::other : file_role::main;
}

file_role role_of(int open_flags) {
  if ((open_flags & SQLITE_OPEN_WAL) != 0) return file_role::wal;
  if ((open_flags & SQLITE_OPEN_MAIN_JOURNAL) != 0) return file_role::journal;
  return (open_flags & SQLITE_OPEN_MAIN_DB) != 0 ? file_role::main : file_role::other;
}

int usual_code(disk_call call) {
  switch (call) {
    case disk_call::open: return SQLITE_CANTOPEN;
    case disk_call::remove: return SQLITE_IOERR_DELETE;
    case disk_call::access: return SQLITE_IOERR_ACCESS;
    case disk_call::read: return SQLITE_IOERR_READ;
    case disk_call::write: return SQLITE_IOERR_WRITE;
    case disk_call::sync: return SQLITE_IOERR_FSYNC;
    case disk_call::truncate: return SQLITE_IOERR_TRUNCATE;
    case disk_call::lock: return SQLITE_IOERR_LOCK;
    case disk_call::shm_map: return SQLITE_IOERR_SHMMAP;
    case disk_call::shm_lock: return SQLITE_IOERR_SHMLOCK;
  }
  return SQLITE_IOERR;
}

const char* name_of(disk_call call) {
  constexpr const char* names[] = {"open", "remove",   "access", "read",    "write",
                                   "sync", "truncate", "lock",   "shm map", "shm lock"};
  return names[static_cast<int>(call)];
}

const char* name_of(file_role role) {
  constexpr const char* names[] = {"main file", "log", "journal", "other file"};
  return names[static_cast<int>(role)];
}

/// What becomes of one operation.
struct verdict {
  int code = SQLITE_OK;
  std::int64_t kept = 0;
  bool carried_out = false;
};

constexpr std::size_t history_max = 4096;

} // namespace

class faulty_disk::state {
public:
  verdict begin(const disk_operation& op) {
    std::function<void(const disk_operation&)> watcher;
    {
      std::lock_guard lock(mutex_);
      watcher = watcher_;
    }
    if (watcher) watcher(op);
    std::lock_guard lock(mutex_);
    ++counts_[{op.call, op.role}];
    history_.push_back(op);
    if (history_.size() > 2 * history_max) history_.erase(history_.begin(), history_.end() - history_max);
    verdict found = judge(op);
    failures_ += found.code == SQLITE_OK ? 0 : 1;
    return found;
  }

  void did(const disk_effect& effect) {
    std::function<void(const disk_effect&)> recorder;
    {
      std::lock_guard lock(mutex_);
      recorder = recorder_;
    }
    if (recorder) recorder(effect);
  }

  void set_size(const std::string& path, std::int64_t bytes) {
    std::lock_guard lock(mutex_);
    if (bytes == 0)
      sizes_.erase(path);
    else
      sizes_[path] = bytes;
  }
  void grow(const std::string& path, std::int64_t bytes) {
    std::lock_guard lock(mutex_);
    sizes_[path] = std::max(sizes_[path], bytes);
  }
  std::int64_t taken() const {
    std::int64_t sum = 0;
    for (const auto& [path, bytes] : sizes_)
      sum += bytes;
    return sum;
  }

  struct planned {
    disk_fault what;
    std::int64_t seen = 0;
  };

  sqlite3_vfs shim{};
  sqlite3_vfs* real = nullptr;
  mutable std::mutex mutex_;
  std::vector<planned> faults_;
  std::optional<std::int64_t> room_;
  std::map<std::string, std::int64_t> sizes_;
  std::function<void(const disk_operation&)> watcher_;
  std::function<void(const disk_effect&)> recorder_;
  std::optional<std::mt19937_64> random_;
  std::map<std::pair<disk_call, file_role>, std::int64_t> counts_;
  std::vector<disk_operation> history_;
  std::int64_t failures_ = 0;

private:
  verdict judge(const disk_operation& op) {
    verdict found;
    for (planned& p : faults_) {
      if (!p.what.match(op)) continue;
      ++p.seen;
      if (p.seen != p.what.nth && !(p.what.for_ever && p.seen > p.what.nth)) continue;
      found = {p.what.code == 0 ? usual_code(op.call) : p.what.code, p.what.kept, p.what.carried_out};
    }
    if (found.code == SQLITE_OK && op.call == disk_call::write && room_ && !fits(op)) found.code = SQLITE_FULL;
    return found;
  }
  bool fits(const disk_operation& op) {
    const auto at = sizes_.find(op.path);
    const std::int64_t now = at == sizes_.end() ? 0 : at->second;
    return op.offset + op.bytes <= now || taken() - now + op.offset + op.bytes <= *room_;
  }
};

namespace {

using state = faulty_disk::state;

/// What SQLite holds as its file: the real one lies right behind.
struct shim_file {
  sqlite3_file base; // first: SQLite's pointer is to it
  state* disk;
  file_role role;
  std::string* path;
  bool syncs_folder; // SQLite's own file system syncs the folder with the first sync of a journal or log that it may
                     // make
};

constexpr std::size_t real_offset = (sizeof(shim_file) + 15) / 16 * 16;

shim_file* shim(sqlite3_file* file) { return reinterpret_cast<shim_file*>(file); }
sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + real_offset);
}

disk_operation operation(sqlite3_file* file, disk_call call, std::int64_t offset = 0, std::int64_t bytes = 0) {
  return {call, shim(file)->role, *shim(file)->path, offset, bytes};
}

template <class Call> int guarded(sqlite3_file* file, const disk_operation& op, Call call) {
  const verdict found = shim(file)->disk->begin(op);
  if (found.code != SQLITE_OK && !found.carried_out) return found.code;
  const int answer = call();
  return found.code == SQLITE_OK ? answer : found.code;
}

int file_close(sqlite3_file* file) {
  delete shim(file)->path;
  return real(file)->pMethods->xClose(real(file));
}
int file_read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
  return guarded(file, operation(file, disk_call::read, offset, bytes),
                 [&] { return real(file)->pMethods->xRead(real(file), into, bytes, offset); });
}
int file_write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  const auto put = [&](std::int64_t count) {
    const int answer = real(file)->pMethods->xWrite(real(file), from, static_cast<int>(count), offset);
    if (answer != SQLITE_OK) return answer;
    shim(file)->disk->grow(*shim(file)->path, offset + count);
    shim(file)->disk->did({operation(file, disk_call::write, offset, count), static_cast<const char*>(from)});
    return answer;
  };
  const verdict found = shim(file)->disk->begin(operation(file, disk_call::write, offset, bytes));
  if (found.code == SQLITE_OK) return put(bytes);
  const std::int64_t kept = found.carried_out ? bytes : std::min<std::int64_t>(found.kept, bytes);
  if (kept > 0) (void)put(kept);
  return found.code;
}
int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  return guarded(file, operation(file, disk_call::truncate, size), [&] {
    const int answer = real(file)->pMethods->xTruncate(real(file), size);
    if (answer != SQLITE_OK) return answer;
    shim(file)->disk->set_size(*shim(file)->path, size);
    shim(file)->disk->did({operation(file, disk_call::truncate, size)});
    return answer;
  });
}
int file_sync(sqlite3_file* file, int) {
  const disk_operation op = operation(file, disk_call::sync);
  const int code = guarded(file, op, [] { return SQLITE_OK; });
  const bool failed = code != SQLITE_OK;
  shim(file)->disk->did({op, nullptr, failed, !failed && shim(file)->syncs_folder});
  if (!failed) shim(file)->syncs_folder = false;
  return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int file_lock(sqlite3_file* file, int level) {
  return guarded(file, operation(file, disk_call::lock),
                 [&] { return real(file)->pMethods->xLock(real(file), level); });
}
int file_unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
int file_reserved(sqlite3_file* file, int* out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
int file_control(sqlite3_file* file, int what, void* with) {
  return real(file)->pMethods->xFileControl(real(file), what, with);
}
int file_sector(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int file_traits(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int region, int bytes, int extend, void volatile** out) {
  return guarded(file, operation(file, disk_call::shm_map, std::int64_t{region} * bytes, bytes),
                 [&] { return real(file)->pMethods->xShmMap(real(file), region, bytes, extend, out); });
}
int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
  const auto call = [&] { return real(file)->pMethods->xShmLock(real(file), offset, n, flags); };
  return (flags & SQLITE_SHM_UNLOCK) != 0 ? call() : guarded(file, operation(file, disk_call::shm_lock, offset), call);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

// Version 2: with shared memory, without memory mapped reads, which would pass by the shim.
constexpr sqlite3_io_methods methods = {2,           file_close, file_read,   file_write,    file_truncate, file_sync,
                                        file_size,   file_lock,  file_unlock, file_reserved, file_control,  file_sector,
                                        file_traits, shm_map,    shm_lock,    shm_barrier,   shm_unmap,     nullptr,
                                        nullptr};

state& of(sqlite3_vfs* vfs) { return *static_cast<state*>(vfs->pAppData); }

int disk_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  state& disk = of(vfs);
  file->pMethods = nullptr;
  const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
  const disk_operation op{disk_call::open, role_of(flags), name == nullptr ? "" : name, 0, 0, may_create};
  if (const verdict found = disk.begin(op); found.code != SQLITE_OK) return found.code;
  const int answer = disk.real->xOpen(disk.real, name, real(file), flags, out);
  if (real(file)->pMethods == nullptr) return answer;
  const bool syncs_folder = may_create && (op.role == file_role::wal || op.role == file_role::journal);
  auto* made = new (file) shim_file{{&methods}, &disk, op.role, new std::string(op.path), syncs_folder};
  sqlite3_int64 size = 0;
  if (answer == SQLITE_OK && real(file)->pMethods->xFileSize(real(file), &size) == SQLITE_OK)
    disk.set_size(*made->path, size);
  if (answer == SQLITE_OK) disk.did({op});
  return answer;
}
int disk_delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  state& disk = of(vfs);
  const disk_operation op{disk_call::remove, role_of(std::string(name)), name, 0, 0};
  const verdict found = disk.begin(op);
  if (found.code != SQLITE_OK && !found.carried_out) return found.code;
  const int answer = disk.real->xDelete(disk.real, name, sync_folder);
  if (answer == SQLITE_OK) {
    disk.set_size(name, 0);
    disk.did({op, nullptr, false, found.code == SQLITE_OK && (sync_folder & 1) != 0});
  }
  return found.code != SQLITE_OK ? found.code : answer;
}
int disk_access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  state& disk = of(vfs);
  const verdict found = disk.begin({disk_call::access, role_of(std::string(name)), name, 0, 0});
  return found.code != SQLITE_OK ? found.code : disk.real->xAccess(disk.real, name, flags, out);
}
int disk_full_path(sqlite3_vfs* vfs, const char* name, int bytes, char* out) {
  return of(vfs).real->xFullPathname(of(vfs).real, name, bytes, out);
}
int disk_randomness(sqlite3_vfs* vfs, int bytes, char* out) {
  state& disk = of(vfs);
  std::lock_guard lock(disk.mutex_);
  if (!disk.random_) return disk.real->xRandomness(disk.real, bytes, out);
  std::generate_n(out, bytes, [&] { return static_cast<char>((*disk.random_)()); });
  return bytes;
}
int disk_sleep(sqlite3_vfs*, int us) { return us; }
int disk_time(sqlite3_vfs* vfs, double* out) { return of(vfs).real->xCurrentTime(of(vfs).real, out); }
int disk_last_error(sqlite3_vfs* vfs, int bytes, char* out) {
  return of(vfs).real->xGetLastError(of(vfs).real, bytes, out);
}
int disk_time_ms(sqlite3_vfs* vfs, sqlite3_int64* out) { return of(vfs).real->xCurrentTimeInt64(of(vfs).real, out); }

} // namespace

std::string to_string(const disk_operation& op) {
  std::string text = std::string(name_of(op.call)) + " of " + name_of(op.role);
  if (op.bytes != 0) text += ", " + std::to_string(op.bytes) + " bytes at " + std::to_string(op.offset);
  return text;
}

faulty_disk::faulty_disk() : state_(std::make_unique<state>()) {
  state_->real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs& shim = state_->shim;
  shim = *state_->real;
  shim.iVersion = 2;
  shim.szOsFile = static_cast<int>(real_offset) + state_->real->szOsFile;
  shim.pNext = nullptr;
  shim.zName = "pawl-faulty-disk";
  shim.pAppData = state_.get();
  shim.xOpen = disk_open;
  shim.xDelete = disk_delete;
  shim.xAccess = disk_access;
  shim.xFullPathname = disk_full_path;
  shim.xRandomness = disk_randomness;
  shim.xSleep = disk_sleep;
  shim.xCurrentTime = disk_time;
  shim.xGetLastError = disk_last_error;
  shim.xCurrentTimeInt64 = disk_time_ms;
  sqlite3_vfs_register(&shim, 1);
}

faulty_disk::~faulty_disk() {
  sqlite3_vfs_unregister(&state_->shim);
  sqlite3_vfs_register(state_->real, 1);
}

void faulty_disk::fail(disk_fault fault) {
  std::lock_guard lock(state_->mutex_);
  state_->faults_.push_back({std::move(fault), 0});
}
void faulty_disk::limit_room(std::int64_t bytes) {
  std::lock_guard lock(state_->mutex_);
  state_->room_ = bytes;
}
void faulty_disk::heal() {
  std::lock_guard lock(state_->mutex_);
  state_->faults_.clear();
  state_->room_.reset();
}
void faulty_disk::watch(std::function<void(const disk_operation&)> watcher) {
  std::lock_guard lock(state_->mutex_);
  state_->watcher_ = std::move(watcher);
}
void faulty_disk::record(std::function<void(const disk_effect&)> recorder) {
  std::lock_guard lock(state_->mutex_);
  state_->recorder_ = std::move(recorder);
}
void faulty_disk::repeat_randomness(std::uint64_t seed) {
  {
    std::lock_guard lock(state_->mutex_);
    state_->random_.emplace(seed);
  }
  sqlite3_randomness(0, nullptr); // asks the file system anew
}
std::int64_t faulty_disk::count(disk_call call, file_role role) const {
  std::lock_guard lock(state_->mutex_);
  const auto found = state_->counts_.find({call, role});
  return found == state_->counts_.end() ? 0 : found->second;
}
std::int64_t faulty_disk::count() const {
  std::lock_guard lock(state_->mutex_);
  std::int64_t sum = 0;
  for (const auto& [what, times] : state_->counts_)
    sum += times;
  return sum;
}
std::vector<disk_operation> faulty_disk::history(std::size_t newest) const {
  std::lock_guard lock(state_->mutex_);
  const auto& all = state_->history_;
  return {all.end() - static_cast<std::ptrdiff_t>(std::min(newest, all.size())), all.end()};
}
std::int64_t faulty_disk::failures() const {
  std::lock_guard lock(state_->mutex_);
  return state_->failures_;
}
std::int64_t faulty_disk::room_taken() const {
  std::lock_guard lock(state_->mutex_);
  return state_->taken();
}

} // namespace pawl::test
