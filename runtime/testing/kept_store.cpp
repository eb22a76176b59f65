// Lives of a store, and what goes wrong in them.
#include "runtime/testing/kept_store.hpp"

#include <utility>

namespace pawl::testing::inside {
namespace {

const error dead{errc::storage, "the process has crashed, as the test wants it", ""};

error failure_of(errc code) {
  if (code == errc::storage) return {code, "the outcome of a commit is unknown, as the test wants it", ""};
  return {code, std::string("a commit failed (") + to_string(code) + "), as the test wants it", ""};
}

} // namespace

/// The store as one life sees it.
class life_store final : public storage::forwarding_store {
public:
  explicit life_store(kept_store& of) : forwarding_store(nullptr), of_(of), life_(of.life_) {}

  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    const auto all = [&](const error& e) { return std::vector<result<storage::written>>(batch.size(), e); };
    if (const auto why = hindrance()) return all(*why);
    if (const auto failure = std::exchange(of_.failure_, std::nullopt)) {
      has_stopped_ = failure->code == errc::storage;
      if (failure->fate == commit_fate::kept) (void)commit(batch);
      return all(failure_of(failure->code));
    }
    const auto death = of_.dies_now();
    if (!death) return commit(batch);
    if (death == commit_fate::kept) (void)commit(batch);
    of_.end_life();
    return all(dead);
  }
  result<void> save_definition(const storage::definition_row& definition, storage::timestamp_ms at) override {
    if (const auto why = hindrance()) return *why;
    return target().save_definition(definition, at);
  }
  result<storage::checkpointed> checkpoint(std::size_t wal_bytes) override {
    if (const auto why = hindrance()) return *why;
    return target().checkpoint(wal_bytes);
  }
  result<bool> clean_up() override {
    if (const auto why = hindrance()) return *why;
    return target().clean_up();
  }

protected:
  storage::store& target() override { return of_.rows(); }

private:
  std::optional<error> hindrance() const {
    if (!of_.is_alive(life_)) return dead;
    if (has_stopped_) return failure_of(errc::storage);
    return std::nullopt;
  }
  std::vector<result<storage::written>> commit(const std::vector<storage::change>& batch) {
    ++of_.commits_;
    return target().write(batch);
  }

  kept_store& of_;
  const int life_;
  bool has_stopped_ = false; ///< until it is opened anew, as a store after an unknown outcome
};

kept_store::kept_store(opener open_file) : open_file_(std::move(open_file)) {
  if (!open_file_) rows_ = storage::open_memory_store();
}

kept_store::opener kept_store::begin_life() {
  return [this, life = ++life_]() -> result<std::unique_ptr<storage::store>> {
    if (!is_alive(life)) return dead;
    if (open_file_) {
      rows_.reset(); // its lock, too
      auto opened = open_file_();
      if (!opened) return opened.failure();
      rows_ = std::move(*opened);
    }
    std::unique_ptr<storage::store> seen = std::make_unique<life_store>(*this);
    return planted ? planted(std::move(seen)) : std::move(seen);
  };
}

std::optional<commit_fate> kept_store::dies_now() {
  if (!crash_ || --crash_->commits_left != 0) return std::nullopt;
  return std::exchange(crash_, std::nullopt)->fate;
}

} // namespace pawl::testing::inside
