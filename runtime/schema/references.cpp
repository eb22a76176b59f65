// References of a schema document: where they lead, and that none goes round without consuming a level of the value.
#include "runtime/schema/outline.hpp"
#include "runtime/schema/uri.hpp"
#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace pawl::schema {
namespace {

using nlohmann::json;

std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1'))
      name += token[++i] == '0' ? '~' : '/';
    else
      name += token[i];
  }
  return name;
}

const json* element(const json& array, std::string_view token) {
  std::size_t index = 0;
  const auto [end, fault] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool is_index = fault == std::errc() && end == token.data() + token.size();
  return is_index && index < array.size() ? &array[index] : nullptr;
}

const json* member(const json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// `pointer` must start with a slash.
const json* at_pointer(const json& from, std::string_view pointer) {
  const json* at = &from;
  while (!pointer.empty() && at != nullptr) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string token = unescaped(pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
    at = at->is_array() ? element(*at, token) : at->is_object() ? member(*at, token) : nullptr;
  }
  return at;
}

} // namespace

void outline::resolve_all() {
  // The list grows: what only a reference shows to be a schema is walked then.
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const json& schema = *nodes_[at].schema;
    if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) resolve(at);
  }
}

void outline::resolve(std::size_t at) {
  const json& schema = *nodes_[at].schema;
  const std::string& text = schema["$ref"].get_ref<const std::string&>();
  const split_uri parts = split_fragment(text);
  const std::string uri = resolve_uri(bases_[nodes_[at].base], parts.without_fragment);
  const auto found = resources_.find(uri);
  if (found == resources_.end()) {
    report(false, at, "/$ref", fmt::format("the reference {} leaves the document: nothing is fetched", quote(text)),
           "copy that schema into 'definitions' and refer to it by \"#/definitions/NAME\"");
    return;
  }
  std::string fault;
  const json* target = find(found->second, parts.fragment, fault);
  if (target == nullptr) {
    report(false, at, "/$ref", fmt::format("the reference {} leads nowhere: {}", quote(text), fault),
           "\"#\" is the whole schema, \"#/definitions/NAME\" one of its definitions");
    return;
  }
  references_.emplace(&schema, target);
  const std::size_t base = found->second.base;
  walk(*target, static_cast<std::size_t>(-1), shortened(parts.fragment, 256), base);
}

const json* outline::find(const resource& in, std::string_view fragment, std::string& fault) const {
  const auto decoded = percent_decoded(fragment);
  if (!decoded) {
    fault = "it has a faulty % escape";
    return nullptr;
  }
  if (decoded->empty()) return in.schema;
  if (decoded->front() == '/') {
    const json* target = at_pointer(*in.schema, *decoded);
    if (target == nullptr) fault = "the schema has no such place";
    return target;
  }
  const auto anchor = resources_.find(fmt::format("{}#{}", bases_[in.base], *decoded));
  if (anchor != resources_.end()) return anchor->second.schema;
  fault = fmt::format("no '$id' says \"#{}\"", shortened(*decoded));
  return nullptr;
}

const json& outline::target_of(const json& schema_with_ref) const { return *references_.at(&schema_with_ref); }

// A reference to a reference means what that one leads to. There are no cycles any more.
void outline::follow_chains() {
  std::unordered_set<const json*> seen;
  for (auto& [schema, target] : references_) {
    for (auto next = references_.find(target); next != references_.end(); next = references_.find(target))
      target = next->second;
  }
  for (const node& n : nodes_) { // in the document's order, not in that of the table
    const auto found = references_.find(n.schema);
    if (found != references_.end() && seen.insert(found->second).second) targets_.push_back(found->second);
  }
}

void outline::each_same_value(std::size_t at, const std::function<void(std::size_t)>& f) const {
  const json& schema = *nodes_[at].schema;
  if (const auto found = references_.find(&schema); found != references_.end()) return f(index_.at(found->second));
  if (!schema.is_object() || schema.contains("$ref")) return;
  for (const auto& [name, content] : schema.get_ref<const json::object_t&>()) {
    const keyword* known = find_keyword(name);
    if (known == nullptr || !known->same_value) continue;
    if ((name == "then" || name == "else") && !schema.contains("if")) continue;
    each_subschema(known->holds, content, [&](std::string_view, const json& held) { f(index_.at(&held)); });
  }
}

void outline::refuse_cycles() {
  enum class state { fresh, open, done };
  std::vector<state> states(nodes_.size(), state::fresh);
  struct visit {
    std::size_t at;
    std::vector<std::size_t> next;
  };
  for (std::size_t root = 0; root < nodes_.size(); ++root) {
    std::vector<visit> path;
    const auto enter = [&](std::size_t at) {
      states[at] = state::open;
      path.push_back({at, {}});
      each_same_value(at, [&](std::size_t next) { path.back().next.push_back(next); });
    };
    if (states[root] == state::fresh) enter(root);
    while (!path.empty()) {
      if (path.back().next.empty()) {
        states[path.back().at] = state::done;
        path.pop_back();
        continue;
      }
      const std::size_t next = path.back().next.back();
      path.back().next.pop_back();
      if (states[next] == state::fresh)
        enter(next);
      else if (states[next] == state::open)
        report(false, path.back().at, "",
               fmt::format("this leads back to {} for the same value, and so round for ever",
                           nodes_[next].token.empty() ? "the start" : pointer_of(next)),
               "let the way round go through 'properties' or 'items'");
    }
  }
}

} // namespace pawl::schema
