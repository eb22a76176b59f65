// Fills a folder in memory with the files of one case.
#include "tests/power/folder.hpp"

#include <cerrno>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::power {
namespace {

void write_whole(const std::string& path, const std::string& content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const ssize_t put = descriptor < 0 ? -1 : ::write(descriptor, content.data(), content.size());
  if (descriptor >= 0) ::close(descriptor);
  if (put != static_cast<ssize_t>(content.size())) throw std::runtime_error("cannot write " + path);
}

} // namespace

void scratch_folder::hold(const files& wanted) {
  for (const auto& entry : std::filesystem::directory_iterator(path()))
    std::filesystem::remove_all(entry.path());
  for (const auto& [name, content] : wanted)
    write_whole(folder_.file(name), content);
}

} // namespace pawl::power
