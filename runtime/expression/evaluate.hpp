// Running a compiled expression against a context.
#pragma once

#include "runtime/expression/functions.hpp"
#include "runtime/expression/limits.hpp"
#include "runtime/expression/program.hpp"
#include "runtime/expression/value.hpp"

#include <pawl/result.hpp>

#include <functional>
#include <optional>

namespace pawl::expression {

struct environment {
  limits allowed;
  const functions* known = nullptr;          ///< none: every call is an error; must outlive the evaluation
  std::function<bool()> should_stop = {};    ///< asked now and then; true ends the evaluation with errc::stopped
  std::function<std::int64_t()> now_ms = {}; ///< time that was worked; none: no limit of it is watched
};

/// The value of `what` with `root` as its outermost context.
///
/// What comes back may borrow from the documents behind `root`, which must outlive it. Errors: `evaluation`, `limit`
/// (names the limit), `stopped`; `where` is "byte N" of the source where that is known. Messages quote the expression's
/// own names, never a value. Safe from any thread; throws nothing but std::bad_alloc.
result<value> evaluate(const program& what, const value& root, const environment& with);
/// The same; adds what it cost to `used`, also when it fails. As part of a rendering that runs since then it also keeps
/// limits::template_time_ms_max.
result<value> evaluate(const program& what, const value& root, const environment& with, usage& used,
                       std::optional<std::int64_t> rendering_since_ms = std::nullopt);

/// Whether that is the error of a limit of time, which may not be reached when the same is evaluated again.
bool is_of_time(const error& why);

} // namespace pawl::expression
