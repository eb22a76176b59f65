// The library's plain views as JSON and as words.
#pragma once

#include <pawl/subscription.hpp>

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace pawl::tool {

nlohmann::json to_json(const instance_summary& summary);
nlohmann::json to_json(const history_entry& entry);
nlohmann::json to_json(const instance_event& event);
/// `{"snapshot": …}`, in the shape of pawl::snapshot::document().
nlohmann::json to_json(const snapshot& shown);

/// The columns of a table of instances, and one line of it.
std::vector<std::string> summary_header();
std::vector<std::string> summary_row(const instance_summary& summary);
/// `node`, or `node #3` for a later visit.
std::string node_and_visit(const std::string& node, std::int64_t visit);
/// What happened, for people: `done by 'loop'`, `failed (attempt 2): Error: …`.
std::string what_happened(const history_entry& entry);
/// `node 'ask', visit 1, waits for a payload: who approves?`
/// Why it failed or was cancelled; empty when nobody said so.
std::string end_reason(const snapshot& shown);
std::string wait_text(const wait_info& wait);
/// The command that ends the wait, `store` being the words that name it; empty when only time does.
std::string answer_text(const std::string& id, const wait_info& wait, const std::string& store);

} // namespace pawl::tool
