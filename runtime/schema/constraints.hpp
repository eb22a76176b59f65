// What the validator is made of: Pawl's constraints beside valijson's, and the documents that valijson parsed.
// For validator.cpp only, which alone includes valijson, and only there with exceptions.
#pragma once

#include "runtime/schema/patterns.hpp"
#include "runtime/schema/plan.hpp"
#include "runtime/schema/words.hpp"

#include "runtime/schema/valijson_memory.hpp" // first

#include <fmt/format.h>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/constraints/constraint_visitor.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>

#undef CustomAllocator

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#if !VALIJSON_USE_EXCEPTIONS
#error "without exceptions a bad schema aborts the process"
#endif

namespace pawl::schema {

// What Pawl adds by valijson's own way of extension: a schema elsewhere, and exact comparisons.
class own_constraint final : public valijson::constraints::PolyConstraint {
public:
  enum class kind { reference, comparison };

  own_constraint(kind what, std::size_t number) : of(what), index(number) {}

  bool validate(const valijson::adapters::Adapter&, const std::vector<std::string>&,
                valijson::ValidationResults*) const override {
    throw std::logic_error("constraints of Pawl are checked by Pawl's visitor only");
  }

  const kind of;
  const std::size_t index;

private:
  Constraint* cloneInto(void* memory) const override { return new (memory) own_constraint(*this); }
  std::size_t sizeOf() const override { return sizeof(own_constraint); }
};

class own_builder final : public valijson::ConstraintBuilder {
public:
  explicit own_builder(own_constraint::kind of) : of_(of) {}

  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& index) const override {
    return new own_constraint(of_, static_cast<std::size_t>(index.asInteger()));
  }

private:
  own_constraint::kind of_;
};

// Immutable once made.
struct parsed {
  std::vector<std::unique_ptr<valijson::Schema>> documents;
  std::vector<comparison> comparisons;
  pattern_table patterns;
  limits allowed;
};

template <class Text> std::string_view view(const Text& text) { return {text.data(), text.size()}; }

inline const char* type_name(valijson::constraints::TypeConstraint::JsonType type) {
  using of = valijson::constraints::TypeConstraint;
  switch (type) {
    case of::kArray: return "an array";
    case of::kBoolean: return "a boolean";
    case of::kInteger: return "an integer";
    case of::kNull: return "null";
    case of::kNumber: return "a number";
    case of::kObject: return "an object";
    case of::kString: return "a text";
    case of::kAny: break;
  }
  return "any value";
}

inline bool is_of_type(const nlohmann::json& value, valijson::constraints::TypeConstraint::JsonType type) {
  using of = valijson::constraints::TypeConstraint;
  switch (type) {
    case of::kArray: return value.is_array();
    case of::kBoolean: return value.is_boolean();
    case of::kInteger: return value.is_number() && is_integer(value);
    case of::kNull: return value.is_null();
    case of::kNumber: return value.is_number();
    case of::kObject: return value.is_object();
    case of::kString: return value.is_string();
    case of::kAny: break;
  }
  return true;
}

/// Calls f(expected, bound, found) for each bound that `number` is outside of.
template <class F> void each_misfit(const comparison& with, const nlohmann::json& number, F f) {
  const auto judge = [&](bool is_good, const char* expected, const std::optional<nlohmann::json>& bound,
                         const char* found) {
    if (!is_good) f(expected, *bound, found);
  };
  if (with.minimum)
    judge(compare_numbers(number, *with.minimum) >= 0, "a number of at least ", with.minimum, "a smaller number");
  if (with.maximum)
    judge(compare_numbers(number, *with.maximum) <= 0, "a number of at most ", with.maximum, "a larger number");
  if (with.exclusive_minimum)
    judge(compare_numbers(number, *with.exclusive_minimum) > 0, "a number above ", with.exclusive_minimum,
          "the number is not above it");
  if (with.exclusive_maximum)
    judge(compare_numbers(number, *with.exclusive_maximum) < 0, "a number below ", with.exclusive_maximum,
          "the number is not below it");
  if (with.multiple_of)
    judge(is_multiple(number, with.divisor), "a multiple of ", with.multiple_of, "the number is none");
}

inline std::string list_of(const choices& among) {
  constexpr std::size_t quoted_choices_max = 6;
  if (among.values.size() == 1) return "exactly " + quote(among.values[0]);
  std::string list = among.values.empty() ? "nothing: the enum is empty" : "one of ";
  for (std::size_t i = 0; i < std::min(among.values.size(), quoted_choices_max); ++i)
    list += (i > 0 ? ", " : "") + quote(among.values[i]);
  if (among.values.size() > quoted_choices_max)
    list += fmt::format(", or {} others", among.values.size() - quoted_choices_max);
  return list;
}

} // namespace pawl::schema
