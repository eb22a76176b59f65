// What the fuzz targets share: a law that does not hold ends the process, so that libFuzzer keeps the input.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl::fuzz {

/// Ends the process with the law's name unless it holds.
void require(bool holds, const char* law);

/// Texts, numbers at their limits, lists, objects and what every run has (`nodes`, `input`, `globals`, `run`).
const nlohmann::json& context();

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace pawl::fuzz
