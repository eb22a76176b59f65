// Short forms for the tests of expressions.
#pragma once

#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/json_text.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace expression_tests {

using namespace pawl::expression;
using pawl::errc;
using json = nlohmann::json;

/// The result as compact JSON, "undefined", or the error's code and message.
inline std::string run(const std::string& source, const json& context = json::object(), const environment& with = {}) {
  const auto compiled = compile(source, with.allowed);
  if (!compiled) return std::string(to_string(compiled.failure().code)) + ": " + compiled.failure().message;
  const auto answer = evaluate(*compiled, value::borrow(context), with);
  if (!answer) return std::string(to_string(answer.failure().code)) + ": " + answer.failure().message;
  const auto document = to_json(*answer);
  if (!document) return document.failure().message;
  return *document ? (*document)->dump() : "undefined";
}

inline errc code_of(const std::string& source, const json& context = json::object(), const environment& with = {}) {
  const auto compiled = compile(source, with.allowed);
  if (!compiled) return compiled.failure().code;
  const auto answer = evaluate(*compiled, value::borrow(context), with);
  return answer ? errc::internal : answer.failure().code; // internal: no error at all
}

inline std::string repeat(const std::string& piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += piece;
  return out;
}

} // namespace expression_tests
