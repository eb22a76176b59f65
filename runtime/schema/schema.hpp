// JSON Schema (draft-07) for what enters: start, resume and signal payloads, nodes' data and outputs.
// The only room that knows valijson; nothing of it shows here. Schemas come from half-trusted people, the values that
// they check from anywhere: both are bounded, neither can crash, hang or reach the process.
#pragma once

#include <pawl/definition.hpp>
#include <pawl/result.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pawl::schema {

struct limits {
  std::size_t schema_values_max = 10'000; ///< JSON values in one schema document
  std::size_t schema_depth_max = 64;
  /// One step is a subschema applied to a value, a visited element or member, or 64 bytes compared; of a pattern, 64
  /// bytes times its instructions.
  std::uint64_t steps_max = 1'000'000;
  std::size_t violations_max = 20; ///< reported of one value; the rest is counted as one line
};

/// What patterns may take to compile and to keep, those that are refused included. One that is passed to several calls
/// bounds them together; must not be used by two at once.
struct compile_budget {
  std::size_t patterns_max = 1'000; ///< different ones of each schema
  std::size_t source_bytes_max = 256 << 10;
  std::size_t instructions_max = 200'000;  ///< of RE2's programs; some 40 bytes and a microsecond each
  std::size_t unicode_classes_max = 2'000; ///< \p{…} as written, some 50 microseconds each

  std::size_t patterns = 0; ///< spent so far
  std::size_t source_bytes = 0;
  std::size_t instructions = 0;
  std::size_t unicode_classes = 0;
};

/// One thing about a value that does not fit. Never quotes the value itself: member names are shown, shortened.
struct violation {
  std::string pointer;  ///< JSON pointer into the value that was checked
  std::string expected; ///< "an integer of at most 10", "one of \"a\", \"b\"", "a member 'id'"
  std::string actual;   ///< "a text of 12 characters", "a larger number", "no such member"
};

/// A compiled schema. Immutable: may be used from any thread, by many at once.
class schema {
public:
  /// Compiles `document`; its faults go into `problems` with JSON pointers below `pointer`, all of them at once.
  /// Refused: what is no draft-07 schema, references that leave the document or go round without consuming a level of
  /// the value, patterns that RE2 does not know, documents over the limits. Warned of: formats nobody enforces.
  /// nullptr when a problem is an error. Throws nothing but std::bad_alloc. Without `budget` it has one of its own.
  static std::shared_ptr<const schema> compile(const nlohmann::json& document, std::vector<problem>& problems,
                                               const std::string& pointer = {}, const limits& allowed = {},
                                               compile_budget* budget = nullptr);

  /// What does not fit, in the order of the value; empty when it fits. Errors: `limit` (steps_max).
  /// `value` must keep the depth limits of JSON at the boundary.
  virtual result<std::vector<violation>> check(const nlohmann::json& value) const = 0;

  virtual ~schema() = default;

protected:
  schema() = default;
};

/// As schema::check, as one error: `invalid_payload` names `what` ("the input"), lists every violation on a line of its
/// own, `where` is the first one's pointer. `limit` when the check itself went over one.
result<void> require(const schema& by, const nlohmann::json& value, const char* what);

} // namespace pawl::schema
