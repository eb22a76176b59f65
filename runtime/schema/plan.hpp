// What is given to valijson: one small document for each schema that something refers to, with nothing in it that
// valijson 1.0 gets wrong, and the tables that Pawl's own constraints look into.
#pragma once

#include "runtime/schema/numbers.hpp"
#include "runtime/schema/outline.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::schema {

/// The one member of a document's schema that stands for another document, by its number.
constexpr const char* reference_key = "pawl:reference";
/// A member whose value is a number in plan::comparisons.
constexpr const char* comparison_key = "pawl:comparison";

/// The values of an enum or const, by hash.
struct choices {
  std::vector<nlohmann::json> values;
  std::vector<std::pair<std::uint64_t, std::size_t>> hashes; ///< with the index of the value, sorted
};

/// What compares numbers and whole values: valijson 1.0 would round them to doubles.
struct comparison {
  std::optional<nlohmann::json> minimum;
  std::optional<nlohmann::json> maximum;
  std::optional<nlohmann::json> exclusive_minimum;
  std::optional<nlohmann::json> exclusive_maximum;
  std::optional<nlohmann::json> multiple_of;
  decimal divisor; ///< multiple_of
  std::vector<choices> one_of;
};

struct plan {
  std::vector<nlohmann::json> documents; ///< the first is the whole schema
  std::vector<comparison> comparisons;
  pattern_table patterns;
};

/// `read` must have no errors, and its document be `document`.
plan make_plan(const nlohmann::json& document, outline& read);

} // namespace pawl::schema
