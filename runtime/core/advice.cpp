// Warnings about a definition that loads.
#include "runtime/core/advice.hpp"

#include "runtime/core/field_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pawl::core {
namespace {

using nlohmann::json;

/// Looking for loops costs a walk over the graph a node; a document that mentions more histories gets no more advice.
constexpr std::size_t loops_looked_for_max = 200;

std::vector<bool> reached_from(const workflow& w, node_index from, bool with_itself) {
  std::vector<bool> reached(w.nodes.size(), false);
  std::vector<node_index> open{from};
  reached[from] = with_itself;
  while (!open.empty()) {
    const node_index at = open.back();
    open.pop_back();
    for (const exit& e : w.nodes[at].exits)
      for (node_index target : e.targets) {
        if (!reached[target]) open.push_back(target);
        reached[target] = true;
      }
  }
  return reached;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return made;
}

bool names_a_secret(std::string_view key) {
  static constexpr std::array parts{"password", "passwd",  "secret",  "token",
                                    "apikey",   "api_key", "api-key", "authorization"};
  const std::string name = lower(key);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return name.find(part) != std::string::npos; });
}

bool looks_like_a_secret(std::string_view key, const std::string& text) {
  static constexpr std::array starts{"sk-", "sk_live_", "ghp_", "AKIA", "xoxb-", "Bearer "};
  if (text.find("{{") != std::string::npos) return false;
  if (names_a_secret(key)) return text.size() >= 8;
  return text.size() >= 16 &&
         std::any_of(starts.begin(), starts.end(), [&](const char* start) { return text.rfind(start, 0) == 0; });
}

class adviser {
public:
  adviser(const workflow& w, const std::vector<std::string>& pointers, std::vector<problem>& problems)
      : workflow_(w), pointers_(pointers), problems_(problems) {}

  void unreachable() {
    if (!workflow_.start) return;
    const auto reached = reached_from(workflow_, *workflow_.start, true);
    for (node_index i = 0; i < reached.size(); ++i)
      if (!reached[i])
        warn(pointers_[i], fmt::format("node '{}' cannot be reached from the start", workflow_.nodes[i].id),
             "add an edge to it, or take it out");
  }

  void mentions() {
    std::size_t looked = 0;
    for (node_index i = 0; i < workflow_.nodes.size(); ++i)
      for (const auto& [id, what] : workflow_.nodes[i].mentions.nodes) {
        const auto mentioned = workflow_.find(id);
        if (!mentioned)
          warn(pointers_[i], fmt::format("an expression mentions the node '{}', which does not exist", id),
               "it will read as undefined");
        else if (what.all && ++looked <= loops_looked_for_max && reached_from(workflow_, *mentioned, false)[*mentioned])
          warn(pointers_[i], fmt::format("an expression reads all results of '{}', which is in a loop", id),
               "each run reads them from the store; 'last' costs the same however many there are");
      }
  }

  void calls(const expression::functions& known) {
    for (node_index i = 0; i < workflow_.nodes.size(); ++i) {
      const workflow_node& node = workflow_.nodes[i];
      expression::called_names called = node.data->called();
      if (node.retry_expression) called.merge(node.retry_expression->called());
      for (const std::string& name : called.functions)
        if (known.find_function(name) == nullptr) unknown_call(i, name, known.find_transform(name) != nullptr, "x|{}");
      for (const std::string& name : called.transforms)
        if (known.find_transform(name) == nullptr) unknown_call(i, name, known.find_function(name) != nullptr, "{}(x)");
    }
  }

  // The value is never shown.
  void secrets(std::string_view key, const json& value, const std::string& pointer) {
    if (value.is_string() && looks_like_a_secret(key, value.get_ref<const std::string&>()))
      warn(pointer, "this text looks like a credential", "keep credentials out of definitions");
    if (value.is_object())
      for (const auto& [name, member] : value.items())
        secrets(name, member, pointer + "/" + pointer_token(name));
    if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i)
        secrets(key, value[i], fmt::format("{}/{}", pointer, i));
  }

private:
  void unknown_call(node_index i, const std::string& name, bool has_other_form, const char* other_form) {
    warn(pointers_[i], fmt::format("an expression calls '{}', which nobody registered", name),
         has_other_form ? fmt::format("write it as '{}'", fmt::format(fmt::runtime(other_form), name))
                        : "the node fails when it gets there; 'pawl functions' lists what there is");
  }
  void warn(std::string pointer, std::string message, std::string advice) {
    problems_.push_back({true, std::move(pointer), std::move(message), std::move(advice)});
  }

  const workflow& workflow_;
  const std::vector<std::string>& pointers_;
  std::vector<problem>& problems_;
};

} // namespace

void advise(const workflow& w, const json& document, const std::vector<std::string>& pointers,
            const expression::functions& known, std::vector<problem>& problems) {
  adviser look(w, pointers, problems);
  look.unreachable();
  look.mentions();
  look.calls(known);
  const json& nodes = document.at("nodes");
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].contains("data")) look.secrets("", nodes[i].at("data"), pointers[i] + "/data");
}

} // namespace pawl::core
