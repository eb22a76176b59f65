// Registration: what is wrong with a type is found before a definition can name it.
#include "runtime/core/node_types.hpp"

#include <fmt/format.h>

namespace pawl::core {

result<parsed_schema> parse_schema(const std::string& text, const std::string& what) {
  if (text.empty()) return parsed_schema{};
  auto document = parse_json(text, what.c_str());
  if (!document) return error{errc::invalid_argument, document.failure().message, document.failure().where};
  std::vector<problem> problems;
  parsed_schema made{schema::schema::compile(*document, problems), nullptr};
  if (!made.compiled) {
    std::string faults;
    for (const problem& p : problems)
      if (!p.is_warning)
        faults += fmt::format("\n{}: {}; {}", p.pointer.empty() ? "(schema)" : p.pointer, p.message, p.advice);
    return error{errc::invalid_argument, fmt::format("{} is no schema that Pawl takes:{}", what, faults), ""};
  }
  made.document = share(std::move(*document));
  return made;
}

namespace {

constexpr std::size_t slot_bytes_max = 64;

const char* fault_of(const std::vector<secret_slot>& slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].name.empty() || slots[i].name.size() > slot_bytes_max)
      return "the name of a slot for a secret has 1 to 64 bytes";
    for (std::size_t before = 0; before < i; ++before)
      if (slots[before].name == slots[i].name) return "a node type has two slots for secrets of one name";
  }
  return nullptr;
}

const char* fault_of(const node_type& type) {
  if (type.name.empty()) return "a node type needs a name";
  if (!type.execute == !type.execute_async)
    return "a node type needs an executor, synchronous or asynchronous, not both";
  if (type.version < 1) return "the versions of a node type count from 1";
  if (type.concurrency < 1) return "a node type's concurrency is at least 1";
  if (type.timeout.count() < 0) return "a node type's timeout is 0 (none) or more";
  if (type.timeout.count() > 0 && !type.blocking && !type.execute_async)
    return "a timeout needs a node type that is blocking or asynchronous";
  return fault_of(type.secrets);
}

} // namespace

result<void> add_type(node_types& types, node_type type) {
  if (const char* fault = fault_of(type)) return error{errc::invalid_argument, fault, type.name};
  auto made = std::make_shared<registered_type>();
  const auto name_of = [&](const char* which) { return fmt::format("the {} of the node type '{}'", which, type.name); };
  auto input = parse_schema(type.input_schema, name_of("input_schema"));
  if (!input) return input.failure();
  auto output = parse_schema(type.output_schema, name_of("output_schema"));
  if (!output) return output.failure();
  auto payload = parse_schema(type.payload_schema, name_of("payload_schema"));
  if (!payload) return payload.failure();
  static_cast<node_type&>(*made) = std::move(type);
  made->input = std::move(input->compiled);
  made->output = std::move(output->compiled);
  made->payload = std::move(payload->compiled);
  made->payload_document = std::move(payload->document);
  std::pair key(made->name, made->version);
  types.insert_or_assign(std::move(key), std::move(made));
  return {};
}

} // namespace pawl::core
