// Runs a call again and again, each time with another of its allocations failing, once or from it on, and says what
// does not hold then: the right answer, or a definite error, or std::bad_alloc; nothing leaked; the next call good.
#pragma once

#include "tests/support/memory.hpp"
#include "tests/support/slice.hpp"

#include <functional>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::allocation {

/// How one call ended.
struct ending {
  std::string text;          ///< its answer, "error CODE: …", or "bad_alloc"
  std::int64_t asked = 0;    ///< allocations
  std::int64_t failed = 0;   ///< of these
  std::int64_t leaked = 0;   ///< blocks that were held before and after
  bool in_json_list = false; ///< see memory::failing
};

/// A call with its answer as text; with a fault, or just counted.
struct target {
  std::string name;
  std::function<ending(const test::memory::fault&)> run;
};

inline constexpr test::memory::fault no_fault{INT64_MAX, false, test::memory::whose::this_thread};

/// `call` is what memory fails under, `describe` makes text of its answer.
template <class Call, class Describe> target make_target(std::string name, Call call, Describe describe) {
  return {std::move(name), [call, describe](const test::memory::fault& fault) {
            ending done;
            const std::int64_t before = test::memory::blocks_held();
            {
              std::optional<decltype(call())> answer;
              const char* thrown = nullptr;
              {
                const test::memory::failing now(fault);
                try {
                  answer.emplace(call());
                } catch (const std::bad_alloc&) {
                  thrown = "bad_alloc";
                } catch (...) {
                  thrown = "another exception";
                }
                done.asked = now.asked();
                done.failed = now.failures();
                done.in_json_list = now.failed_in_json_list();
              }
              done.text = answer ? describe(*answer) : thrown;
            }
            const std::int64_t own = done.text.capacity() > std::string().capacity() ? 1 : 0;
            done.leaked = test::memory::blocks_held() - before - own;
            return done;
          }};
}

struct tally {
  std::int64_t allocations = 0; ///< of one call
  std::uint64_t faults = 0;     ///< there are: each allocation once and for ever
  std::int64_t cases = 0;       ///< of these, those of the slice
  std::int64_t thrown = 0;      ///< ended with bad_alloc
  std::int64_t errors = 0;
  std::int64_t good = 0;       ///< had the right answer all the same
  std::int64_t json_leaks = 0; ///< tolerated: of nlohmann's list constructor
  std::vector<std::string> broken;
};

/// In this process, after one call that makes what is made once.
tally fail_every_allocation(const target& of);
/// Each in a process of its own that never made the call before: what is made once is made under the fault. Call it
/// before anything else of the kind, and from a process of one thread.
tally fail_every_first_allocation(const target& of);

/// A crash from here on says that it happened in this case.
void note_case(const std::string& name, const test::memory::fault& f);

/// Prints a line, and what is broken.
void print(const std::string& name, const tally& all);

} // namespace pawl::allocation
