// Reading JSON text that comes from outside, before it goes to runtime::start or resume.
#pragma once

#include <pawl/export.hpp>
#include <pawl/result.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string_view>

namespace pawl {

/// What a text may cost. The defaults are those of options.
struct json_limits {
  std::size_t bytes_max = std::size_t{4} << 20; ///< of the whole text
  std::size_t depth_max = 128;                  ///< at most 500
  std::size_t values_max = 100'000;             ///< texts, numbers, literals, arrays and objects together
};

/// Parses one JSON text strictly: no invalid UTF-8, lone surrogates, zero bytes, numbers that no double holds, or
/// members named twice; the limits hold before anything is allocated. Text from strangers should be read by nothing
/// else: nlohmann's own parser takes any depth, and copying such a value overflows the stack. Errors: `bad_json`
/// (`where`: "byte B, line L, column C"), `limit` (names it), `invalid_argument` (depth_max). `what` names the text in
/// messages ("the payload"). Safe from any thread.
PAWL_API result<nlohmann::json> parse_json(std::string_view text, const char* what, const json_limits& limits = {});

} // namespace pawl
