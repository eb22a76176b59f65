// Copies of one instance.
#include "tools/bench/many.hpp"

#include "runtime/core/hash.hpp"
#include "tools/bench/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pawl::bench {
namespace {

constexpr int instances_a_batch = 2048;
constexpr std::size_t log_bytes_max = std::size_t{64} << 20;

storage::change copy_of(const recorded_change& from, const std::string& uid, storage::instance_key key) {
  storage::change made = from.what;
  auto* start = std::get_if<storage::create_write>(&made);
  storage::step_write& rows = start != nullptr ? start->first : std::get<storage::step_write>(made);
  if (start != nullptr) start->uid = uid;
  rows.instance = key;
  for (storage::cursor_row& c : rows.cursors_set)
    c.key = core::idempotency_key(uid, c.node, c.visit); // as long as a real one
  return made;
}

// The n-th change of each of them; instances that have no n-th one are left as they are.
void write_nth(storage::store& store, int from, const std::function<const example&(int)>& kind, std::size_t n,
               std::vector<storage::instance_key>& keys) {
  std::vector<storage::change> batch;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const int number = from + static_cast<int>(i);
    const auto& changes = kind(number).changes;
    if (n >= changes.size()) continue;
    batch.push_back(copy_of(changes[n], many_id(number), keys[i]));
    of.push_back(i);
  }
  const auto answers = store.write(batch);
  for (std::size_t i = 0; i < answers.size(); ++i)
    keys[of[i]] = must(answers[i]).instance;
}

} // namespace

example run_example(const std::string& definition, const std::string& definition_id, const nlohmann::json& input) {
  auto seen = std::make_shared<observations>();
  seen->record = true;
  auto engine = open_engine("", seen);
  must(engine->load_definition(definition, ""));
  must(engine->wait(must(engine->start(definition_id, input, {})), wait_until::at_rest, std::chrono::minutes(1)));
  engine->stop();
  return {std::move(seen->recorded), std::move(seen->definitions)};
}

std::string many_id(int i) { return fmt::format("many-{:08}", i); }

void write_many(const std::string& file, int count, const std::function<const example&(int i)>& kind,
                const std::function<void()>& leave) {
  const auto store = must(storage::open_sqlite_store(file));
  std::size_t changes_max = 0;
  for (int i = 0; i < std::min(count, 100); ++i) {
    for (const storage::definition_row& d : kind(i).definitions)
      must(store->save_definition(d, 1));
    changes_max = std::max(changes_max, kind(i).changes.size());
  }
  for (int from = 0; from < count; from += instances_a_batch) {
    std::vector<storage::instance_key> keys(static_cast<std::size_t>(std::min(instances_a_batch, count - from)));
    for (std::size_t n = 0; n < changes_max; ++n)
      write_nth(*store, from, kind, n, keys);
    must(store->checkpoint(log_bytes_max));
  }
  if (leave) leave();
}

} // namespace pawl::bench
