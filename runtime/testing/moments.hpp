// What the engine has to do by itself at some moment: the only place of the kit that knows where a store keeps that.
#pragma once

#include "actors/services.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pawl::testing::inside {

struct overdue {
  std::string instance;
  std::int64_t late_ms = 0;
};

/// What is due now or has been for some time, at most a page of it.
result<std::vector<overdue>> overdue_in(storage::store& rows, actors::services& of);
/// How long until something becomes due; nothing when nothing ever will.
result<std::optional<std::chrono::milliseconds>> next_in(storage::store& rows, actors::services& of);

} // namespace pawl::testing::inside
