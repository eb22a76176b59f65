// Names of the extensions.
#include "runtime/expression/extensions.hpp"

namespace pawl::expression {

std::string_view to_string(extension used) noexcept {
  switch (used) {
    case extension::unary_minus: return "unary-minus";
    case extension::quoted_keys: return "quoted-keys";
    case extension::ternary_after_call: return "ternary-after-call";
    case extension::bracket_anywhere: return "bracket-anywhere";
    case extension::number_forms: return "number-forms";
    case extension::unicode_names: return "unicode-names";
    case extension::reserved_names: return "reserved-names";
    case extension::nested_relative_names: return "nested-relative-names";
  }
  return "unknown";
}

std::vector<extension> extension_set::list() const {
  std::vector<extension> used;
  for (int i = 0; i < extension_count; ++i) {
    if (has(static_cast<extension>(i))) used.push_back(static_cast<extension>(i));
  }
  return used;
}

} // namespace pawl::expression
