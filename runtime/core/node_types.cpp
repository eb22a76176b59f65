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

result<void> add_type(node_types& types, node_type type) {
  if (type.name.empty() || !type.execute)
    return error{errc::invalid_argument, "a node type needs a name and an executor", type.name};
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
  std::string name = made->name;
  types.insert_or_assign(std::move(name), std::move(made));
  return {};
}

} // namespace pawl::core
