// From a JSON document to a compiled workflow: every problem is collected, none stops the search for the next.
#include "runtime/core/advice.hpp"
#include "runtime/core/field_names.hpp"
#include "runtime/core/hash.hpp"
#include "runtime/core/json_position.hpp"
#include "runtime/core/problem_list.hpp"
#include "runtime/core/retry.hpp"
#include "runtime/core/workflow.hpp"
#include "runtime/expression/functions/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace pawl::core {
namespace {

using nlohmann::json;

constexpr std::size_t node_id_bytes_max = 200;
constexpr std::size_t credential_bytes_max = 1024;
constexpr std::int64_t timeout_ms_max = 30LL * 86'400'000;
/// Names looked at for being misspelt: each costs a comparison with every known one.
constexpr std::size_t foreign_names_max = 20'000;
constexpr std::size_t signals_compared_max = 200'000; ///< the same for names of signals

bool holds_expression(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().find("{{") != std::string::npos;
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), holds_expression);
}

class compiler {
public:
  compiler(const json& document, const node_types& types, const definition_limits& limits, const compile_options& how)
      : document_(document), types_(types), limits_(limits), how_(how), made_(std::make_shared<workflow>()) {}

  compiled run(std::string_view fallback_id) {
    if (document_.is_object()) {
      read_header(fallback_id);
      if (read_nodes()) {
        read_edges();
        choose_start();
      }
    } else {
      fail("", "a definition is a JSON object", "write {\"id\": …, \"nodes\": […], \"edges\": […]}");
    }
    compiled done;
    // Advice on a document that does not load would only hide what is wrong.
    const bool good = !problems_.has_errors();
    if (good)
      advise(*made_, document_, node_pointers_, {known_functions(), limits_.expressions, how_.portable}, problems_);
    done.problems = std::move(problems_).take();
    if (!good) return done;
    made_->text = canonical_json(document_);
    made_->hash = content_hash(made_->text);
    done.workflow = std::move(made_);
    return done;
  }

private:
  void fail(std::string pointer, std::string message, std::string advice) {
    problems_.fail(std::move(pointer), std::move(message), std::move(advice));
  }
  void warn(std::string pointer, std::string message, std::string advice) {
    problems_.warn(std::move(pointer), std::move(message), std::move(advice));
  }

  void take(std::vector<problem> found) {
    for (problem& p : found)
      problems_.add(std::move(p));
  }

  // Own fields that mean something but do not work yet are refused; foreign ones are kept and ignored.
  void check_fields(const json& object, const std::string& pointer, std::initializer_list<std::string_view> known,
                    std::initializer_list<std::string_view> later) {
    for (const auto& member : object.items()) {
      const std::string at = pointer + "/" + pointer_token(member.key());
      if (std::find(later.begin(), later.end(), member.key()) != later.end()) {
        fail(at, fmt::format("'{}' does not work in this version", member.key()), "take it out");
        continue;
      }
      if (foreign_names_ >= foreign_names_max) continue;
      ++foreign_names_;
      auto meant = misspelt(member.key(), known);
      if (!meant) meant = misspelt(member.key(), later);
      if (meant) warn(at, fmt::format("'{}' is ignored", member.key()), fmt::format("is '{}' meant?", *meant));
    }
  }

  void read_header(std::string_view fallback_id) {
    check_fields(document_, "",
                 {"id", "start", "input", "signals", "nodes", "edges", "fanOut", "stepLimit", "timeout", "metadata"},
                 {"labels", "concurrency", "history"});
    made_->id = text_field(document_, "", "id").value_or(std::string(fallback_id));
    made_->owner = how_.owner;
    if (made_->id.empty() && !document_.contains("id"))
      fail("", "the definition has no id", "add \"id\": a name for it");
    else if (made_->id.empty() || made_->id.size() > node_id_bytes_max)
      fail("/id", fmt::format("an id has 1 to {} bytes", node_id_bytes_max), "give it a short name");
    check_visible(made_->id, document_.contains("id") ? "/id" : "");
    read_fan_out();
    read_step_limit();
    read_instance_timeout();
    made_->input = read_schema(document_, "", "input");
    read_signals();
  }

