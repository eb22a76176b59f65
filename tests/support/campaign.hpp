// For programs that run as long as they are told: how long, and what they did.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

namespace pawl::test {

/// PAWL_MINUTES; PAWL_LONG alone means ten.
inline std::chrono::minutes time_to_run() {
  if (const char* minutes = std::getenv("PAWL_MINUTES")) return std::chrono::minutes(std::atoi(minutes));
  return std::chrono::minutes(std::getenv("PAWL_LONG") != nullptr ? 10 : 0);
}

/// Totals for tests/figures.jsonl. With PAWL_FIGURES set (a folder; tools/check --long=PART sets it) a file there
/// always says how far the program is, and has a failure until the program says how it ended: one that dies has failed.
class figures {
public:
  /// `unit` says what is counted. One object a process.
  explicit figures(std::string unit, std::optional<std::uint64_t> seed_from = {})
      : unit_(std::move(unit)), seed_from_(seed_from) {
    if (const char* folder = std::getenv("PAWL_FIGURES"); folder != nullptr && *folder != 0)
      file_ = std::string(folder) + "/" + std::to_string(::getpid()) + ".json";
    write(1);
  }

  /// Written once a second at most, so it may be called for every case.
  void so_far(std::uint64_t cases) {
    cases_ = cases;
    if (clock::now() - written_ >= std::chrono::seconds(1)) write(1);
  }
  void end(std::uint64_t cases, std::uint64_t failures) {
    cases_ = cases;
    write(failures);
  }

private:
  using clock = std::chrono::steady_clock;

  void write(std::uint64_t failures) {
    if (file_.empty()) return;
    written_ = clock::now();
    nlohmann::json line{{"arguments", arguments()}, {"cases", cases_}, {"unit", unit_}, {"failures", failures}};
    line["seconds"] = std::chrono::duration<double>(written_ - begun_).count();
    if (seed_from_) line["seed_from"] = *seed_from_;
    std::ofstream(file_ + ".new") << line << "\n";
    std::rename((file_ + ".new").c_str(), file_.c_str());
  }

  static nlohmann::json arguments() {
    std::ifstream in("/proc/self/cmdline");
    nlohmann::json list = nlohmann::json::array();
    for (std::string one; std::getline(in, one, '\0');)
      list.push_back(one);
    return list;
  }

  std::string unit_;
  std::optional<std::uint64_t> seed_from_;
  std::string file_;
  std::uint64_t cases_ = 0;
  clock::time_point begun_ = clock::now();
  clock::time_point written_;
};

} // namespace pawl::test
