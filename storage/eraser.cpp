// Erases the rows of removed instances, a bounded number at a time. Two rows outlive their removed instance until
// something newer is committed: the one with the highest key, which must never be given to another instance, and the
// newest step, which knows the latest time.
#include "storage/eraser.hpp"

namespace pawl::storage {
namespace {

constexpr std::int64_t freed_pages_max = 1024; ///< of one piece: a row may hold an output of megabytes
constexpr int pages_given_back_max = 256;      ///< by one piece: each may be moved to another place

constexpr char next_removed_sql[] =
    "SELECT instance FROM removed WHERE EXISTS (SELECT 1 FROM input WHERE instance = removed.instance)"
    " OR instance NOT IN (SELECT max(id) FROM instance"
    " UNION SELECT instance FROM step WHERE seq = (SELECT max(seq) FROM step)) ORDER BY instance LIMIT 1";
constexpr char erase_step_sql[] =
    "DELETE FROM step WHERE seq = (SELECT seq FROM step WHERE instance = ?1 AND seq < (SELECT max(seq) FROM step)"
    " LIMIT 1)";
constexpr char empty_newest_step_sql[] =
    "UPDATE step SET handle = NULL, note = NULL, error = NULL, detail = NULL, output = NULL WHERE instance = ?1";
constexpr char erase_memory_sql[] = "DELETE FROM memory WHERE instance = ?1";
constexpr char erase_timer_sql[] = "DELETE FROM timer WHERE instance = ?1";
constexpr char erase_cursor_sql[] = "DELETE FROM cursor WHERE instance = ?1";
constexpr char erase_visit_sql[] = "DELETE FROM visit WHERE instance = ?1";
constexpr char erase_signal_sql[] = "DELETE FROM signal WHERE instance = ?1";
constexpr char erase_signal_key_sql[] = "DELETE FROM signal_key WHERE instance = ?1";
constexpr char erase_closing_sql[] = "DELETE FROM closing WHERE instance = ?1";
constexpr char erase_label_sql[] = "DELETE FROM label WHERE instance = ?1";
constexpr char erase_input_sql[] = "DELETE FROM input WHERE instance = ?1";
constexpr char erase_instance_sql[] = "DELETE FROM instance WHERE id = ?1 AND id < (SELECT max(id) FROM instance)"
                                      " AND NOT EXISTS (SELECT 1 FROM step WHERE instance = ?1)";

} // namespace

bool eraser::erase_piece(int rows_max) {
  const std::int64_t free_before = free_pages();
  for (int rows_left = rows_max; rows_left > 0;) {
    const auto instance = next_removed();
    if (!instance) return give_pages_back();
    if (!erase_steps(*instance, rows_left)) return true;
    erase_rest(*instance);
    if (free_pages() - free_before > freed_pages_max) return true;
  }
  return true;
}

std::optional<instance_key> eraser::next_removed() {
  running row = statements_.run(next_removed_sql);
  return row.next() ? std::optional(row.number(0)) : std::nullopt;
}

// Whether all are erased that may be.
bool eraser::erase_steps(instance_key instance, int& rows_left) {
  const std::int64_t free_before = free_pages();
  while (statements_.change(erase_step_sql, instance) > 0)
    if (--rows_left <= 0 || free_pages() - free_before > freed_pages_max) return false;
  return true;
}

void eraser::erase_rest(instance_key instance) {
  for (const char* sql :
       {empty_newest_step_sql, erase_memory_sql, erase_timer_sql, erase_cursor_sql, erase_visit_sql, erase_signal_sql,
        erase_signal_key_sql, erase_closing_sql, erase_label_sql, erase_input_sql, erase_instance_sql})
    statements_.change(sql, instance);
}

bool eraser::give_pages_back() {
  const std::int64_t before = free_pages();
  if (before == 0) return false;
  database_.exec(("PRAGMA incremental_vacuum(" + std::to_string(pages_given_back_max) + ")").c_str());
  const std::int64_t left = free_pages();
  return left > 0 && left < before;
}

std::int64_t eraser::free_pages() { return database_.execAndGet("PRAGMA freelist_count").getInt64(); }

} // namespace pawl::storage