  // People read these names on terminals and copy them from there. What runs already runs on.
  void check_visible(const std::string& name, const std::string& place) {
    if (how_.is_stored || is_plain_text(name)) return;
    fail(place, "the name holds a control character, a line end or a mark that turns text around",
         "write it in characters that can be seen");
  }

  schema_ptr read_schema(const json& object, const std::string& pointer, const std::string& name) {
    const auto at = object.find(name);
    if (at == object.end() || at->is_null()) return nullptr;
    std::vector<problem> found;
    auto compiled = schema::schema::compile(*at, found, pointer + "/" + pointer_token(name), {}, &patterns_);
    take(std::move(found));
    return compiled;
  }

  void read_signals() {
    const auto at = document_.find("signals");
    if (at == document_.end() || at->is_null()) return;
    if (!at->is_object()) return fail("/signals", "'signals' is no object", "write {\"name\": schema, …}");
    made_->declares_signals = true;
    for (const auto& [name, value] : at->items()) {
      const std::string place = "/signals/" + pointer_token(name);
      check_visible(name, place);
      if (name.empty() || name.size() > node_id_bytes_max)
        fail(place, fmt::format("the name of a signal has 1 to {} bytes", node_id_bytes_max), "give it a short name");
      else if (value.is_null())
        fail(place, "null is no schema", "write true when any payload may come");
      else
        made_->signals[name] = read_schema(*at, "/signals", name);
    }
  }

  std::optional<std::string> text_field(const json& object, const std::string& pointer, const char* name) {
    const auto at = object.find(name);
    if (at == object.end() || at->is_null()) return std::nullopt;
    if (at->is_string()) return at->get<std::string>();
    fail(pointer + "/" + name, fmt::format("'{}' is no text", name), "write it in quotes");
    return std::nullopt;
  }

  void read_fan_out() {
    const auto way = text_field(document_, "", "fanOut");
    if (!way) return;
    made_->follow_first_only = *way == "first";
    if (*way == "all")
      fail("/fanOut", "parallel branches do not work in this version",
           "write \"fanOut\": \"first\", or one edge a handle");
    else if (!made_->follow_first_only)
      fail("/fanOut", "is neither \"first\" nor \"all\"", "write \"first\" to follow only the first of several edges");
  }

  void read_step_limit() {
    made_->step_limit = std::min(step_limit_default, limits_.step_limit_max);
    const auto at = document_.find("stepLimit");
    if (at == document_.end() || at->is_null()) return;
    const bool whole = at->is_number_integer() && (at->is_number_unsigned() || at->get<std::int64_t>() >= 0) &&
                       at->get<std::uint64_t>() <= std::uint64_t{1} << 53;
    if (!whole)
      return fail("/stepLimit", "is no whole number from 0 up",
                  "write how many steps may run without a rest, 0 for as many as the host allows");
    const std::int64_t wanted = at->get<std::int64_t>();
    if (wanted > limits_.step_limit_max && !how_.is_stored)
      return fail("/stepLimit", fmt::format("is over the {} that the host allows", limits_.step_limit_max),
                  "write less, or 0 for as many as the host allows (options::step_limit_max)");
    made_->step_limit = wanted == 0 ? limits_.step_limit_max : std::min(wanted, limits_.step_limit_max);
  }

  void read_instance_timeout() {
    const auto at = document_.find("timeout");
    if (at == document_.end() || at->is_null()) return;
    const bool whole =
        at->is_number_unsigned() && at->get<std::uint64_t>() >= 1 && at->get<std::uint64_t>() <= std::uint64_t{1} << 53;
    if (!whole)
      return fail("/timeout", "is no whole number of milliseconds from 1 up",
                  "write how many milliseconds an instance may take from its start to its end, or leave it out");
    made_->timeout_ms = at->get<std::int64_t>();
  }

