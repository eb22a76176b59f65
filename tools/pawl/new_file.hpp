// A file that is made and never takes the place of another.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace pawl::tool {

inline constexpr mode_t private_file = 0400;  ///< a secret: only its owner reads it
inline constexpr mode_t ordinary_file = 0644; ///< less what the umask takes

/// Removed again unless keep() was called.
class new_file {
public:
  /// Ends the command (usage) when there is a file of the name, or none can be made; `option` names what asked for it.
  new_file(const std::string& name, mode_t mode, const std::string& option);
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;
  ~new_file();

  /// Straight from `bytes` to the file. Ends the command when that fails.
  void write(std::string_view bytes);
  /// Returns once all is on the disk. Ends the command when that fails.
  void keep();

private:
  [[noreturn]] void refuse() const;

  std::string name_;
  int file_;
  bool is_kept_ = false;
};

} // namespace pawl::tool
