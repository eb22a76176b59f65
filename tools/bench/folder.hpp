// A folder for the stores of one run, gone when the run is over.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace pawl::bench {

class bench_folder {
public:
  /// Below `parent`; empty: where temporary files go.
  explicit bench_folder(const std::string& parent) {
    const std::filesystem::path above =
        parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
    std::string name = (above / "pawl-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made in " + above.string());
    path_ = name;
  }
  bench_folder(const bench_folder&) = delete;
  bench_folder& operator=(const bench_folder&) = delete;
  ~bench_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of a store that is not there yet: what an earlier one of that name left is removed.
  std::string fresh(const std::string& name) const {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
      std::filesystem::remove(file(name) + suffix);
    return file(name);
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

} // namespace pawl::bench