  const json* list_field(const char* name) {
    const auto at = document_.find(name);
    if (at != document_.end() && at->is_array()) return &*at;
    if (at == document_.end())
      fail("", fmt::format("there is no '{}'", name), fmt::format("add \"{}\": [ … ]", name));
    else
      fail(fmt::format("/{}", name), fmt::format("'{}' is no array", name), fmt::format("write \"{}\": [ … ]", name));
    return nullptr;
  }

  // Without the nodes nothing can be said of the rest.
  bool read_nodes() {
    const json* list = list_field("nodes");
    if (list == nullptr) return false;
    if (list->empty()) {
      fail("/nodes", "there is no node", "add at least one");
      return false;
    }
    if (list->size() > limits_.nodes_max) {
      fail("/nodes",
           fmt::format("{} nodes are over the limit definition_nodes_max of {}", list->size(), limits_.nodes_max),
           "split the workflow");
      return false;
    }
    for (std::size_t i = 0; i < list->size(); ++i)
      read_node((*list)[i], fmt::format("/nodes/{}", i));
    return true;
  }

  void read_node(const json& object, const std::string& pointer) {
    node_pointers_.push_back(pointer);
    workflow_node& node = made_->nodes.emplace_back();
    if (!object.is_object()) return fail(pointer, "a node is an object", "write {\"id\": …, \"type\": …}");
    check_fields(object, pointer, {"id", "type", "typeVersion", "data", "credentials", "retry", "timeout", "metadata"},
                 {"join", "joinOf", "compensate", "history"});
    read_node_id(node, object, pointer);
    read_node_type(node, object, pointer);
    const auto data = object.find("data");
    node.data = compile_template(data == object.end() ? json(nullptr) : *data, pointer + "/data");
    node.mentions = node.data->mentioned();
    check_data(node, data == object.end() ? json(nullptr) : *data, pointer + "/data");
    check_signal_names(node, data == object.end() ? json(nullptr) : *data, pointer + "/data");
    if (node.type) read_payload_schema(node, data == object.end() ? json(nullptr) : *data, pointer + "/data");
    read_credentials(node, object, pointer);
    read_node_retry(node, object, pointer);
    read_node_timeout(node, object, pointer);
    made_->mentions.merge(node.mentions);
  }

  void read_payload_schema(workflow_node& node, const json& data, const std::string& pointer) {
    node.payload = node.type->payload;
    node.payload_document = node.type->payload_document;
    const std::string& name = node.type->payload_schema_member;
    const auto at = name.empty() || !data.is_object() ? data.end() : data.find(name);
    if (at == data.end()) return;
    const std::string place = pointer + "/" + pointer_token(name);
    if (holds_expression(*at))
      return fail(place, "a gate is no gate when an expression makes it",
                  "write the schema out; what depends on the input is for a node behind it");
    if (!at->is_object() && !at->is_boolean())
      return fail(place, "a schema is an object, true or false", "write {\"type\": …}");
    node.payload = read_schema(data, pointer, name);
    node.payload_document = share(*at);
  }

  // What expressions will give is not known yet: only data without any is held against the schema.
  void check_data(const workflow_node& node, const json& data, const std::string& pointer) {
    if (!node.type) return;
    if (node.type->input && !node.data->has_expressions()) check_by_schema(*node.type, data, pointer);
    if (!node.type->check_data || how_.is_stored) return;
    std::vector<problem> found = node.type->check_data(data);
    for (problem& p : found)
      p.pointer = pointer + p.pointer;
    take(std::move(found));
  }

