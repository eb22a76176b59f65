// What the crash test's instances do, known to child and parent alike: loops of plain steps, of attempts that fail, of
// pauses and delays, and one of everything. What each must record follows from its number alone.
#pragma once

#include "runtime/core/workflow.hpp"

#include <pawl/node.hpp>
#include <pawl/schedule.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::crash {

/// The pipe to the parent, in the child.
inline constexpr int ack_descriptor = 3;

/// An executor is about to have its effect.
using effect = std::function<void(const node_context&)>;

/// The types `work` (blocking, takes a secret), `shaky` (fails in its first attempts) and `nap` of the definitions.
std::vector<node_type> own_types(const effect& on_effect);
/// Where the secret of `work` comes from.
std::shared_ptr<secret_provider> own_secrets();

/// Nothing waits for signals and nothing is scheduled, as before format 6 of the store. To be said before definitions()
/// is asked for.
void without_signals();

const std::vector<std::string>& definitions();

/// Runs once a second each, one of them every 100 ms; none is ever skipped or missed.
std::vector<schedule_spec> schedules();
/// What they start.
const std::string& scheduled_definition();
/// Whether an instance is a run of one of them.
bool is_scheduled(std::string_view uid);

/// Instance number n.
std::string uid_of(int n);
std::string definition_of(int n);
nlohmann::json input_of(int n);
int items_of(int n);

/// What the child gives to the visit-th pause of the nodes `ask` and `hear`.
nlohmann::json payload_of(const std::string& uid, std::int64_t visit);

/// The signal for which the visit-th pause of the node `hear` waits. The child sends it early, and again.
std::string signal_of(std::int64_t visit);

/// Every fourth instance has a companion that waits for what never comes, until the child cancels it.
inline bool has_companion(int n) { return n % 4 == 2; }
std::string companion_of(int n);
std::string companion_definition();

/// How often the node `shaky` fails before it succeeds.
inline std::int64_t failures_of(std::int64_t visit) { return visit % 3; }

/// Whether the node runs once for every item and puts it out as `item`.
bool takes_items(std::string_view node);

} // namespace pawl::crash
