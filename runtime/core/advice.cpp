// Warnings about a definition that loads.
#include "runtime/core/advice.hpp"

#include "runtime/core/field_names.hpp"
#include "runtime/expression/ascii.hpp"

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

bool names_a_secret(std::string_view key) {
  static constexpr std::array parts{"password", "passwd",  "secret",  "token",
                                    "apikey",   "api_key", "api-key", "authorization"};
  const std::string name = expression::ascii::lowered(key);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return name.find(part) != std::string::npos; });
}

bool begins_like_a_secret(std::string_view text) {
  static constexpr std::array starts{"sk-", "sk_live_", "ghp_", "AKIA", "xoxb-", "Bearer "};
  return text.size() >= 16 &&
         std::any_of(starts.begin(), starts.end(), [&](const char* start) { return text.rfind(start, 0) == 0; });
}

bool is_written_out(std::string_view value) { return value.find("{{") == std::string_view::npos; }

// `https://user:password@host`, or a parameter that says what it is.
bool is_url_with_secret(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  text.remove_prefix(scheme + 3);
  const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.substr(0, at).find(':');
  if (at != std::string_view::npos && colon < at && at - colon > 1 && is_written_out(authority)) return true;
  const std::size_t query = text.find('?');
  if (query == std::string_view::npos) return false;
  for (std::string_view left = text.substr(query + 1); !left.empty();) {
    const std::string_view parameter = left.substr(0, left.find_first_of("&#"));
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    if (equals != std::string_view::npos && parameter.size() - equals > 8 && is_written_out(parameter) &&
        (names_a_secret(name) || name == "key" || name == "sig"))
      return true;
    left.remove_prefix(std::min(parameter.size() + 1, left.size()));
  }
  return false;
}

// In the expression `text`. What only chooses between others is short, or is written in letters alone.
bool has_secret_literal(bool named_so, std::string_view text) {
  for (std::size_t open = text.find_first_of("'\""); open != std::string_view::npos;) {
    std::size_t end = open + 1;
    while (end < text.size() && text[end] != text[open])
      end += text[end] == '\\' ? 2 : 1;
    end = std::min(end, text.size());
    const std::string_view literal = text.substr(open + 1, end - open - 1);
    const bool is_word = literal.size() >= 12 && literal.find(' ') == std::string_view::npos &&
                         std::any_of(literal.begin(), literal.end(), expression::ascii::is_digit);
    if (begins_like_a_secret(literal) || (named_so && is_word)) return true;
    open = end < text.size() ? text.find_first_of("'\"", end + 1) : std::string_view::npos;
  }
  return false;
}

bool looks_like_a_secret(bool named_so, std::string_view text) {
  if (text.find("PRIVATE KEY-----") != std::string_view::npos || is_url_with_secret(text)) return true;
  if (is_written_out(text)) return named_so ? text.size() >= 8 : begins_like_a_secret(text);
  for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open + 2))
    if (has_secret_literal(named_so, text.substr(open + 2, text.find("}}", open) - open - 2))) return true;
  return false;
}

class adviser {
public:
  adviser(const workflow& w, const std::vector<std::string>& pointers, const advice_settings& settings,
          problem_list& problems)
      : workflow_(w), pointers_(pointers), settings_(settings), problems_(problems) {}

  void unreachable() {
    if (!workflow_.start) return;
    const auto reached = reached_from(workflow_, *workflow_.start, true);
    for (node_index i = 0; i < reached.size(); ++i)
      if (!reached[i])
        warn(pointers_[i], fmt::format("node '{}' cannot be reached from the start", workflow_.nodes[i].id),
             "add an edge to it, or take it out");
  }

  /// What single texts say: the walk is made only for nodes that have something to tell.
  void expressions(const json& document) {
    const json& nodes = document.at("nodes");
    for (node_index i = 0; i < workflow_.nodes.size(); ++i) {
      const std::vector<std::string> looped = histories_in_loops(workflow_.nodes[i]);
      if (!is_doubtful(workflow_.nodes[i], looped)) continue;
      for (const char* name : {"data", "retry", "credentials"}) {
        std::string pointer = pointers_[i] + "/" + name;
        if (nodes[i].contains(name)) texts(nodes[i].at(name), pointer, looped);
      }
    }
  }

  void input_schema(const json& document) {
    if (workflow_.input == nullptr && !(document.contains("input") && !document["input"].is_null()))
      warn("", "the definition has no input schema: anything can be its input",
           "add \"input\": a JSON Schema, the first gate for what comes from outside");
  }

