// Reading properties the way Jexl does, own members only: no prototype can be reached.
#pragma once

#include "runtime/expression/code.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

#include <span>

namespace pawl::expression {

/// Follows `path` from `start`. a.x on nothing is undefined, on an array means its first element; a['x'] on nothing
/// fails.
bool follow(value& out, const value& start, std::span<const step> path, meter& cost);

/// The same, but the first step reads an own property of `start` (a context or element), arrays included.
bool follow_own(value& out, const value& start, std::span<const step> path, meter& cost);

/// subject[key] with a computed key; a boolean key keeps or drops the subject.
bool index(value& out, const value& subject, const value& key, meter& cost);

} // namespace pawl::expression
