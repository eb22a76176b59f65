// pawl-bench schemas: checking and compiling a schema of everyday size, against parsing the same JSON texts.
#include "runtime/schema/schema.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/report.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace pawl::bench {
namespace {

using nlohmann::json;

constexpr char schema_text[] = R"({
  "type": "object", "required": ["id", "customer", "items"], "additionalProperties": false,
  "properties": {
    "id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{6}$"},
    "placed_at": {"type": "string", "format": "date-time"},
    "priority": {"enum": ["low", "normal", "high"]},
    "customer": {"type": "object", "required": ["name", "email"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "email": {"type": "string", "format": "email"}}},
    "items": {"type": "array", "minItems": 1, "maxItems": 100, "items": {
      "type": "object", "required": ["sku", "amount"], "properties": {
        "sku": {"type": "string", "maxLength": 40},
        "amount": {"type": "integer", "minimum": 1, "maximum": 1000},
        "price": {"type": "number", "minimum": 0}}}}}})";
constexpr char payload_text[] = R"({"id": "DE-004711", "placed_at": "2026-11-23T10:15:00Z", "priority": "normal",
  "customer": {"name": "Erika Mustermann", "email": "erika@example.org"},
  "items": [{"sku": "bolt-m8", "amount": 20, "price": 0.35}, {"sku": "nut-m8", "amount": 20, "price": 0.12},
            {"sku": "washer-8", "amount": 40, "price": 0.04}, {"sku": "wrench-13", "amount": 1, "price": 12.9}]})";

struct schemas_round {
  double checks_per_s = 0, compiles_per_s = 0, payload_parses_per_s = 0, schema_parses_per_s = 0;
};

schemas_round measure(double seconds) {
  const json document = json::parse(schema_text), payload = json::parse(payload_text);
  std::vector<problem> problems;
  const auto compiled = schema::schema::compile(document, problems);
  if (!compiled || !problems.empty()) throw std::runtime_error("the schema is refused");
  const auto misfits = compiled->check(payload);
  if (!misfits || !misfits->empty()) throw std::runtime_error("the payload does not fit");
  const auto rate = [seconds](const auto& once) {
    return rate_of(
        [&](std::int64_t n) {
          while (n-- > 0)
            keep(once());
        },
        seconds);
  };
  schemas_round made;
  made.checks_per_s = rate([&] { return compiled->check(payload); });
  made.compiles_per_s = rate([&] {
    std::vector<problem> found;
    return schema::schema::compile(document, found);
  });
  made.payload_parses_per_s = rate([&] { return json::parse(payload_text); });
  made.schema_parses_per_s = rate([&] { return json::parse(schema_text); });
  return made;
}

int schemas(const common_arguments& common) {
  std::vector<double> checks, compiles, payloads, documents;
  for (int i = 0; i < (common.quick ? 1 : common.rounds); ++i) {
    const schemas_round made = measure(common.quick ? 0.02 : 1.0);
    checks.push_back(made.checks_per_s);
    compiles.push_back(made.compiles_per_s);
    payloads.push_back(made.payload_parses_per_s);
    documents.push_back(made.schema_parses_per_s);
  }
  report shown("schemas");
  shown.note("payload_bytes", sizeof payload_text - 1);
  shown.note("schema_bytes", sizeof schema_text - 1);
  shown.add("checks_per_s", checks, "checks/s");
  shown.add("floor_parses_per_s", payloads, "parses/s");
  shown.add("check_ratio", ratios(checks, payloads), "");
  shown.add("compiles_per_s", compiles, "compiles/s");
  shown.add("floor_schema_parses_per_s", documents, "parses/s");
  shown.add("compile_ratio", ratios(compiles, documents), "");
  shown.print(common);
  return 0;
}

} // namespace

void add_schemas(CLI::App& app, action& chosen) {
  auto given = std::make_shared<common_arguments>();
  CLI::App& command = *app.add_subcommand("schemas", "Checking and compiling schemas, against parsing their texts");
  add_common(command, *given);
  command.callback([given, &chosen] { chosen = [given] { return schemas(*given); }; });
}

} // namespace pawl::bench
