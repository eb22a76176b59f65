// JSON documents from outside an expression as values: checked, bounded and charged before they are copied.
#pragma once

#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

namespace pawl::expression {

/// Nesting of what fromJson reads and of what a host's function gives back.
inline constexpr std::size_t document_depth_max = 128;

/// A copy of the document. Fails on what is no JSON (a number that is not finite, text that is not UTF-8), and over a
/// limit.
bool copy_document(value& out, const nlohmann::json& document, meter& cost);

} // namespace pawl::expression
