// Engine cases: each on a store in memory and on a file that is closed and opened again between events.
#include "tests/conformance/engine_cases.hpp"

#include "tests/support/temp_folder.hpp"

#include <algorithm>

namespace conformance {
namespace {

struct finding {
  enum { agrees, refused, different } what = agrees;
  bool objects_in_text = false;
  std::string expected;
  std::string got;
};

finding compare(const json& c, const std::optional<std::vector<json>>& entries, const std::string& why) {
  finding found;
  if (!entries) {
    found.what = may_be_refused_at_load(c) ? finding::refused : finding::different;
    found.expected = c.at("expect").dump();
    found.got = why;
    return found;
  }
  const json& trace = c.at("trace");
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (same_entry(trace[i], (*entries)[i], found.objects_in_text)) continue;
    found.what = finding::different;
    found.expected = "event " + std::to_string(i) + " " + trace[i].dump();
    found.got = (*entries)[i].dump();
    break;
  }
  return found;
}

// Where Pawl means something else by the definition; what it does with it is tested elsewhere.
std::string means_something_else(const json& c) {
  for (const json& edge : c.at("definition").at("edges"))
    if (edge.contains("sourceHandle") && edge.at("sourceHandle").is_null()) return "engine:null-handle-is-default";
  for (const auto& [name, type] : c.at("nodeTypes").items())
    if (type.contains("retryPolicy") && type.at("retryPolicy").dump().find("{{") != std::string::npos)
      return "engine:policy-expression";
  return "";
}

void check_case(const json& c, const std::string& path, tally& out) {
  std::string why;
  std::vector<std::pair<std::string, finding>> findings;
  if (needs_the_core(c)) {
    findings.emplace_back("core", compare(c, run_through_core(c, why), why));
  } else {
    findings.emplace_back("memory", compare(c, run_through_api(c, "", why), why));
    findings.emplace_back("file", compare(c, run_through_api(c, path, why), why));
  }
  const std::string other_meaning = means_something_else(c);
  for (const auto& [where, found] : findings) {
    if (found.what == finding::different && !other_meaning.empty()) return out.rule({other_meaning});
    if (found.what == finding::different)
      return out.fail(c.at("id").get<std::string>() + " (" + where + ")", found.expected, found.got);
    if (found.what == finding::refused) return out.rule({"engine:refused-at-load"});
    if (found.objects_in_text) return out.rule({"template:object-in-text"});
  }
  out.pass();
}

} // namespace

void check_engine(const options& with, tally& out) {
  pawl::test::temp_folder folder;
  int number = 0;
  each_case(with, [&](const json& c) { check_case(c, folder.file("case-" + std::to_string(++number) + ".db"), out); });
}

} // namespace conformance
