// SQLite's own allocator, asked before each allocation whether it must fail. Lookaside memory is switched off: what
// comes out of it would never fail.
#pragma once

namespace pawl::allocation {

/// Before anything else of SQLite is called in this process. Throws std::runtime_error when it is too late.
void let_sqlite_fail();

} // namespace pawl::allocation
