// How a command ends: the exit codes that scripts rely on, and the exception that carries one with its sentence.
// Texts go to people: what is wrong, where, what to do. Never payload text.
#pragma once

#include <pawl/result.hpp>

#include <stdexcept>
#include <string>

namespace pawl::tool {

namespace exit_code {
inline constexpr int done = 0;      ///< what was asked for happened; for run and resume: the instance completed
inline constexpr int failed = 1;    ///< the instance failed, or the command could not do its work
inline constexpr int usage = 2;     ///< the command line is wrong
inline constexpr int waiting = 3;   ///< the instance waits for a payload
inline constexpr int not_found = 4; ///< no such instance, or no such store
} // namespace exit_code

/// Ends the command with `code` after `pawl: text` went to stderr; an empty text prints nothing.
class command_failure : public std::runtime_error {
public:
  command_failure(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  int code() const noexcept { return code_; }

private:
  int code_;
};

/// The library's error as the end of the command; `about` names what was tried and comes first unless empty.
command_failure failure_of(const error& e, const std::string& about = "");

/// The value, or the end of the command.
template <class T> T need(result<T> what, const std::string& about = "") {
  if (!what) throw failure_of(what.failure(), about);
  return std::move(*what);
}
inline void need(result<void> what, const std::string& about = "") {
  if (!what) throw failure_of(what.failure(), about);
}

/// `pawl: text` on stderr, further lines indented.
void complain(const std::string& text);

} // namespace pawl::tool
