// A store in a folder of its own, engines on it, and many instances driven through them at once while something breaks.
#pragma once

#include "runtime/host/engine.hpp"
#include "storage/store.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pawl::recovery {

using test::patience;

/// Stands still until a test moves it.
class manual_clock final : public pawl::clock {
public:
  std::int64_t now_ms() override { return now_; }
  void advance(std::int64_t ms) { now_ += ms; }

private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

/// Counts executions; what breaks things waits for it instead of for time.
class progress {
public:
  void step();
  void finish();
  /// False when everything has ended before.
  bool reached(int steps);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int steps_ = 0;
  bool finished_ = false;
};

class lab {
public:
  using wrapper = std::function<std::unique_ptr<storage::store>(std::unique_ptr<storage::store>)>;

  lab();
  std::string path() const { return folder_.file("lab.db"); }
  std::string second_path() const { return folder_.file("second.db"); }
  /// On path(), with the node types of tests/crash, keeping the log.
  options settings();
  std::unique_ptr<host::engine> open() { return open(settings()); }
  std::unique_ptr<host::engine> open(options opts);
  /// Every time that the store is opened it is put into `wrap`.
  std::unique_ptr<host::engine> open(options opts, wrapper wrap);

  /// Starts the instances [0, count) of tests/crash from threads of their own, answers their pauses until all have
  /// ended; `meanwhile` runs on this thread. What went wrong.
  std::vector<std::string> drive(host::engine& rt, int count, const std::function<void(progress&)>& meanwhile);

  /// With the store closed: what is lost, doubled, out of order or against the replay law.
  std::vector<std::string> faults(int count) const;
  std::vector<std::string> log() const;

private:
  void keep_effect(const node_context& c);

  test::temp_folder folder_;
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  std::shared_ptr<progress> progress_;
};

/// For INFO and FAIL.
std::string joined(const std::vector<std::string>& lines);
void must(const result<void>& done);

/// Loads the text, starts it as `uid` with the input {}.
void begin(host::engine& rt, const std::string& definition, const std::string& uid);

} // namespace pawl::recovery