  // A name that an expression gives is looked at when the node waits.
  void check_signal_names(const workflow_node& node, const json& data, const std::string& pointer) {
    if (!node.type || how_.is_stored || !data.is_object()) return;
    for (const std::string& member : node.type->signal_members) {
      const auto at = data.find(member);
      if (at == data.end()) continue;
      const std::string place = pointer + "/" + pointer_token(member);
      if (at->is_array())
        for (std::size_t i = 0; i < at->size(); ++i)
          check_signal_name((*at)[i], fmt::format("{}/{}", place, i));
      else
        check_signal_name(*at, place);
    }
  }

  void check_signal_name(const json& value, const std::string& place) {
    if (!value.is_string() || holds_expression(value)) return;
    const auto& name = value.get_ref<const std::string&>();
    check_visible(name, place);
    if (!made_->declares_signals || name.empty() || made_->signals.count(name) > 0) return;
    const auto meant = declared_signal_like(name);
    fail(place, fmt::format("the definition's \"signals\" do not declare '{}'", name),
         meant ? fmt::format("did you mean '{}'?", *meant) : "declare it there, or name one that is");
  }

  std::optional<std::string_view> declared_signal_like(const std::string& name) {
    std::vector<std::string_view> declared;
    for (const auto& [known, schema] : made_->signals) {
      if (++signals_compared_ > signals_compared_max) break;
      declared.push_back(known);
    }
    return misspelt(name, declared);
  }

  // A host that tightens a type's schema must not stop the instances that run: the node is checked when it gets there.
  void check_by_schema(const registered_type& type, const json& data, const std::string& pointer) {
    if (how_.is_stored) return;
    const auto violations = type.input->check(data);
    if (!violations) return fail(pointer, violations.failure().message, "make the data smaller");
    for (const schema::violation& v : *violations)
      fail(pointer + v.pointer, fmt::format("the type '{}' expects {}, but {}", type.name, v.expected, v.actual),
           "correct the data");
  }

  void read_credentials(workflow_node& node, const json& object, const std::string& pointer) {
    const auto at = object.find("credentials");
    const std::string place = pointer + "/credentials";
    const bool has_some = at != object.end() && !at->is_null();
    if (has_some && !at->is_object())
      return fail(place, "'credentials' is no object", "write {\"slot\": \"name of a secret\"}");
    if (!node.type) return;
    if (has_some)
      for (const auto& [slot, name] : at->get_ref<const json::object_t&>())
        read_credential_of(node, slot, name, place + "/" + pointer_token(slot));
    for (const secret_slot& slot : node.type->secrets)
      if (!how_.is_stored && slot.is_required && !(has_some && at->contains(slot.name)))
        fail(pointer, fmt::format("the type '{}' needs a secret in its slot '{}'", node.type->name, slot.name),
             fmt::format("add \"credentials\": {{\"{}\": \"name of a secret\"}}", slot.name));
  }

  void read_credential_of(workflow_node& node, const std::string& slot, const json& name, const std::string& place) {
    const auto& slots = node.type->secrets;
    const bool is_known = std::any_of(slots.begin(), slots.end(), [&](const auto& s) { return s.name == slot; });
    if (!is_known && how_.is_stored) return; // the host's type takes it no more
    if (!is_known)
      return fail(place, fmt::format("the type '{}' has no slot of that name for a secret", node.type->name),
                  slots.empty() ? "it takes no secrets" : "it has " + listed(slots));
    if (!name.is_string()) return fail(place, "the name of a secret is a text", "write NAME or SOURCE:NAME in quotes");
    if (!how_.is_stored && name.get_ref<const std::string&>().size() > credential_bytes_max)
      return fail(place,
                  fmt::format("the name of a secret has at most {} bytes, expressions included", credential_bytes_max),
                  "compute what is long where the instance starts, and give it in the input");
    if (expressions_ >= limits_.expressions_max)
      return fail(place, fmt::format("over {} expressions in all nodes together", limits_.expressions_max),
                  "split the workflow");
    std::vector<problem> found;
    credential made = read_credential(slot, name.get_ref<const std::string&>(), place, limits_.expressions, found);
    expressions_ += made.name.expression_count();
    take(std::move(found));
    if (!how_.is_stored && limits_.secret_sources) check_source(made.source, place);
    node.mentions.merge(made.name.mentioned());
    node.credentials.push_back(std::move(made));
  }

