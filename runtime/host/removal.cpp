// Removes ended instances, one or many, through the storage port.
#include "runtime/host/removal.hpp"

#include "runtime/host/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::host {
namespace {

constexpr std::size_t page = 64; ///< a transaction on a full disk must fit into the store's reserve

bool is_meant(const prune_options& which, const storage::summary_row& row, storage::timestamp_ms now) {
  if (!has_ended(row.status) || row.updated_at > now - which.ended_for.count()) return false;
  if (!which.definition_id.empty() && row.definition_id != which.definition_id) return false;
  const auto& wanted = which.statuses;
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), row.status) != wanted.end();
}

// It was removed, or went on, since it was listed.
bool is_out_of_date(const error& why) { return why.code == errc::not_found || why.code == errc::not_finished; }

error half_way(error why, const pruning& progress) {
  if (!progress.removed.empty())
    why.message += fmt::format("; {} instances were removed before that", progress.removed.size());
  return why;
}

result<void> remove_all(storage::store& store, const std::vector<storage::change>& batch,
                        std::vector<instance_summary> meant, pruning& progress) {
  const auto answers = store.write(batch);
  std::optional<error> first;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i])
      progress.removed.push_back(std::move(meant[i]));
    else if (!first && !is_out_of_date(answers[i].failure()))
      first = answers[i].failure();
  }
  if (first) return half_way(*first, progress);
  return {};
}

} // namespace

result<void> remove_instance(storage::store& store, std::string_view uid) {
  const auto key = store.find(uid);
  if (!key) return key.failure();
  if (!*key) return error{errc::not_found, fmt::format("there is no instance '{}'", uid), ""};
  const auto answers = store.write({storage::remove_write{**key}});
  if (!answers[0]) return answers[0].failure();
  return {};
}

result<void> check(const prune_options& which) {
  if (which.ended_for.count() < 0) return error{errc::invalid_argument, "ended_for is 0 or more", ""};
  for (const instance_status s : which.statuses)
    if (!has_ended(s))
      return error{errc::invalid_argument,
                   fmt::format("only instances that have ended are pruned, not those that are {}", to_string(s)), ""};
  return {};
}

result<void> prune_page(storage::store& store, pruning& progress, storage::timestamp_ms now) {
  const auto rows = store.list(progress.after, page);
  if (!rows) return half_way(rows.failure(), progress);
  std::vector<instance_summary> meant;
  std::vector<storage::change> batch;
  for (const storage::summary_row& r : *rows) {
    progress.after = r.instance;
    if (!is_meant(progress.which, r, now)) continue;
    if (progress.removed.size() + meant.size() == progress.which.limit) break;
    meant.push_back(summary_of(r, {}));
    batch.emplace_back(storage::remove_write{r.instance});
  }
  progress.is_done = rows->size() < page || progress.removed.size() + meant.size() == progress.which.limit;
  if (!progress.which.dry_run) return remove_all(store, batch, std::move(meant), progress);
  progress.removed.insert(progress.removed.end(), meant.begin(), meant.end());
  return {};
}

} // namespace pawl::host
