// PAWL_API: what a program may link against. Pawl's objects are built with everything else hidden, so that a shared
// library shows these names only and nothing of the libraries within (tests/install/symbols.txt).
#pragma once

#if defined(__GNUC__)
#define PAWL_API __attribute__((visibility("default")))
#define PAWL_LOCAL __attribute__((visibility("hidden"))) ///< the inside of a public class
#else
#define PAWL_API
#define PAWL_LOCAL
#endif
