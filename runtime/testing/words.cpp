// What happened, in words.
#include "runtime/testing/words.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace pawl::testing {
namespace inside {
namespace {

using visit = std::pair<std::string, std::int64_t>;

/// The visits in the order of their first event, and which entries are of each.
std::vector<std::pair<visit, std::vector<const history_entry*>>> by_visit(const std::vector<history_entry>& entries) {
  std::vector<std::pair<visit, std::vector<const history_entry*>>> all;
  std::map<visit, std::size_t> places;
  for (const history_entry& e : entries) {
    if (e.node.empty()) continue; // of the instance as a whole
    const visit of{e.node, e.visit};
    if (places.try_emplace(of, all.size()).second) all.emplace_back(of, std::vector<const history_entry*>());
    all[places[of]].second.push_back(&e);
  }
  return all;
}

std::string in_words(const history_entry& e) {
  if (!e.error.empty()) return fmt::format("{} ({})", e.event, e.error);
  return e.handle.empty() ? e.event : fmt::format("{} ({})", e.event, e.handle);
}

} // namespace

std::string history_in_words(const std::vector<history_entry>& entries) {
  std::string text;
  for (const auto& [of, events] : by_visit(entries)) {
    if (!text.empty()) text += '\n';
    text += of.second > 1 ? fmt::format("{}#{}:", of.first, of.second) : of.first + ":";
    for (const history_entry* e : events)
      text += (e == events.front() ? " " : ", ") + in_words(*e);
  }
  return text;
}

std::vector<std::string> nodes_visited(const std::vector<history_entry>& entries) {
  std::vector<std::string> nodes;
  for (const auto& [of, events] : by_visit(entries))
    nodes.push_back(of.first);
  return nodes;
}

} // namespace inside

namespace {

std::string list_of(const std::vector<std::string>& nodes) {
  return nodes.empty() ? "none" : fmt::format("{}", fmt::join(nodes, ", "));
}

const nlohmann::json* last_output(const snapshot& state, std::string_view node) {
  const auto& document = state.document();
  const auto context = document.find("context");
  if (context == document.end()) return nullptr;
  const auto results = context->find(node);
  if (results == context->end() || results->empty()) return nullptr;
  const auto output = results->back().find("output");
  return output == results->back().end() ? nullptr : &*output;
}

std::string difference(std::string_view what, std::string_view expected, std::string_view found) {
  return fmt::format("{}: expected {}, found {}\n", what, expected, found);
}

} // namespace

instance_check& instance_check::is(instance_status status) {
  const instance_status found = seen_->state.status();
  if (found == status) return *this;
  const std::string& why = seen_->state.failed_reason();
  differences_ += difference("status", to_string(status),
                             why.empty() ? to_string(found) : fmt::format("{} ({})", to_string(found), why));
  return *this;
}

instance_check& instance_check::visited(const std::vector<std::string>& nodes) {
  const auto found = inside::nodes_visited(seen_->entries);
  if (found != nodes) differences_ += difference("visited", list_of(nodes), list_of(found));
  return *this;
}

instance_check& instance_check::waits_at(std::string_view node) {
  std::vector<std::string> found;
  for (const wait_info& w : seen_->state.waits())
    found.push_back(w.node);
  if (std::find(found.begin(), found.end(), node) == found.end())
    differences_ += difference("waits at", node, list_of(found));
  return *this;
}

instance_check& instance_check::took(std::chrono::milliseconds time) {
  const auto& entries = seen_->entries;
  const std::int64_t found = entries.empty() ? 0 : entries.back().steady_ms - entries.front().steady_ms;
  if (found != time.count())
    differences_ += difference("took", fmt::format("{} ms", time.count()), fmt::format("{} ms", found));
  return *this;
}

instance_check& instance_check::gave(std::string_view node, const nlohmann::json& output) {
  const nlohmann::json* found = last_output(seen_->state, node);
  if (found == nullptr || *found != output)
    differences_ +=
        difference(fmt::format("'{}' gave", node), output.dump(), found == nullptr ? "nothing" : found->dump());
  return *this;
}

std::string instance_check::differences() const {
  if (!seen_->failure.empty()) return seen_->failure;
  if (differences_.empty()) return "";
  return fmt::format("{}history (seed {}):\n{}", differences_, seen_->seed, inside::history_in_words(seen_->entries));
}

} // namespace pawl::testing
