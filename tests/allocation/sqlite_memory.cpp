// Forwards to the methods that SQLite would use itself.
#include "tests/allocation/sqlite_memory.hpp"

#include "tests/support/memory.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace pawl::allocation {
namespace {

sqlite3_mem_methods sqlites_own;

void* take(int bytes) {
  if (test::memory::must_fail()) return nullptr;
  void* const block = sqlites_own.xMalloc(bytes);
  if (block != nullptr) test::memory::report_block(1);
  return block;
}

void free_block(void* block) {
  if (block != nullptr) test::memory::report_block(-1);
  sqlites_own.xFree(block);
}

void* resize(void* block, int bytes) {
  return test::memory::must_fail() ? nullptr : sqlites_own.xRealloc(block, bytes);
}

void must(int answer) {
  if (answer != SQLITE_OK) throw std::runtime_error("SQLite takes no allocator of the test's");
}

} // namespace

void let_sqlite_fail() {
  must(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlites_own));
  sqlite3_mem_methods ours = sqlites_own;
  ours.xMalloc = take;
  ours.xFree = free_block;
  ours.xRealloc = resize;
  must(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours));
  must(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0));
}

} // namespace pawl::allocation
