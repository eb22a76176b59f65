// The walk over a schema document: bounds, keywords, patterns, identifiers.
#include "runtime/schema/outline.hpp"

#include "runtime/schema/formats.hpp"
#include "runtime/schema/uri.hpp"
#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pawl::schema {
namespace {

using nlohmann::json;

constexpr std::size_t no_node = static_cast<std::size_t>(-1);
constexpr std::size_t problems_max = 100;
constexpr std::size_t uri_bytes_max = 1024;
constexpr std::string_view draft_07 = "http://json-schema.org/draft-07/schema";

bool holds_zero(std::string_view text) { return text.find('\0') != std::string_view::npos; }

} // namespace

outline::outline(const json& document, std::vector<problem>& problems, std::string pointer, const limits& allowed,
                 compile_budget& budget)
    : problems_(problems), pointer_(std::move(pointer)), allowed_(allowed), budget_(budget) {
  std::size_t values_left = allowed.schema_values_max;
  if (!measure(document, allowed.schema_depth_max, values_left)) return;
  bases_.emplace_back();
  resources_.emplace("", resource{&document, 0});
  walk(document, no_node, "", 0);
  if (!has_errors_) resolve_all();
  if (!has_errors_) refuse_cycles();
  if (!has_errors_) follow_chains();
}

bool outline::measure(const json& value, std::size_t depth_left, std::size_t& values_left) {
  if (values_left == 0) {
    report(false, no_node, "", fmt::format("the schema holds more than {} values", allowed_.schema_values_max),
           "make it smaller, or raise schema_values_max");
    return false;
  }
  --values_left;
  if (!value.is_structured()) return true;
  if (depth_left == 0) {
    report(false, no_node, "", fmt::format("the schema nests deeper than {} levels", allowed_.schema_depth_max),
           "move inner schemas to 'definitions' and refer to them");
    return false;
  }
  return std::all_of(value.begin(), value.end(),
                     [&](const json& held) { return measure(held, depth_left - 1, values_left); });
}

// What people write who forget "properties".
bool outline::looks_like_schema(const json& content) {
  if (!content.is_object()) return false;
  return content.contains("type") || content.contains("properties") || content.contains("$ref");
}

void outline::walk(const json& schema, std::size_t parent, std::string token, std::size_t base) {
  const std::size_t at = nodes_.size();
  if (!index_.emplace(&schema, at).second) return;
  nodes_.push_back({&schema, parent, std::move(token), base});
  if (schema.is_boolean()) return;
  if (!schema.is_object()) {
    report(false, at, "", fmt::format("must be a schema: an object or a boolean, it is {}", kind_of(schema)),
           "write {} for a schema that fits everything");
    return;
  }
  if (schema.contains("$ref")) return judge_siblings(at);
  note_id(at);
  for (const auto& [name, content] : schema.get_ref<const json::object_t&>()) {
    if (const keyword* known = find_keyword(name)) {
      judge_keyword(at, *known, content);
    } else if (looks_like_schema(content)) {
      report(true, at, pointer_token(name), fmt::format("'{}' is no keyword: it is ignored", shortened(name)),
             "if it is a member's name, wrap it in \"properties\"");
    } else if (auto unknown = judge_unknown(name)) {
      report(true, at, pointer_token(name), std::move(unknown->message), std::move(unknown->advice));
    }
  }
}

void outline::judge_keyword(std::size_t at, const keyword& known, const json& content) {
  std::string place;
  const std::string own = "/" + std::string(known.name);
  const std::string fault = judge_content(known.holds, content, place);
  if (!fault.empty()) {
    const bool is_draft_3 = known.name == "required" && content.is_boolean();
    report(false, at, own + place, fmt::format("'{}' {}", known.name, fault),
           is_draft_3 ? "list the member in the \"required\": [\"…\"] of the object around it"
                      : "see draft-07 of JSON Schema");
    return;
  }
  judge_names(at, known, content);
  if (known.name == "$schema" && split_fragment(content.get_ref<const std::string&>()).without_fragment != draft_07)
    report(true, at, own, "the schema says that it is of another draft: it is read as draft-07",
           fmt::format("\"$schema\": \"{}#\", or none", draft_07));
  if (known.holds == shape::format && find_format(content.get_ref<const std::string&>()) == nullptr)
    report(true, at, own, fmt::format("nobody enforces the format {}", quote(content)),
           "add a 'pattern' where it matters");
  if (known.holds == shape::pattern) judge_pattern(at, own, content.get_ref<const std::string&>());
  const std::size_t base = nodes_[at].base;
  each_subschema(known.holds, content,
                 [&](std::string_view token, const json& held) { walk(held, at, own + std::string(token), base); });
}

