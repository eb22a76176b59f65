// A folder that goes with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace pawl::test {

class temp_folder {
public:
  temp_folder() : temp_folder(std::filesystem::temp_directory_path()) {}
  explicit temp_folder(const std::filesystem::path& parent) {
    std::string name = (parent / "pawl-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// For the constructor: in memory where there is such a file system. For thousands of short-lived stores.
  static std::filesystem::path fast() {
    return std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  }

private:
  std::string path_;
};

} // namespace pawl::test
