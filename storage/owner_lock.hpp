// One owner per store: a locked file beside it that names the process. The lock goes with the process, whatever ends
// it. Deleting the lock file while a process holds it breaks the promise; nothing in Pawl does.
#pragma once

#include "storage/check_mark.hpp"

#include <pawl/result.hpp>

#include <optional>
#include <string>

namespace pawl::storage {

class owner_lock {
public:
  /// Takes the lock or says at once who has it. Errors: `busy` (names the pid), `access`, `disk_full`, `storage`.
  static result<owner_lock> take(const std::string& lock_file);

  owner_lock(owner_lock&& other) noexcept;
  owner_lock& operator=(owner_lock&&) = delete;
  owner_lock(const owner_lock&) = delete;
  ~owner_lock(); ///< gives the lock back; the file stays

  /// Nobody held it before: the file was made now.
  bool is_new() const { return is_new_; }
  /// The last owner did not live to call mark_closed().
  bool was_left_open() const { return was_left_open_; }
  /// How far a check of the whole file came that has not ended.
  const std::optional<check_mark>& check() const { return check_; }
  /// To be on the card with the next mark_open().
  void set_check(std::optional<check_mark> mark) { check_ = mark; }
  /// Writes who owns the store. Before the first change to it. Errors: `disk_full`, `storage`.
  result<void> mark_open();
  /// How far it came now; nothing: it has ended. On the card, which is not synced: what is forgotten is done again.
  void note_check(std::optional<check_mark> mark);
  /// Everything was closed in order.
  void mark_closed();
  /// Takes a file away that take() has made: nothing was opened after all.
  void discard_new_file();

private:
  owner_lock(int descriptor, std::string file) : descriptor_(descriptor), file_(std::move(file)) {}
  result<void> write_card(const char* state);

  int descriptor_ = -1;
  std::string file_;
  bool is_new_ = false;
  bool was_left_open_ = false;
  std::optional<check_mark> check_;
  std::string who_; ///< the lines of the card that name this process
};

/// Whether the process that the lock file names lives, as far as can be seen: no when the file may not be read, or the
/// process is in another container. Takes no lock, so that no owner is ever turned away by it.
bool names_living_owner(const std::string& lock_file);

} // namespace pawl::storage
