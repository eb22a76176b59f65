// Changing files so that a kill at any moment leaves the old or the new content: a new file beside, synced, renamed,
// the folder synced. Must never write into a file that somebody may be reading.
#pragma once

#include <pawl/result.hpp>

#include <functional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace pawl::storage::sealed {

/// Told before and after each system call that changes something: "before rename store", "after rename store". For
/// tests, which kill the process there.
using step_hook = std::function<void(const std::string& point)>;

struct new_file {
  mode_t mode;
  std::string like; ///< the file that it will replace, whose owner and group it gets. Empty: none
};

class replacement {
public:
  explicit replacement(step_hook hook) : hook_(std::move(hook)) {}

  /// `what` names the file in points and errors. A file of that name, left by a kill, goes first. Errors of all:
  /// `access`, `disk_full`, `storage`.
  result<void> write_beside(const std::string& file, std::string_view bytes, const new_file& how,
                            const char* what) const;
  result<void> rename_over(const std::string& from, const std::string& to, const char* what) const;
  /// Errors: also `conflict`: there is such a file, which stays.
  result<void> rename_new(const std::string& from, const std::string& to, const char* what) const;
  result<void> sync_folder_of(const std::string& file, const char* what) const;
  result<void> remove(const std::string& file, const char* what) const;

private:
  template <class Call> auto step(const char* call, const char* what, const Call& make) const;

  step_hook hook_;
};

/// What a file is written as before it gets its name.
std::string beside(const std::string& file);

} // namespace pawl::storage::sealed
