// Rows that outlive their runtimes, behind stores that do not.
#include "tests/sim/sim_store.hpp"

#include "storage/forwarding_store.hpp"

#include <stdexcept>

namespace pawl::sim {
namespace {

const error crashed{errc::storage, "the process is dead", ""};
const error unreadable{errc::storage, "the simulated disk cannot be read", ""};

error failure_of(store_fault f) {
  if (f == store_fault::full) return {errc::disk_full, "the simulated disk is full", ""};
  if (f == store_fault::busy) return {errc::busy, "the simulated store is locked", ""};
  if (f == store_fault::no_access) return {errc::access, "the simulated store may not be written", ""};
  return {errc::storage, "the simulated outcome is unknown", ""};
}

} // namespace

const char* name_of(store_fault f) {
  constexpr const char* names[] = {
      "none", "disk full", "busy", "no access", "outcome unknown, kept", "outcome unknown, lost", "unreadable"};
  return names[static_cast<int>(f)];
}

class life_store final : public storage::forwarding_store {
public:
  explicit life_store(sim_store& of) : forwarding_store(nullptr), of_(of), life_(of.life_) {}

  std::vector<result<storage::written>> write(const std::vector<storage::change>& batch) override {
    const auto all = [&](const error& e) { return std::vector<result<storage::written>>(batch.size(), e); };
    if (life_ != of_.life_) return all(crashed);
    if (stopped_) return all(failure_of(store_fault::unknown_lost));
    const store_fault fault = of_.decide(true);
    stopped_ = fault == store_fault::unknown_kept || fault == store_fault::unknown_lost;
    if (fault != store_fault::none && fault != store_fault::unknown_kept) return all(failure_of(fault));
    auto answers = target().write(batch);
    of_.on_commit(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (answers[i]) of_.on_change(batch[i], *answers[i]);
    return fault == store_fault::unknown_kept ? all(failure_of(fault)) : answers;
  }
  result<void> save_definition(const storage::definition_row& definition, storage::timestamp_ms at) override {
    return guarded<void>([&](storage::store& s) { return s.save_definition(definition, at); });
  }
  result<bool> clean_up() override {
    if (life_ != of_.life_) return crashed;
    if (stopped_) return failure_of(store_fault::unknown_lost);
    return target().clean_up();
  }
  result<std::optional<storage::instance_key>> find(std::string_view uid) override {
    return guarded<std::optional<storage::instance_key>>([&](storage::store& s) { return s.find(uid); });
  }
  result<storage::loaded_instance> load(storage::instance_key instance) override {
    return guarded<storage::loaded_instance>([&](storage::store& s) { return s.load(instance); });
  }
  result<std::vector<storage::result_row>> last_results(storage::instance_key instance,
                                                        const std::vector<std::string>& nodes) override {
    return guarded<std::vector<storage::result_row>>(
        [&](storage::store& s) { return s.last_results(instance, nodes); });
  }
  result<std::vector<storage::due_row>> in_flight(storage::instance_key after, std::size_t limit) override {
    return guarded<std::vector<storage::due_row>>([&](storage::store& s) { return s.in_flight(after, limit); });
  }
  result<std::vector<storage::due_row>> due(core::timeline line, storage::due_mark after, storage::timestamp_ms now,
                                            std::size_t limit) override {
    return guarded<std::vector<storage::due_row>>([&](storage::store& s) { return s.due(line, after, now, limit); });
  }
  result<std::optional<storage::timestamp_ms>> next_due(core::timeline line, storage::due_mark after) override {
    return guarded<std::optional<storage::timestamp_ms>>([&](storage::store& s) { return s.next_due(line, after); });
  }

  result<std::optional<storage::schedule_row>> schedule(std::string_view id) override {
    return of_schedules<std::optional<storage::schedule_row>>([&](storage::store& s) { return s.schedule(id); });
  }
  result<std::vector<storage::schedule_row>> due_schedules(storage::timestamp_ms now, std::size_t limit) override {
    return of_schedules<std::vector<storage::schedule_row>>([&](storage::store& s) {
      if (of_.on_schedules_read) of_.on_schedules_read(now);
      return s.due_schedules(now, limit);
    });
  }
  result<std::optional<storage::timestamp_ms>> next_schedule_due(storage::timestamp_ms after) override {
    return of_schedules<std::optional<storage::timestamp_ms>>(
        [&](storage::store& s) { return s.next_schedule_due(after); });
  }
  result<std::vector<storage::schedule_row>> waiting_schedules(std::string_view after, std::size_t limit) override {
    return of_schedules<std::vector<storage::schedule_row>>(
        [&](storage::store& s) { return s.waiting_schedules(after, limit); });
  }

protected:
  storage::store& target() override { return of_.rows(); }

private:
  template <class T, class Call> result<T> guarded(Call call) {
    if (life_ != of_.life_) return crashed;
    if (of_.decide(false) != store_fault::none) return unreadable;
    return call(target());
  }

  // Every runtime looks for schedules: where there are none, no fault is spent on that.
  template <class T, class Call> result<T> of_schedules(Call call) {
    if (of_.on_schedules_read) return guarded<T>(call);
    return life_ == of_.life_ ? call(target()) : result<T>(crashed);
  }

  sim_store& of_;
  const int life_;
  bool stopped_ = false; ///< until it is opened anew, as a store after an unknown outcome
};

sim_store::sim_store(bool on_disk) {
  if (on_disk)
    folder_.emplace(test::temp_folder::fast());
  else
    rows_ = storage::open_memory_store("the same in every run");
}

storage::store& sim_store::rows() {
  if (!rows_) {
    auto opened = storage::open_sqlite_store(folder_->file("sim.db"));
    if (!opened) throw std::runtime_error(to_string(opened.failure()));
    rows_ = std::move(*opened);
  }
  return *rows_;
}

actors::store_slot::opener sim_store::begin_life() {
  return [this, life = ++life_]() -> result<std::unique_ptr<storage::store>> {
    if (life != life_) return crashed;
    ++opens_;
    if (folder_) rows_.reset();
    (void)rows();
    return std::unique_ptr<storage::store>(std::make_unique<life_store>(*this));
  };
}

} // namespace pawl::sim
