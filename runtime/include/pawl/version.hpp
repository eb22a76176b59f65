// The version of the library.
#pragma once

#include <pawl/export.hpp>

namespace pawl {
/// "MAJOR.MINOR.PATCH" of the linked library. Lives for ever.
PAWL_API const char* version() noexcept;
} // namespace pawl