// valijson keeps names as C strings: one with U+0000 would be another one there.
void outline::judge_names(std::size_t at, const keyword& known, const json& content) {
  const std::string own = "/" + std::string(known.name);
  const auto refuse = [&](const std::string& token) {
    report(false, at, own + token, "a member's name holds the character U+0000", "leave it out");
  };
  const auto judge_array = [&](const json& names, const std::string& token) {
    for (const json& name : names)
      if (holds_zero(name.get_ref<const std::string&>())) refuse(token);
  };
  if (known.holds == shape::names) judge_array(content, "");
  if (known.name != "properties" && known.holds != shape::named_by_pattern && known.holds != shape::dependencies)
    return;
  for (const auto& [name, held] : content.get_ref<const json::object_t&>()) {
    if (known.holds == shape::named_by_pattern) {
      judge_pattern(at, own + pointer_token(name), name);
    } else if (holds_zero(name)) {
      refuse("");
    }
    if (known.holds == shape::dependencies && held.is_array()) judge_array(held, pointer_token(name));
  }
}

void outline::judge_pattern(std::size_t at, const std::string& token, const std::string& source) {
  if (patterns_.contains(source) || is_over_budget_) return;
  auto refused = refused_.find(source);
  if (refused == refused_.end()) {
    pattern::outcome compiled = pattern::compile(source, budget_);
    if (compiled.made != nullptr) {
      patterns_.emplace(source, std::move(compiled.made));
      return;
    }
    if (compiled.fault.empty()) return report_over_budget(at, token, compiled.over);
    refused = refused_.emplace(source, std::move(compiled.fault)).first;
  }
  report(false, at, token, fmt::format("this pattern cannot be used: {}", refused->second),
         "correct it; looking ahead or behind and references back are not taken");
}

void outline::report_over_budget(std::size_t at, const std::string& token, const std::string& over) {
  is_over_budget_ = true;
  report(false, at, token, fmt::format("the patterns up to this one take too much: more than {}", over),
         "use fewer or simpler patterns; what is repeated often, as in (…){400}, and \\p{…} cost most");
}

void outline::judge_siblings(std::size_t at) {
  constexpr std::array harmless{"$comment",    "$id",         "$ref",     "$schema", "default",
                                "definitions", "description", "examples", "title"};
  const json& schema = *nodes_[at].schema;
  if (!schema.at("$ref").is_string()) {
    report(false, at, "/$ref", fmt::format("'$ref' must be a text, it is {}", kind_of(schema.at("$ref"))),
           "\"#/definitions/NAME\"");
    return;
  }
  for (const auto& [name, content] : schema.get_ref<const json::object_t&>()) {
    if (find_keyword(name) != nullptr && std::find(harmless.begin(), harmless.end(), name) == harmless.end())
      report(true, at, pointer_token(name), fmt::format("'{}' stands beside '$ref': draft-07 ignores it", name),
             "put both into an 'allOf'");
  }
  if (nodes_[at].parent == no_node && schema.contains("definitions") && schema["definitions"].is_object())
    for (const auto& [name, held] : schema["definitions"].get_ref<const json::object_t&>())
      walk(held, at, "/definitions" + pointer_token(name), nodes_[at].base);
}

void outline::note_id(std::size_t at) {
  const json& schema = *nodes_[at].schema;
  const auto id = schema.find("$id");
  if (id == schema.end() || !id->is_string()) return; // the keyword's own check says so
  const split_uri parts = split_fragment(id->get_ref<const std::string&>());
  const std::string uri = resolve_uri(bases_[nodes_[at].base], parts.without_fragment);
  if (uri.size() + parts.fragment.size() > uri_bytes_max) {
    report(false, at, "/$id", fmt::format("'$id' is longer than {} bytes", uri_bytes_max), "shorten it");
    return;
  }
  bool is_new = true;
  if (parts.fragment.empty()) {
    if (uri.empty()) return;
    nodes_[at].base = bases_.size();
    bases_.push_back(uri);
    is_new = resources_.emplace(uri, resource{&schema, nodes_[at].base}).second;
  } else {
    is_new = resources_.emplace(fmt::format("{}#{}", uri, parts.fragment), resource{&schema, nodes_[at].base}).second;
  }
  if (!is_new) report(false, at, "/$id", "another schema of the document has the same '$id'", "give each its own");
}

std::string outline::pointer_of(std::size_t at) const {
  std::vector<const std::string*> tokens;
  for (std::size_t i = at; i != no_node; i = nodes_[i].parent)
    tokens.push_back(&nodes_[i].token);
  std::string pointer = pointer_;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token)
    pointer += **token;
  return pointer;
}

void outline::report(bool is_warning, std::size_t at, std::string_view token, std::string message, std::string advice) {
  has_errors_ = has_errors_ || !is_warning;
  if (++reported_ > problems_max + 1) return;
  if (reported_ == problems_max + 1) {
    problems_.push_back({!has_errors_, pointer_,
                         fmt::format("more than {} problems: the rest is not listed", problems_max),
                         "mend these first"});
    return;
  }
  problems_.push_back({is_warning, pointer_of(at) + std::string(token), std::move(message), std::move(advice)});
}

} // namespace pawl::schema