  // A stored definition may wait for a source that the host opens another day.
  void check_source(const std::string& source, const std::string& place) {
    const auto& open = *limits_.secret_sources;
    if (std::find(open.begin(), open.end(), source) != open.end()) return;
    std::string known;
    for (const std::string& one : open)
      known += (known.empty() ? "" : ", ") + one;
    fail(place, "no source of secrets of that name is open here",
         known.empty() ? "open one (options::secrets; `pawl run --secrets FILE`)" : "open are " + known);
  }

  static std::string listed(const std::vector<secret_slot>& slots) {
    std::string list;
    for (const secret_slot& s : slots)
      list += (list.empty() ? "'" : ", '") + s.name + "'";
    return list;
  }

  void read_node_id(workflow_node& node, const json& object, const std::string& pointer) {
    node.id = text_field(object, pointer, "id").value_or("");
    if (node.id.empty() || node.id.size() > node_id_bytes_max)
      return fail(pointer + (object.contains("id") ? "/id" : ""),
                  fmt::format("a node needs an id of 1 to {} bytes", node_id_bytes_max), "give it a name of its own");
    check_visible(node.id, pointer + "/id");
    const auto index = static_cast<node_index>(made_->nodes.size() - 1);
    if (!made_->index.emplace(node.id, index).second)
      fail(pointer + "/id", fmt::format("another node has the id '{}' too", node.id),
           "give each node an id of its own");
  }

  void read_node_type(workflow_node& node, const json& object, const std::string& pointer) {
    const auto name = text_field(object, pointer, "type");
    if (!name) {
      if (!object.contains("type") || object["type"].is_null())
        fail(pointer, "the node has no type", "add \"type\": one of " + known_types());
      return;
    }
    const auto versions = versions_of(*name);
    if (versions.empty())
      return fail(pointer + "/type", fmt::format("no node type '{}' is registered", *name),
                  "known are " + known_types());
    const auto version = whole_field(object, pointer, "typeVersion", 1);
    if (!version) return;
    const auto at = versions.find(*version);
    if (at == versions.end())
      return fail(pointer + (object.contains("typeVersion") ? "/typeVersion" : "/type"),
                  fmt::format("the node type '{}' has no version {} here", *name, *version),
                  "registered here are the versions " + listed(versions));
    node.type = at->second;
    if (node.type->retry) node.retry = *node.type->retry;
    node.timeout = node.type->timeout;
  }

  using type_versions = std::map<std::int64_t, std::shared_ptr<const registered_type>>;
  static std::string listed(const type_versions& versions) {
    std::string list;
    for (const auto& [version, type] : versions)
      list += (list.empty() ? "" : ", ") + std::to_string(version);
    return list;
  }
  type_versions versions_of(const std::string& name) const {
    type_versions found;
    for (auto at = types_.lower_bound({name, 0}); at != types_.end() && at->first.first == name; ++at)
      found.emplace(at->first.second, at->second);
    return found;
  }

