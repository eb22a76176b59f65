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

bool looks_like_a_secret(bool named_so, const std::string& text) {
  static constexpr std::array starts{"sk-", "sk_live_", "ghp_", "AKIA", "xoxb-", "Bearer "};
  if (text.find("{{") != std::string::npos) return false;
  if (named_so) return text.size() >= 8;
  return text.size() >= 16 &&
         std::any_of(starts.begin(), starts.end(), [&](const char* start) { return text.rfind(start, 0) == 0; });
}

class adviser {
public:
  adviser(const workflow& w, const std::vector<std::string>& pointers, problem_list& problems)
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

  void calls() {
    for (node_index i = 0; i < workflow_.nodes.size(); ++i) {
      const auto& called = workflow_.nodes[i].data->called();
      for (const auto* names : {&called.functions, &called.transforms})
        for (const std::string& name : *names)
          warn(pointers_[i], fmt::format("an expression calls '{}', which nobody registered", name),
               "the node fails when it gets there");
    }
  }

  // The value is never shown. One pointer for the whole walk: a copy for each value would be quadratic.
  void secrets(bool named_so, const json& value, std::string& pointer) {
    if (value.is_string() && looks_like_a_secret(named_so, value.get_ref<const std::string&>()))
      warn(problems_.is_full_of_warnings() ? "" : pointer, "this text looks like a credential",
           "keep credentials out of definitions");
    const auto length = pointer.size();
    if (value.is_object())
      for (const auto& [name, member] : value.get_ref<const json::object_t&>()) {
        pointer.append("/").append(pointer_token(name));
        secrets(names_a_secret(name), member, pointer);
        pointer.resize(length);
      }
    if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i) {
        pointer += fmt::format("/{}", i);
        secrets(named_so, value[i], pointer);
        pointer.resize(length);
      }
  }

private:
  void warn(std::string pointer, std::string message, std::string advice) {
    problems_.warn(std::move(pointer), std::move(message), std::move(advice));
  }

  const workflow& workflow_;
  const std::vector<std::string>& pointers_;
  problem_list& problems_;
};

} // namespace

void advise(const workflow& w, const json& document, const std::vector<std::string>& pointers, problem_list& problems) {
  adviser look(w, pointers, problems);
  look.unreachable();
  look.mentions();
  look.calls();
  const json& nodes = document.at("nodes");
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].contains("data")) {
      std::string pointer = pointers[i] + "/data";
      look.secrets(false, nodes[i].at("data"), pointer);
    }
}

} // namespace pawl::core
