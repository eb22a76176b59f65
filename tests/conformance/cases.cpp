// Reading cases, and comparing values with the notation of their expectations.
#include "tests/conformance/conformance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace conformance {

namespace {

bool is_surrogate(const std::string& line, std::size_t at, const char* second) {
  return line.compare(at, 2, "\\u") == 0 && at + 6 <= line.size() && (line[at + 2] | 0x20) == 'd' &&
         std::string(second).find(static_cast<char>(line[at + 3] | 0x20)) != std::string::npos;
}

std::string replace_lone_surrogates(std::string line) {
  for (std::size_t at = line.find("\\u"); at != std::string::npos; at = line.find("\\u", at + 6)) {
    if (at > 0 && line[at - 1] == '\\') continue;
    if (is_surrogate(line, at, "89ab") && is_surrogate(line, at + 6, "cdef")) {
      at += 6;
    } else if (is_surrogate(line, at, "89abcdef")) {
      line.replace(at, 6, "\\ufffd");
    }
  }
  return line;
}

json special(const char* kind, json content) { return json{{kind, std::move(content)}}; }

std::int64_t ordered_bits(double n) {
  std::int64_t bits = 0;
  std::memcpy(&bits, &n, sizeof bits);
  return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
}

bool same_number(double expected, double got, int ulps_max) {
  if (ulps_max > 0) return std::llabs(ordered_bits(expected) - ordered_bits(got)) <= ulps_max;
  return expected == got && std::signbit(expected) == std::signbit(got);
}

bool same(const json& expected, const json& got, int ulps_max) {
  if (expected.is_number() && got.is_number()) return same_number(expected.get<double>(), got.get<double>(), ulps_max);
  if (expected.type() != got.type() || expected.size() != got.size()) return false;
  if (expected.is_array()) {
    return std::equal(expected.begin(), expected.end(), got.begin(),
                      [&](const json& a, const json& b) { return same(a, b, ulps_max); });
  }
  if (expected.is_object()) {
    return std::all_of(expected.items().begin(), expected.items().end(), [&](const auto& item) {
      return got.contains(item.key()) && same(item.value(), got.at(item.key()), ulps_max);
    });
  }
  return expected == got;
}

} // namespace

void each_case(const options& with, const std::function<void(const json&)>& f) {
  for (const auto& name : with.files) {
    std::ifstream file(name);
    if (!file) throw std::runtime_error("cannot read " + name);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty()) f(json::parse(replace_lone_surrogates(std::move(line))));
    }
  }
}

bool has_tag(const json& the_case, const std::string& tag) {
  const auto& tags = the_case.at("tags");
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::vector<std::string> accident_classes(const json& the_case) {
  const std::string prefix = "accident:";
  std::vector<std::string> classes;
  for (const std::string tag : the_case.at("tags")) {
    if (tag.compare(0, prefix.size(), prefix) == 0) classes.push_back(tag.substr(prefix.size()));
  }
  return classes;
}

json notation(const expression::value& v) {
  using expression::kind;
  switch (v.type()) {
    case kind::undefined: return special("$undefined", true);
    case kind::null: return nullptr;
    case kind::boolean: return v.as_boolean();
    case kind::big_integer: return v.big_integer_json();
    case kind::text: return v.text_ref();
    case kind::number: {
      const double n = v.as_number();
      if (std::isnan(n)) return special("$number", "NaN");
      if (std::isinf(n)) return special("$number", n > 0 ? "Infinity" : "-Infinity");
      return n == 0 && std::signbit(n) ? special("$number", "-0") : json(n);
    }
    case kind::array: {
      json items = json::array();
      v.each_item([&](const expression::value& item) { return items.push_back(notation(item)), true; });
      return items;
    }
    case kind::object: break;
  }
  json members = json::object();
  v.each_member([&](std::string_view key, const expression::value& m) {
    members[std::string(key)] = notation(m);
    return true;
  });
  return members;
}

bool matches(const json& expect, const expression::value& got, int ulps_max) {
  const auto kind = expect.begin().key();
  const auto& content = expect.begin().value();
  if (kind == "undefined") return got.is(expression::kind::undefined);
  if (kind == "number") return same(special("$number", content), notation(got), ulps_max);
  return (kind == "value" || kind == "nested") && same(content, notation(got), ulps_max);
}

} // namespace conformance
