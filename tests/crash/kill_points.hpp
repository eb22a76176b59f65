// Named points at which a process kills itself: patterns of disk operations, and calls of the store. A point of the
// disk is PHASE:WHAT, the phase being `open`, `run` or `close`.
#pragma once

#include "storage/forwarding_store.hpp"
#include "tests/crash/workload.hpp"
#include "tests/support/faulty_disk.hpp"

#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

namespace pawl::crash {

class kill_points {
public:
  /// SIGKILL the nth time that `point` is reached.
  kill_points(std::string point, int nth) : point_(std::move(point)), left_(nth) {}

  void enter(const char* phase) {
    std::lock_guard lock(mutex_);
    phase_ = phase;
  }
  void reach(const std::string& point) {
    std::lock_guard lock(mutex_);
    pass(point);
  }
  /// Right before it is carried out.
  void reach(const test::disk_operation& op) {
    std::lock_guard lock(mutex_);
    for (const char* what : names_of(op))
      pass(phase_ + ":" + what);
    if (changes(op)) last_ = op;
  }

private:
  void pass(const std::string& point) {
    if (point == point_ && --left_ == 0) ::kill(::getpid(), SIGKILL);
  }
  static bool changes(const test::disk_operation& op) {
    using test::disk_call;
    return op.call == disk_call::write || op.call == disk_call::sync || op.call == disk_call::truncate;
  }
  bool last_was(test::disk_call call, test::file_role role) const {
    return last_ && last_->call == call && last_->role == role;
  }
  std::vector<const char*> names_of(const test::disk_operation& op) {
    using test::disk_call;
    using test::file_role;
    std::vector<const char*> names;
    if (last_was(disk_call::sync, file_role::wal)) names.push_back("log synced");
    if (last_was(disk_call::sync, file_role::main)) names.push_back("main file synced");
    if (last_was(disk_call::truncate, file_role::wal)) names.push_back("log cut");
    if (!names.empty()) last_.reset(); // the first operation after it only
    const bool goes_on = last_was(op.call, op.role);
    if (op.call == disk_call::write && op.role == file_role::wal)
      names.push_back(op.offset == 0 ? "log begins anew" : goes_on ? "log is written" : "log write begins");
    if (op.call == disk_call::write && op.role == file_role::main)
      names.push_back(goes_on ? "pages are moved" : "first page is moved");
    if (op.call == disk_call::write && op.role == file_role::journal) names.push_back("journal is written");
    if (op.call == disk_call::sync && op.role == file_role::wal) names.push_back("log not synced");
    if (op.call == disk_call::sync && op.role == file_role::main) names.push_back("main file not synced");
    if (op.call == disk_call::truncate && op.role == file_role::wal) names.push_back("log not cut");
    return names;
  }

  std::mutex mutex_;
  std::string point_;
  int left_;
  std::string phase_ = "open";
  std::optional<test::disk_operation> last_; ///< of those that change a file
};

/// Reaches points around the calls of an owner's store.
class killing_store final : public storage::forwarding_store {
public:
  killing_store(std::unique_ptr<storage::store> inner, std::shared_ptr<kill_points> points)
      : forwarding_store(std::move(inner)), points_(std::move(points)) {}

  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    points_->reach("store:before a commit");
    reach_of_schedules(batch, "schedule:before its row is written", "schedule:before a run is created");
    auto answers = inner().write(batch);
    reach_of_schedules(batch, "schedule:its row is written", "schedule:a run is created");
    points_->reach("store:committed, not answered");
    return answers;
  }
  result<storage::checkpointed> checkpoint(std::size_t wal_bytes) override {
    points_->reach("store:answered"); // the store actor asks for it right after it has answered
    return inner().checkpoint(wal_bytes);
  }
  result<void> save_definition(const storage::definition_row& definition, storage::timestamp_ms at) override {
    auto saved = inner().save_definition(definition, at);
    points_->reach("store:definition saved");
    return saved;
  }
  result<std::vector<storage::due_row>> in_flight(storage::instance_key after, std::size_t limit) override {
    points_->reach("recovery:before the first instance");
    return inner().in_flight(after, limit);
  }
  result<storage::loaded_instance> load(storage::instance_key instance) override {
    points_->reach("recovery:among the instances");
    return inner().load(instance);
  }

private:
  void reach_of_schedules(const std::vector<storage::change>& batch, const char* row, const char* run) {
    for (const storage::change& c : batch) {
      if (std::holds_alternative<storage::schedule_advance>(c)) points_->reach(row);
      if (const auto* start = std::get_if<storage::create_write>(&c); start && is_scheduled(start->uid))
        points_->reach(run);
    }
  }

  std::shared_ptr<kill_points> points_;
};

} // namespace pawl::crash
