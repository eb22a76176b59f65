// The one door to valijson: it parses the planned documents and holds their constraints; Pawl walks these over a value.
#pragma once

#include "runtime/schema/plan.hpp"
#include "runtime/schema/schema.hpp"

#include <memory>

namespace pawl::schema {

/// Throws std::runtime_error when valijson refuses what the outline let pass: a fault of Pawl.
std::shared_ptr<const schema> make_validator(plan planned, const limits& allowed);

} // namespace pawl::schema
