// What a process that holds secrets does to itself: no core images, no looking in from outside, memory that is locked
// or not had. The library does none of it by itself, for it is the host's process; the command pawl does.
#pragma once

#include <pawl/export.hpp>
#include <pawl/result.hpp>

namespace pawl {

/// Keeps what this process holds from other processes and from core images.
///
/// After success no core image is written of it (RLIMIT_CORE is 0, hard limit included, and the programs that it starts
/// inherit that) or handed to a program such as systemd-coredump, and no process of the same user may trace it or read
/// its memory (PR_SET_DUMPABLE is 0: the files of /proc/PID belong to root). Debuggers and `gcore` of that user then
/// fail; root, and what has CAP_SYS_PTRACE, still may. Call it at the start of main(), before any secret is there: it
/// holds for the whole process, until it executes another program. It is not undone by Pawl; a host may raise
/// PR_SET_DUMPABLE again, not the hard limit. Errors: `access` (the system refuses it). Safe from any thread.
PAWL_API result<void> harden_process();

/// Whether secret_bytes may be had where the system locks no more memory (RLIMIT_MEMLOCK). Default: no, it is an error
/// (`overloaded`), for what is not locked may be swapped out. Yes: those bytes are still left out of core images,
/// fenced and wiped; swap must then be off or encrypted. Holds for the whole process and what is made from now on. Safe
/// from any thread.
PAWL_API void accept_unlocked_memory(bool accepted) noexcept;

} // namespace pawl
