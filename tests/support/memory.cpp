// Over malloc. All forms are replaced, arrays and aligned ones too: the sanitizers' own would pass by.
#include "tests/support/memory.hpp"

#include "tests/support/own_symbols.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include <dlfcn.h>
#include <execinfo.h>
#include <malloc.h>

namespace pawl::test::memory {
namespace {

std::atomic<std::size_t> live{0};
std::atomic<std::size_t> peak_live{0};
std::atomic<std::size_t> total{0};
std::atomic<std::int64_t> blocks{0};
std::size_t live_at_start = 0;

std::atomic<bool> armed{false};
fault planned;
std::atomic<std::int64_t> asked_for{0};
std::atomic<std::int64_t> failed{0};
std::atomic<bool> in_list{false};
thread_local bool armed_here = false;
thread_local bool deciding = false; ///< what the decision itself allocates is none of it

class callers {
public:
  callers() noexcept : count_(::backtrace(frames_, 64)) {}
  template <class F> bool any(F is) const { return std::any_of(frames_, frames_ + count_, is); }

private:
  void* frames_[64];
  int count_;
};

// The destructor by its name in the program's own symbol table: were it inlined somewhere, the test would die there.
bool is_spared(void* address) {
  static const own_symbols json_destructor({"json_value7destroy"});
  if (json_destructor.holds(address)) return true;
  Dl_info where{};
  return ::dladdr(address, &where) != 0 && std::strstr(where.dli_fname, "libre2.") != nullptr;
}

// nlohmann's constructor from a list forgets what it has begun.
bool is_list_constructor(void* address) {
  static const own_symbols constructor(
      {"EC1ESt16initializer_listINS0_6detail8json_ref", "EC2ESt16initializer_listINS0_6detail8json_ref"});
  return constructor.holds(address);
}

bool decide() noexcept {
  const std::int64_t number = ++asked_for;
  const bool meant = planned.for_ever ? number >= planned.nth : number == planned.nth;
  if (!meant) return false;
  const callers who;
  if (who.any(is_spared)) return false;
  ++failed;
  if (!in_list) in_list = who.any(is_list_constructor);
  return true;
}

void* take(std::size_t bytes, std::size_t alignment = 0) noexcept {
  if (must_fail()) return nullptr;
  const std::size_t size = std::max<std::size_t>(bytes, 1);
  void* const block = alignment == 0 ? std::malloc(size)
                                     : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (block == nullptr) return nullptr;
  const std::size_t got = malloc_usable_size(block);
  const std::size_t now = live.fetch_add(got, std::memory_order_relaxed) + got;
  total.fetch_add(got, std::memory_order_relaxed);
  blocks.fetch_add(1, std::memory_order_relaxed);
  if (now > peak_live.load(std::memory_order_relaxed)) peak_live.store(now, std::memory_order_relaxed);
  return block;
}

void* take_or_throw(std::size_t bytes, std::size_t alignment = 0) {
  void* const block = take(bytes, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void give_back(void* block) noexcept {
  if (block == nullptr) return;
  live.fetch_sub(malloc_usable_size(block), std::memory_order_relaxed);
  blocks.fetch_sub(1, std::memory_order_relaxed);
  std::free(block);
}

} // namespace

void start_counting() noexcept {
  live_at_start = live;
  peak_live = live.load();
  total = 0;
}

counts counted() noexcept { return {peak_live - live_at_start, total}; }

std::int64_t blocks_held() noexcept { return blocks; }

failing::failing(const fault& what) noexcept {
  deciding = true;
  const callers who; // reads the symbols once, before anything is compared
  (void)(who.any(is_spared) || who.any(is_list_constructor));
  deciding = false;
  planned = what;
  asked_for = 0;
  failed = 0;
  in_list = false;
  armed_here = true;
  armed = true;
}

failing::~failing() {
  armed = false;
  armed_here = false;
}

std::int64_t failing::asked() const noexcept { return asked_for; }
std::int64_t failing::failures() const noexcept { return failed; }
bool failing::failed_in_json_list() const noexcept { return in_list; }

bool must_fail() noexcept {
  if (!armed.load(std::memory_order_relaxed) || deciding) return false;
  if (armed_here != (planned.threads == whose::this_thread)) return false;
  deciding = true;
  const bool fails = decide();
  deciding = false;
  return fails;
}

void report_block(int change) noexcept { blocks.fetch_add(change, std::memory_order_relaxed); }

} // namespace pawl::test::memory

using pawl::test::memory::give_back;
using pawl::test::memory::take;
using pawl::test::memory::take_or_throw;

namespace {
std::size_t of(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }
} // namespace

void* operator new(std::size_t bytes) { return take_or_throw(bytes); }
void* operator new[](std::size_t bytes) { return take_or_throw(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new(std::size_t bytes, std::align_val_t to) { return take_or_throw(bytes, of(to)); }
void* operator new[](std::size_t bytes, std::align_val_t to) { return take_or_throw(bytes, of(to)); }
void* operator new(std::size_t bytes, std::align_val_t to, const std::nothrow_t&) noexcept {
  return take(bytes, of(to));
}
void* operator new[](std::size_t bytes, std::align_val_t to, const std::nothrow_t&) noexcept {
  return take(bytes, of(to));
}
void operator delete(void* block) noexcept { give_back(block); }
void operator delete[](void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t) noexcept { give_back(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { give_back(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete[](void* block, std::align_val_t) noexcept { give_back(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { give_back(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept { give_back(block); }
