// operator new and delete of the whole test program: counts what is taken and held, and fails what a test says.
// What passes by operator new (malloc of C libraries) is neither counted nor failed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pawl::test::memory {

struct counts {
  std::size_t peak = 0;  ///< the most that was held at once, beyond what was held at the start
  std::size_t total = 0; ///< all that was asked for
};

/// Starts counting bytes anew. One thread.
void start_counting() noexcept;
counts counted() noexcept;

/// Blocks that are held now, those of report_block() included.
std::int64_t blocks_held() noexcept;

enum class whose { this_thread, other_threads };

/// The `nth` allocation from now on fails, counted over the threads that are meant.
struct fault {
  std::int64_t nth = 1;
  bool for_ever = false; ///< and every one after it
  whose threads = whose::this_thread;
};

/// Carries out one fault for as long as it lives; one at a time.
///
/// Spared is what may not fail, as tests/allocation/README.md says: what nlohmann::json's destructor allocates, which
/// may not throw, and what RE2 allocates, which is not made for exceptions. Nothing in Pawl could help there.
class failing {
public:
  explicit failing(const fault& what) noexcept;
  failing(const failing&) = delete;
  failing& operator=(const failing&) = delete;
  ~failing();

  std::int64_t asked() const noexcept;       ///< allocations that were counted
  std::int64_t failures() const noexcept;    ///< of these
  bool failed_in_json_list() const noexcept; ///< one in nlohmann::json's constructor from a list, which leaks then
};

/// For allocators of libraries: whether the next allocation fails; one that was made (1) or given back (-1).
bool must_fail() noexcept;
void report_block(int change) noexcept;

} // namespace pawl::test::memory
