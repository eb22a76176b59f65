// A store between the engine and its file that counts and times commits, and keeps what was written on request.
// Adds a clock reading a commit and nothing a step, unless it records.
#pragma once

#include "storage/store.hpp"
#include "tools/bench/measure.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pawl::bench {

/// A change as Pawl's store was given it, with the key it was kept under.
struct recorded_change {
  storage::change what;
  storage::instance_key instance = 0;
};

/// What was seen. Written by the store's thread; to be read when nothing runs, but for the atomics.
struct observations {
  bool record = false;                  ///< keep the changes
  bool time_steps = false;              ///< keep when each commit came back
  std::vector<std::int64_t> measure_at; ///< numbers of changes at which `usages` is taken, ascending

  std::atomic<std::int64_t> changes{0};
  std::atomic<std::int64_t> due_looks{0}; ///< how often the next timer was looked for
  std::vector<std::size_t> batches;       ///< changes of each commit
  std::vector<moment> commit_times;
  std::vector<usage> usages;
  std::vector<recorded_change> recorded;
  std::vector<storage::definition_row> definitions; ///< recorded
  moment last_commit;
};

class watched_store final : public storage::store {
public:
  watched_store(std::unique_ptr<storage::store> inner, std::shared_ptr<observations> seen)
      : inner_(std::move(inner)), seen_(std::move(seen)) {}

  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    auto answers = inner_->write(batch);
    note(batch, answers);
    return answers;
  }
  result<void> save_definition(const storage::definition_row& definition, storage::timestamp_ms at) override {
    if (seen_->record) seen_->definitions.push_back(definition);
    return inner_->save_definition(definition, at);
  }
  result<storage::checkpointed> checkpoint(std::size_t wal_bytes) override { return inner_->checkpoint(wal_bytes); }
  result<bool> clean_up() override { return inner_->clean_up(); }

  result<std::optional<storage::instance_key>> find(std::string_view uid) override { return inner_->find(uid); }
  result<storage::loaded_instance> load(storage::instance_key instance) override { return inner_->load(instance); }
  result<std::vector<storage::summary_row>> list(storage::instance_key after, std::size_t limit) override {
    return inner_->list(after, limit);
  }
  result<std::vector<storage::step_row>> history(storage::instance_key instance, std::int64_t after_revision,
                                                 std::size_t limit) override {
    return inner_->history(instance, after_revision, limit);
  }
  result<std::vector<storage::result_row>> context(storage::instance_key instance, std::size_t limit) override {
    return inner_->context(instance, limit);
  }
  result<std::vector<storage::result_row>> last_results(storage::instance_key instance,
                                                        const std::vector<std::string>& nodes) override {
    return inner_->last_results(instance, nodes);
  }
  result<std::vector<storage::result_row>> results(storage::instance_key instance, std::string_view node,
                                                   const storage::result_limits& allowed) override {
    return inner_->results(instance, node, allowed);
  }
  result<std::optional<storage::definition_row>> definition_by_hash(std::string_view hash) override {
    return inner_->definition_by_hash(hash);
  }
  result<std::optional<storage::definition_row>> latest_definition(std::string_view id) override {
    return inner_->latest_definition(id);
  }
  result<std::vector<storage::definition_row>> latest_definitions() override { return inner_->latest_definitions(); }
  result<std::vector<secret_audit_entry>> secret_audit(std::int64_t after, std::size_t limit) override {
    return inner_->secret_audit(after, limit);
  }
  result<std::vector<storage::due_row>> in_flight(storage::instance_key after, std::size_t limit) override {
    return inner_->in_flight(after, limit);
  }
  result<std::vector<storage::due_row>> due(core::timeline line, storage::due_mark after, storage::timestamp_ms at,
                                            std::size_t limit) override {
    return inner_->due(line, after, at, limit);
  }
  result<std::optional<storage::timestamp_ms>> next_due(core::timeline line, storage::due_mark after) override {
    auto found = inner_->next_due(line, after);
    ++seen_->due_looks;
    return found;
  }
  result<storage::timestamp_ms> last_time() override { return inner_->last_time(); }
  result<std::vector<storage::schedule_row>> schedules(std::string_view after, std::size_t limit) override {
    return inner_->schedules(after, limit);
  }
  result<core::clock_offsets> offsets() override { return inner_->offsets(); }
  result<std::optional<storage::schedule_row>> schedule(std::string_view id) override { return inner_->schedule(id); }
  result<std::vector<storage::schedule_row>> due_schedules(storage::timestamp_ms at, std::size_t limit) override {
    return inner_->due_schedules(at, limit);
  }
  result<std::optional<storage::timestamp_ms>> next_schedule_due(storage::timestamp_ms after) override {
    return inner_->next_schedule_due(after);
  }
  result<std::vector<storage::schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) override {
    return inner_->waiting_schedules(after, limit);
  }

private:
  void note(const std::vector<storage::change>& batch, const std::vector<result<storage::written>>& answers) {
    observations& seen = *seen_;
    seen.last_commit = now();
    if (seen.time_steps) seen.commit_times.push_back(seen.last_commit);
    if (seen.record)
      for (std::size_t i = 0; i < batch.size(); ++i)
        if (answers[i]) seen.recorded.push_back({batch[i], answers[i]->instance});
    seen.batches.push_back(batch.size());
    seen.changes += static_cast<std::int64_t>(batch.size());
    while (seen.usages.size() < seen.measure_at.size() && seen.measure_at[seen.usages.size()] <= seen.changes)
      seen.usages.push_back(usage_now());
  }

  std::unique_ptr<storage::store> inner_;
  std::shared_ptr<observations> seen_;
};

} // namespace pawl::bench
