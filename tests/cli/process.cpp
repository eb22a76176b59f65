// Runs programs under test, by posix_spawn with files and pipes.
#include "tests/cli/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace pawl::test {
namespace {

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error("waitpid failed");
  return exit_code_of(status);
}

pid_t spawn(const words& command, int in, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

// A file in memory that goes with its descriptor.
class memory_file {
public:
  explicit memory_file(const std::string& content = "") : descriptor_(::memfd_create("pawl-test", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("no file in memory");
    for (std::size_t at = 0; at < content.size();) {
      const ssize_t put = ::write(descriptor_, content.data() + at, content.size() - at);
      if (put <= 0) throw std::runtime_error("no room for a file in memory");
      at += static_cast<std::size_t>(put);
    }
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }
  std::string content() const {
    std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    const ssize_t got = ::pread(descriptor_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

private:
  int descriptor_;
};

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set; run this by ctest");
  return value;
}

} // namespace

ended run_to_end(const words& command, const std::string& input) {
  const memory_file in(input);
  const memory_file out;
  const memory_file err;
  const int code = wait_for(spawn(command, in.descriptor(), out.descriptor(), err.descriptor()));
  return {code, out.content(), err.content()};
}

ended run_pawl(words arguments, const std::string& input) {
  arguments.insert(arguments.begin(), pawl_file());
  return run_to_end(arguments, input);
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string pawl_file() { return from_environment("PAWL_COMMAND"); }
std::string example(const std::string& name) { return from_environment("PAWL_EXAMPLES") + "/" + name; }

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> documents;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    documents.push_back(nlohmann::json::parse(line));
  return documents;
}

running::running(words arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const memory_file none;
  arguments.insert(arguments.begin(), pawl_file());
  pid_ = spawn(arguments, none.descriptor(), ends[1], none.descriptor());
  ::close(ends[1]);
  from_ = ends[0];
}

running::~running() {
  if (pid_ > 0) {
    send(SIGKILL);
    wait();
  }
  ::close(from_);
}

std::optional<std::string> running::read_line() {
  while (true) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> block{};
    const ssize_t got = ::read(from_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    buffer_.append(block.data(), static_cast<std::size_t>(got));
  }
}

bool running::read_until(const std::string& member, const std::string& value) {
  while (const auto line = read_line()) {
    const auto document = nlohmann::json::parse(*line, nullptr, false);
    if (document.is_object() && document.value(member, nlohmann::json()) == value) return true;
  }
  return false;
}

void running::send(int signal) const { ::kill(pid_, signal); }

int running::wait() { return wait_for(std::exchange(pid_, -1)); }

} // namespace pawl::test
