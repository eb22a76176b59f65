// The defect of controls: answers a step before it is committed, and commits it when something else is asked for.
#pragma once

#include "storage/forwarding_store.hpp"

#include <algorithm>

namespace pawl::test {

class early_store final : public storage::forwarding_store {
public:
  using storage::forwarding_store::forwarding_store;
  ~early_store() override { settle(); }

  // A new instance needs its key, so a batch that holds one is committed as it should be.
  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    settle();
    const auto is_step = [](const storage::change& c) { return std::holds_alternative<storage::step_write>(c); };
    if (!std::all_of(batch.begin(), batch.end(), is_step)) return inner().write(batch);
    owed_ = batch;
    std::vector<result<storage::written>> answers;
    for (const storage::change& c : batch)
      answers.push_back(storage::written{std::get<storage::step_write>(c).instance, false});
    return answers;
  }

  // Asked right after each write: it must not settle.
  result<storage::checkpointed> checkpoint(std::size_t) override { return storage::checkpointed{}; }

protected:
  storage::store& target() override {
    settle();
    return inner();
  }

private:
  void settle() {
    if (!owed_.empty()) (void)inner().write(std::exchange(owed_, {}));
  }

  std::vector<storage::change> owed_;
};

} // namespace pawl::test
