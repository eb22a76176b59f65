// The lock file: 256 bytes of text that say who, under an flock that says whether. Always the same size, so that taking
// the lock of a store that exists needs no room on a full disk.
#include "storage/owner_lock.hpp"

#include "storage/files.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::storage {
namespace {

constexpr std::size_t card_bytes = 256;

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process. With the boot's id, unlike the
// pid, nobody else's.
std::string start_time_of(const std::string& pid) {
  const std::string line = first_line("/proc/" + pid + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return "?";
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number)
    fields >> field;
  return field;
}

std::string boot_id() { return first_line("/proc/sys/kernel/random/boot_id"); }

std::string read_card(int descriptor) {
  std::array<char, card_bytes> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  return got <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(got));
}

std::string entry(const std::string& card, const std::string& name) {
  std::istringstream lines(card);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(name + " ", 0) == 0) return line.substr(name.size() + 1);
  return "";
}

std::optional<check_mark> check_on(const std::string& card) {
  check_mark mark;
  int is_behind_end = 0;
  std::istringstream numbers(entry(card, "check"));
  if (!(numbers >> mark.next >> mark.begin >> is_behind_end) || mark.next == 0 || mark.begin == 0) return std::nullopt;
  mark.is_behind_end = is_behind_end != 0;
  return mark;
}

error owned(const std::string& file, int descriptor) {
  const std::string pid = entry(read_card(descriptor), "pid");
  const std::string who = pid.empty() ? std::string("another process") : fmt::format("process {}", pid);
  return {errc::busy, fmt::format("the store is owned by {}; stop it or ask it (lock file {})", who, file), file};
}

// Whoever failed to open a store may have taken its new lock file away between our open and our flock.
bool still_there(int descriptor, const std::string& file) {
  struct stat held {};
  struct stat named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

bool is_ordinary(int descriptor) {
  struct stat facts {};
  return ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
}

int lock_at_once(int descriptor) {
  int answer = 0;
  do
    answer = ::flock(descriptor, LOCK_EX | LOCK_NB);
  while (answer != 0 && errno == EINTR);
  return answer;
}

} // namespace

bool names_living_owner(const std::string& lock_file) {
  const int descriptor = ::open(lock_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  const std::string card = is_ordinary(descriptor) ? read_card(descriptor) : "";
  ::close(descriptor);
  const std::string pid = entry(card, "pid");
  const bool is_number = !pid.empty() && pid.find_first_not_of("0123456789") == std::string::npos;
  return is_number && entry(card, "state") == "open" && entry(card, "boot") == boot_id() &&
         entry(card, "started") == start_time_of(pid);
}

result<owner_lock> owner_lock::take(const std::string& lock_file) {
  for (int tries = 0; tries < 100; ++tries) {
    owner_lock lock(-1, lock_file); // before the file: it closes it whatever is thrown
    const int descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (descriptor < 0) return system_error(lock_file, "the owner's lock file cannot be opened for writing", errno);
    lock.descriptor_ = descriptor;
    if (!is_ordinary(descriptor))
      return error{errc::wrong_store, fmt::format("{} is no ordinary file", lock_file), lock_file};
    if (lock_at_once(descriptor) != 0) {
      if (errno == EWOULDBLOCK) return owned(lock_file, descriptor);
      return system_error(lock_file, "the owner's lock cannot be taken", errno);
    }
    if (!still_there(descriptor, lock_file)) continue;
    const std::string card = read_card(descriptor);
    lock.is_new_ = card.empty();
    lock.was_left_open_ = entry(card, "state") == "open";
    lock.check_ = check_on(card);
    return lock;
  }
  return error{errc::busy, fmt::format("the lock file {} keeps changing; try again", lock_file), lock_file};
}

owner_lock::owner_lock(owner_lock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)), is_new_(other.is_new_),
      was_left_open_(other.was_left_open_), check_(other.check_), who_(std::move(other.who_)) {}

owner_lock::~owner_lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<void> owner_lock::write_card(const char* state) {
  if (who_.empty()) who_ = fmt::format("pid {}\nboot {}\nstarted {}\n", ::getpid(), boot_id(), start_time_of("self"));
  std::string card = fmt::format("{}state {}\n", who_, state);
  if (check_) card += fmt::format("check {} {} {}\n", check_->next, check_->begin, check_->is_behind_end ? 1 : 0);
  card.resize(card_bytes, '\n');
  const ssize_t put = ::pwrite(descriptor_, card.data(), card.size(), 0);
  if (put == static_cast<ssize_t>(card.size())) return {};
  return system_error(file_, "the owner's name cannot be written", put < 0 ? errno : ENOSPC);
}

result<void> owner_lock::mark_open() {
  if (auto written = write_card("open"); !written) return written;
  // Else a power cut could leave the card of an earlier, orderly end, and the whole-file check would be left out.
  if (::fdatasync(descriptor_) != 0) return system_error(file_, "the owner's name cannot be written", errno);
  return {};
}

void owner_lock::note_check(std::optional<check_mark> mark) {
  check_ = mark;
  (void)write_card("open"); // one that is older makes the check begin earlier, never later
}

void owner_lock::mark_closed() {
  // Should this fail, the next owner checks the whole file: slower, never wrong.
  try {
    if (auto written = write_card("closed"); !written) return;
  } catch (const std::bad_alloc&) {
    return;
  }
}

void owner_lock::discard_new_file() {
  if (is_new_) ::unlink(file_.c_str());
}

} // namespace pawl::storage
