// Stores whose writes a test decides about.
#pragma once

#include "storage/forwarding_store.hpp"
#include "tests/recovery/lab.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace pawl::recovery {

using batch = std::vector<storage::change>;
using answers = std::vector<result<storage::written>>;
/// Writes in its own way; `nth` counts from 1 over all stores of one test.
using fault = std::function<answers(int nth, const batch& changes, storage::store& inner)>;

class faulty_store final : public storage::forwarding_store {
public:
  faulty_store(std::unique_ptr<storage::store> wrapped, fault way, std::shared_ptr<std::atomic<int>> count)
      : forwarding_store(std::move(wrapped)), way_(std::move(way)), count_(std::move(count)) {}
  answers write(const batch& changes) override { return way_(++*count_, changes, inner()); }

private:
  fault way_;
  std::shared_ptr<std::atomic<int>> count_;
};

inline lab::wrapper with(const fault& way) {
  return [way, count = std::make_shared<std::atomic<int>>(0)](std::unique_ptr<storage::store> inner) {
    return std::make_unique<faulty_store>(std::move(inner), way, count);
  };
}

inline answers all(const batch& changes, errc code) { return answers(changes.size(), error{code, "injected", ""}); }

} // namespace pawl::recovery
