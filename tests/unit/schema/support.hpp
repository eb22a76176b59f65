// What the tests of schemas share.
#pragma once

#include "runtime/schema/schema.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace schema_test {

using nlohmann::json;
using compiled = std::shared_ptr<const pawl::schema::schema>;

inline compiled compile(const json& document, const pawl::schema::limits& allowed = {}) {
  std::vector<pawl::problem> problems;
  auto schema = pawl::schema::schema::compile(document, problems, "", allowed);
  for (const auto& p : problems)
    UNSCOPED_INFO(p.pointer << ": " << p.message);
  REQUIRE(schema != nullptr);
  return schema;
}

/// "/pointer: message" of each problem, warnings with "warning " in front.
inline std::vector<std::string> problems_of(const json& document, const pawl::schema::limits& allowed = {}) {
  std::vector<pawl::problem> problems;
  const auto schema = pawl::schema::schema::compile(document, problems, "", allowed);
  const bool has_error = std::any_of(problems.begin(), problems.end(), [](const auto& p) { return !p.is_warning; });
  CHECK((schema == nullptr) == has_error);
  std::vector<std::string> lines;
  for (const auto& p : problems) {
    CHECK_FALSE(p.advice.empty());
    lines.push_back((p.is_warning ? "warning " : "") + p.pointer + ": " + p.message);
  }
  return lines;
}

/// "/pointer: expected ..., found ..." of each violation.
inline std::vector<std::string> violations_of(const compiled& schema, const json& value) {
  const auto checked = schema->check(value);
  if (!checked) return {to_string(checked.failure())};
  std::vector<std::string> lines;
  for (const auto& v : *checked)
    lines.push_back(v.pointer + ": expected " + v.expected + ", found " + v.actual);
  return lines;
}

inline std::vector<std::string> violations_of(const json& document, const json& value) {
  return violations_of(compile(document), value);
}

inline bool fits(const json& document, const json& value) { return violations_of(document, value).empty(); }

/// The code that a check ended with; none when it ended with an answer.
inline std::string code_of(const compiled& schema, const json& value) {
  const auto checked = schema->check(value);
  return checked ? "" : to_string(checked.failure().code);
}

using lines = std::vector<std::string>;

} // namespace schema_test
