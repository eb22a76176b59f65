// Engine cases: their definitions as Pawl reads them, and snapshots in the corpus' notation.
#pragma once

#include "tests/conformance/conformance.hpp"

#include <optional>
#include <string>
#include <vector>

namespace conformance {

/// The reference's clock at event number `index`, from 0: a second passes from one event to the next.
constexpr std::int64_t time_of_event(std::size_t index) {
  return 1'700'000'000'000 + 1000 * static_cast<std::int64_t>(index + 1);
}

/// The case's definition with the id that the start event `first` names, `"fanOut": "first"` and the types' retry
/// policies at the nodes.
json definition_of(const json& the_case, const json& first);

/// Makes snapshot documents of Pawl into entries of a trace. Remembers which event set a retry: its delay is told.
class trace_writer {
public:
  json entry(const json& snapshot, std::int64_t now_ms);

private:
  std::int64_t next_retry_ms_ = 0;
  std::int64_t retry_delay_ms_ = 0;
};

/// Both sides after JSON.stringify's treatment of undefined; an expected text that ends in "]: *" is compared up to it.
/// Where the reference prints an object inside a text as [object Object], Pawl's JSON is accepted and `excused` set.
bool same_entry(const json& expected, const json& got, bool& excused);

/// Tags of scenarios that rely on what Pawl refuses when a definition is loaded.
bool may_be_refused_at_load(const json& the_case);

/// Runs the events through the public API; one trace entry an event. `path` empty: in memory, else on that file, which
/// is closed and opened again between events. Nothing: the definition or the start was refused (`why`).
std::optional<std::vector<json>> run_through_api(const json& the_case, const std::string& path, std::string& why);

/// The same for cases that no public call can express (`set`, `step`, a step limit of 0), through the pure core.
std::optional<std::vector<json>> run_through_core(const json& the_case, std::string& why);
bool needs_the_core(const json& the_case);

} // namespace conformance
