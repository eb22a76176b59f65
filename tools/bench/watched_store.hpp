// A store between the engine and its file that counts and times commits, and keeps what was written on request.
// Adds a clock reading a commit and nothing a step, unless it records.
#pragma once

#include "storage/forwarding_store.hpp"
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

class watched_store final : public storage::forwarding_store {
public:
  watched_store(std::unique_ptr<storage::store> inner, std::shared_ptr<observations> seen)
      : forwarding_store(std::move(inner)), seen_(std::move(seen)) {}

  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    auto answers = inner().write(batch);
    note(batch, answers);
    return answers;
  }
  result<void> save_definition(const storage::definition_row& definition, storage::timestamp_ms at) override {
    if (seen_->record) seen_->definitions.push_back(definition);
    return inner().save_definition(definition, at);
  }
  result<std::optional<storage::timestamp_ms>> next_due(core::timeline line, storage::due_mark after) override {
    auto found = inner().next_due(line, after);
    ++seen_->due_looks;
    return found;
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

  std::shared_ptr<observations> seen_;
};

} // namespace pawl::bench
