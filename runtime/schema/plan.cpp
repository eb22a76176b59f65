// Rewriting of a schema document that the outline found good.
#include "runtime/schema/plan.hpp"

#include "runtime/schema/equality.hpp"
#include "runtime/schema/formats.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace pawl::schema {
namespace {

using nlohmann::json;

class planner {
public:
  planner(const outline& read, plan& out) : read_(read), out_(out) {}

  void run(const json& document) {
    std::vector<const json*> starts{&document};
    for (const json* target : read_.targets())
      if (target != &document) starts.push_back(target);
    for (std::size_t i = 0; i < starts.size(); ++i)
      numbers_.emplace(starts[i], i);
    for (const json* start : starts)
      out_.documents.push_back(rewritten(*start));
  }

private:
  // A schema inside of another; one that has a document of its own is named by its number.
  json inner(const json& schema) {
    const auto own = numbers_.find(&schema);
    return own == numbers_.end() ? rewritten(schema) : json{{reference_key, own->second}};
  }

  json rewritten(const json& schema) {
    if (schema.is_boolean()) return schema;
    if (schema.contains("$ref")) return {{reference_key, numbers_.at(&read_.target_of(schema))}};
    json out = json::object();
    comparison compared;
    bool is_compared = false;
    for (const auto& [name, content] : schema.get_ref<const json::object_t&>()) {
      if (take_comparison(compared, name, content))
        is_compared = true;
      else
        add(out, name, content);
    }
    if (is_compared) {
      out[comparison_key] = out_.comparisons.size();
      out_.comparisons.push_back(std::move(compared));
    }
    return out;
  }

  void add(json& out, const std::string& name, const json& content) {
    const keyword* known = find_keyword(name);
    if (known == nullptr || name == "definitions") return;
    switch (known->holds) {
      case shape::one_schema: out[name] = inner(content); return;
      case shape::count: out[name] = count(content); return;
      case shape::names:
      case shape::types:
      case shape::pattern: out[name] = content; return;
      case shape::boolean:
        if (name == "uniqueItems") out[name] = content;
        return;
      case shape::format:
        if (find_format(content.get_ref<const std::string&>()) != nullptr) out[name] = content;
        return;
      case shape::several:
      case shape::one_or_several: out[name] = content.is_array() ? inner_array(content) : inner(content); return;
      case shape::named:
      case shape::named_by_pattern:
      case shape::dependencies: out[name] = inner_members(content); return;
      default: return;
    }
  }

  json inner_array(const json& schemas) {
    json out = json::array();
    for (const json& schema : schemas)
      out.push_back(inner(schema));
    return out;
  }

  json inner_members(const json& schemas) {
    json out = json::object();
    for (const auto& [name, held] : schemas.get_ref<const json::object_t&>())
      out[name] = held.is_array() ? held : inner(held); // an array: the names of a dependency
    return out;
  }

  static json count(const json& content) {
    constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const whole n = whole_of(content);
    return static_cast<std::int64_t>(n.fits ? std::min(n.magnitude, max) : max);
  }

  static bool take_comparison(comparison& out, const std::string& name, const json& content) {
    if (name == "minimum")
      out.minimum = content;
    else if (name == "maximum")
      out.maximum = content;
    else if (name == "exclusiveMinimum")
      out.exclusive_minimum = content;
    else if (name == "exclusiveMaximum")
      out.exclusive_maximum = content;
    else if (name == "enum")
      out.one_of.push_back(make_choices(content.get_ref<const json::array_t&>()));
    else if (name == "const")
      out.one_of.push_back(make_choices({content}));
    else if (name == "multipleOf") {
      out.multiple_of = content;
      out.divisor = decimal_of(content);
    } else
      return false;
    return true;
  }

  static choices make_choices(const json::array_t& values) {
    choices out{values, {}};
    meter unlimited(std::numeric_limits<std::uint64_t>::max());
    for (const json& value : values)
      out.hashes.emplace_back(hash_of(value, unlimited), out.hashes.size());
    std::sort(out.hashes.begin(), out.hashes.end());
    return out;
  }

  const outline& read_;
  plan& out_;
  std::unordered_map<const json*, std::size_t> numbers_;
};

} // namespace

plan make_plan(const json& document, outline& read) {
  plan out;
  planner(read, out).run(document);
  out.patterns = read.take_patterns();
  return out;
}

} // namespace pawl::schema
