// The ways in which every operation of a suite is made to fail.
#pragma once

#include "tests/support/faulty_disk.hpp"

#include <sqlite3.h>

#include <string>
#include <vector>

namespace pawl::test {

struct way_to_fail {
  std::string name;
  disk_fault fault;
};

/// What the kernel could not write stays in its cache as if it had been written.
inline way_to_fail failing_sync() {
  return {"fails to sync", {[](const disk_operation& op) { return op.call == disk_call::sync; }}};
}

inline std::vector<way_to_fail> ways_to_fail() {
  const auto any = disk_fault().match;
  const auto is_write = [](const disk_operation& op) { return op.call == disk_call::write; };
  const auto changes_disk = [](const disk_operation& op) {
    return op.call == disk_call::write || op.call == disk_call::sync || op.call == disk_call::truncate;
  };
  const auto locks_index = [](const disk_operation& op) { return op.call == disk_call::shm_lock; };
  const auto locks_file = [](const disk_operation& op) { return op.call == disk_call::lock; };
  return {{"fails", {any}},
          {"is done and fails", {changes_disk, 1, false, 0, 0, true}},
          {"fails after 100 bytes", {is_write, 1, false, 0, 100}},
          {"finds no room", {is_write, 1, false, SQLITE_FULL}},
          {"finds no room after 100 bytes", {is_write, 1, false, SQLITE_FULL, 100}},
          {"finds no memory", {any, 1, false, SQLITE_NOMEM}},
          {"finds it locked", {locks_index, 1, false, SQLITE_BUSY}},
          {"finds the file locked", {locks_file, 1, false, SQLITE_BUSY}},
          {"is refused", {is_write, 1, false, SQLITE_READONLY}}};
}

} // namespace pawl::test
