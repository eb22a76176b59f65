// The version of the library.
#pragma once

namespace pawl {
/// "MAJOR.MINOR.PATCH" of the linked library. Lives for ever.
const char* version() noexcept;
} // namespace pawl