  // A whole number from 1, or `absent`; nothing when it is something else, which is told.
  std::optional<std::int64_t> whole_field(const json& object, const std::string& pointer, const char* name,
                                          std::int64_t absent) {
    const auto at = object.find(name);
    if (at == object.end() || at->is_null()) return absent;
    const double given = at->is_number() ? at->get<double>() : 0;
    if (given >= 1 && given <= 9'007'199'254'740'992.0 && given == std::floor(given))
      return static_cast<std::int64_t>(given);
    fail(pointer + "/" + name, fmt::format("`{}` is a whole number from 1", name), "write it without quotes");
    return std::nullopt;
  }

  void read_node_timeout(workflow_node& node, const json& object, const std::string& pointer) {
    const auto given = whole_field(object, pointer, "timeout", 0);
    if (!given || *given == 0 || !node.type) return;
    if (!node.type->can_time_out())
      return fail(
          pointer + "/timeout",
          fmt::format("attempts of the type '{}' never wait for anything: `timeout` bounds nothing", node.type->name),
          node.type->can_wait ? "how long it waits at most is for `data.timeout`" : "leave it out");
    if (*given > timeout_ms_max)
      return fail(pointer + "/timeout", "an attempt takes at most 30 days", "let the node pause instead");
    node.timeout = std::chrono::milliseconds(*given);
  }

  const expression::functions& known_functions() const {
    return limits_.functions ? *limits_.functions : *expression::standard_registry();
  }

  std::string known_types() const {
    std::string list;
    std::string last;
    for (const auto& [key, type] : types_)
      if (key.first != last) list += (list.empty() ? "" : ", ") + (last = key.first);
    return list;
  }

  expression::json_template compile_template(const json& data, const std::string& pointer) {
    std::vector<expression::template_problem> found;
    expression::limits allowed = limits_.expressions;
    allowed.template_expressions_max =
        std::min(allowed.template_expressions_max, limits_.expressions_max - expressions_);
    auto compiled = expression::json_template::compile(data, found, pointer, allowed);
    expressions_ += compiled.expression_count();
    for (auto& p : found)
      problems_.add({p.is_warning, std::move(p.pointer), std::move(p.message),
                     p.is_warning ? "if it is meant as text, leave it" : "correct the expression"});
    return compiled;
  }

  void read_node_retry(workflow_node& node, const json& object, const std::string& pointer) {
    const auto at = object.find("retry");
    if (at == object.end() || at->is_null()) return;
    if (!holds_expression(*at)) {
      std::vector<problem> found;
      node.retry = read_retry(*at, pointer + "/retry", found);
      for (auto& p : found)
        problems_.add(std::move(p));
      return;
    }
    node.retry_expression = compile_template(*at, pointer + "/retry");
    node.mentions.merge(node.retry_expression->mentioned());
  }

  void read_edges() {
    const json* list = list_field("edges");
    if (list == nullptr) return;
    incoming_.assign(made_->nodes.size(), false);
    for (std::size_t i = 0; i < list->size(); ++i)
      read_edge((*list)[i], fmt::format("/edges/{}", i));
  }

  std::optional<node_index> edge_end(const json& object, const std::string& pointer, const char* name) {
    const auto at = object.find(name);
    if (at == object.end()) {
      fail(pointer, fmt::format("the edge has no '{}'", name), "name a node's id");
      return std::nullopt;
    }
    if (!at->is_string()) {
      fail(pointer + "/" + name, fmt::format("'{}' is no text", name), "write a node's id in quotes");
      return std::nullopt;
    }
    const auto node = made_->find(at->get_ref<const std::string&>());
    if (!node)
      fail(pointer + "/" + name, fmt::format("there is no node '{}'", at->get_ref<const std::string&>()),
           "name a node's id, or take the edge out");
    return node;
  }

  void read_edge(const json& object, const std::string& pointer) {
    if (!object.is_object()) return fail(pointer, "an edge is an object", "write {\"source\": …, \"target\": …}");
    check_fields(object, pointer, {"id", "source", "target", "sourceHandle", "targetHandle", "metadata"}, {});
    const auto source = edge_end(object, pointer, "source");
    const auto target = edge_end(object, pointer, "target");
    const auto handle_at = object.find("sourceHandle");
    std::optional<std::string> handle;
    if (handle_at != object.end() && !handle_at->is_null()) {
      if (!handle_at->is_string())
        return fail(pointer + "/sourceHandle", "is neither a text nor null", "write the handle in quotes");
      handle = handle_at->get<std::string>();
    }
    if (target) incoming_[*target] = true;
    if (!source || !target) return;
    const workflow_node& node = made_->nodes[*source];
    if (handle && node.type && !declares(*node.type, *handle))
      return fail(pointer + "/sourceHandle", fmt::format("the type '{}' has no handle '{}'", node.type->name, *handle),
                  "it has " + handles_of(*node.type));
    add_exit(*source, handle, *target, pointer);
  }

  static bool declares(const node_type& type, const std::string& handle) {
    return type.any_handle || handle == "error" || (handle == "timeout" && type.can_wait) ||
           std::find(type.handles.begin(), type.handles.end(), handle) != type.handles.end();
  }

  static std::string handles_of(const node_type& type) {
    std::string list = "the default handle";
    for (const auto& handle : type.handles)
      list += ", '" + handle + "'";
    if (type.can_wait) list += ", 'timeout'";
    return list + ", 'error'";
  }

  void add_exit(node_index source, const std::optional<std::string>& handle, node_index target,
                const std::string& pointer) {
    workflow_node& node = made_->nodes[source];
    const auto [at, is_new] = exits_.try_emplace({source, handle}, node.exits.size());
    if (is_new) {
      node.exits.push_back({handle, {target}});
      return;
    }
    node.exits[at->second].targets.push_back(target);
    if (!made_->follow_first_only)
      fail(pointer,
           fmt::format("node '{}' has several edges for {}, and parallel branches do not work in this version", node.id,
                       handle ? "the handle '" + *handle + "'" : "the default handle"),
           "take one out, or write \"fanOut\": \"first\" at the top level to follow only the first");
  }

  void choose_start() {
    if (const auto name = text_field(document_, "", "start")) {
      made_->start = made_->find(*name);
      if (!made_->start) fail("/start", fmt::format("there is no node '{}'", *name), "name a node's id");
      return;
    }
    if (incoming_.size() != made_->nodes.size()) return;
    for (node_index i = 0; i < made_->nodes.size(); ++i)
      if (!incoming_[i]) made_->start_candidates.push_back(i);
    if (made_->start_candidates.size() == 1) {
      made_->start = made_->start_candidates.front();
      return;
    }
    warn("",
         made_->start_candidates.empty() ? "every node has incoming edges: no node is the start"
                                         : "several nodes have no incoming edges: which one is the start is open",
         "add \"start\": the id of the first node; else each start must name it");
  }

  const json& document_;
  const node_types& types_;
  const definition_limits& limits_;
  compile_options how_;
  std::shared_ptr<workflow> made_;
  problem_list problems_;
  schema::compile_budget patterns_; // of all schemas together
  std::vector<std::string> node_pointers_;
  std::map<std::pair<node_index, std::optional<std::string>>, std::size_t> exits_; ///< place in workflow_node::exits
  std::size_t expressions_ = 0;
  std::size_t foreign_names_ = 0;
  std::size_t signals_compared_ = 0;
  std::vector<bool> incoming_;
};

// Without a value of its own a problem stands where the nearest one around it does.
void add_positions(std::string_view text, std::vector<problem>& problems) {
  std::vector<std::string> pointers{""};
  for (const problem& p : problems)
    for (std::string at = p.pointer; !at.empty(); at.resize(at.rfind('/')))
      pointers.push_back(at);
  const auto positions = positions_of(text, pointers);
  for (problem& p : problems) {
    std::string at = p.pointer;
    while (!at.empty() && positions.count(at) == 0)
      at.resize(at.rfind('/'));
    if (const auto found = positions.find(at); found != positions.end()) {
      p.line = found->second.line;
      p.column = found->second.column;
    }
  }
}

} // namespace

result<compiled> compile(std::string_view json_text, std::string_view fallback_id, const node_types& types,
                         const definition_limits& limits, const compile_options& how) {
  auto document = parse_json(json_text, "the definition", limits.json);
  if (!document) return document.failure();
  compiled done = compiler(*document, types, limits, how).run(fallback_id);
  add_positions(json_text, done.problems);
  return done;
}

} // namespace pawl::core