  // The value is never shown. One pointer for the whole walk: a copy for each value would be quadratic.
  void secrets(bool named_so, const json& value, std::string& pointer) {
    if (value.is_string() && looks_like_a_secret(named_so, value.get_ref<const std::string&>()))
      warn(problems_.is_full_of_warnings() ? "" : pointer, "this text looks like a credential",
           "keep it in a store of secrets, and name it in the node's `credentials`");
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

  // In a schema names are those of properties, and few members hold values.
  void secrets_of_schema(bool named_so, const json& schema, std::string& pointer) {
    const auto length = pointer.size();
    if (schema.is_object())
      for (const auto& [name, member] : schema.get_ref<const json::object_t&>()) {
        pointer.append("/").append(pointer_token(name));
        if (name == "default" || name == "const" || name == "enum" || name == "examples")
          secrets(named_so, member, pointer);
        else
          secrets_of_schema(names_a_secret(name), member, pointer);
        pointer.resize(length);
      }
    if (schema.is_array())
      for (std::size_t i = 0; i < schema.size(); ++i) {
        pointer += fmt::format("/{}", i);
        secrets_of_schema(named_so, schema[i], pointer);
        pointer.resize(length);
      }
  }

private:
  std::vector<std::string> histories_in_loops(const workflow_node& node) {
    std::vector<std::string> looped;
    for (const auto& [id, what] : node.mentions.nodes) {
      const auto mentioned = workflow_.find(id);
      if (mentioned && what.all && ++looked_for_loops_ <= loops_looked_for_max &&
          reached_from(workflow_, *mentioned, false)[*mentioned])
        looped.push_back(id);
    }
    return looped;
  }

  bool is_doubtful(const workflow_node& node, const std::vector<std::string>& looped) const {
    const auto is_unknown = [&](const auto& mention) { return !workflow_.find(mention.first); };
    const expression::mentions& all = node.mentions;
    return settings_.portable || !looped.empty() || calls_something(node) ||
           std::any_of(all.nodes.begin(), all.nodes.end(), is_unknown);
  }

  static bool calls_something(const workflow_node& node) {
    const auto calls = [](const expression::json_template& t) {
      return !t.called().functions.empty() || !t.called().transforms.empty();
    };
    return calls(*node.data) || (node.retry_expression && calls(*node.retry_expression)) ||
           std::any_of(node.credentials.begin(), node.credentials.end(),
                       [&](const credential& c) { return calls(c.name); });
  }

  // One pointer for the whole walk, as above.
  void texts(const json& value, std::string& pointer, const std::vector<std::string>& looped) {
    if (problems_.is_full_of_warnings()) return;
    if (value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos)
      tell(value.get_ref<const std::string&>(), pointer, looped);
    const auto length = pointer.size();
    if (value.is_object())
      for (const auto& [name, member] : value.get_ref<const json::object_t&>()) {
        pointer.append("/").append(pointer_token(name));
        texts(member, pointer, looped);
        pointer.resize(length);
      }
    if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i) {
        pointer += fmt::format("/{}", i);
        texts(value[i], pointer, looped);
        pointer.resize(length);
      }
  }

  void tell(const std::string& text, const std::string& pointer, const std::vector<std::string>& looped) {
    std::vector<expression::template_problem> ignored;
    const auto compiled = expression::json_template::compile_text(text, ignored, "", settings_.expressions);
    for (const auto& [id, what] : compiled.mentioned().nodes) {
      if (!workflow_.find(id))
        warn(pointer, fmt::format("an expression mentions the node '{}', which does not exist", id),
             "it will read as undefined");
      else if (what.all && std::find(looped.begin(), looped.end(), id) != looped.end())
        warn(pointer, fmt::format("an expression reads all results of '{}', which is in a loop", id),
             "each run reads them from the store; 'last' costs the same however many there are");
    }
    for (const std::string& name : compiled.called().functions)
      tell_call(
          pointer, name,
          {settings_.known.find_function(name) != nullptr, settings_.known.find_transform(name) != nullptr, "x|{}"});
    for (const std::string& name : compiled.called().transforms)
      tell_call(
          pointer, name,
          {settings_.known.find_transform(name) != nullptr, settings_.known.find_function(name) != nullptr, "{}(x)"});
    if (settings_.portable)
      for (const expression::extension used : compiled.extensions_used().list())
        warn(pointer, fmt::format("plain Jexl does not know the extension {}", expression::to_string(used)),
             "write it another way to stay portable");
  }

  struct call {
    bool is_known;
    bool has_other_form; ///< it is no function but a transform, or the reverse
    const char* other_form;
  };

  void tell_call(const std::string& pointer, const std::string& name, const call& what) {
    if (!what.is_known)
      warn(pointer, fmt::format("an expression calls '{}', which nobody registered", name),
           what.has_other_form ? fmt::format("write it as '{}'", fmt::format(fmt::runtime(what.other_form), name))
                               : "the node fails when it gets there; 'pawl functions' lists what there is");
    else if (settings_.portable)
      warn(pointer, fmt::format("plain Jexl does not know '{}'", name),
           "register one of that name where the definition is to run");
  }

  void warn(std::string pointer, std::string message, std::string advice) {
    problems_.warn(std::move(pointer), std::move(message), std::move(advice));
  }

  const workflow& workflow_;
  const std::vector<std::string>& pointers_;
  const advice_settings& settings_;
  problem_list& problems_;
  std::size_t looked_for_loops_ = 0;
};

} // namespace

void advise(const workflow& w, const json& document, const std::vector<std::string>& pointers,
            const advice_settings& settings, problem_list& problems) {
  adviser look(w, pointers, settings, problems);
  look.input_schema(document);
  look.unreachable();
  look.expressions(document);
  const auto secrets_in = [&look](const json& object, const std::string& place, const char* name) {
    if (!object.contains(name)) return;
    std::string pointer = place + "/" + name;
    look.secrets(false, object.at(name), pointer);
  };
  const json& nodes = document.at("nodes");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    secrets_in(nodes[i], pointers[i], "data");
    secrets_in(nodes[i], pointers[i], "metadata");
  }
  const json& edges = document.at("edges");
  for (std::size_t i = 0; i < edges.size(); ++i)
    secrets_in(edges[i], fmt::format("/edges/{}", i), "metadata");
  secrets_in(document, "", "metadata");
  for (const char* name : {"input", "signals"})
    if (document.contains(name)) {
      std::string pointer = std::string("/") + name;
      look.secrets_of_schema(false, document.at(name), pointer);
    }
}

} // namespace pawl::core
