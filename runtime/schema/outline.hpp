// The subschemas of a document, found and judged before valijson sees any: keywords by the meta-schema, patterns,
// references. Must never fetch anything: a reference leads to a place in the same document or is a problem.
#pragma once

#include "runtime/schema/keywords.hpp"
#include "runtime/schema/patterns.hpp"
#include "runtime/schema/schema.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::schema {

using pattern_table = std::map<std::string, std::unique_ptr<const pattern>, std::less<>>;

class outline {
public:
  /// Reads all of `document`, which must outlive the outline; its faults go into `problems`.
  outline(const nlohmann::json& document, std::vector<problem>& problems, std::string pointer, const limits& allowed,
          compile_budget& budget);

  bool has_errors() const { return has_errors_; }

  /// The schema that a schema with `$ref` stands for; never another one with `$ref`.
  const nlohmann::json& target_of(const nlohmann::json& schema_with_ref) const;
  /// Those that references lead to.
  const std::vector<const nlohmann::json*>& targets() const { return targets_; }

  pattern_table take_patterns() { return std::move(patterns_); }

private:
  struct node {
    const nlohmann::json* schema;
    std::size_t parent;
    std::string token; ///< of a JSON pointer, from the parent
    std::size_t base;  ///< which of bases_
  };
  struct resource {
    const nlohmann::json* schema;
    std::size_t base;
  };
  using work = std::vector<std::size_t>;

  bool measure(const nlohmann::json& value, std::size_t depth_left, std::size_t& values_left);
  static bool looks_like_schema(const nlohmann::json& content);
  void walk(const nlohmann::json& schema, std::size_t parent, std::string token, std::size_t base);
  void judge_keyword(std::size_t at, const keyword& known, const nlohmann::json& content);
  void judge_names(std::size_t at, const keyword& known, const nlohmann::json& content);
  void judge_pattern(std::size_t at, const std::string& token, const std::string& source);
  void report_over_budget(std::size_t at, const std::string& token, const std::string& over);
  void judge_siblings(std::size_t at);
  void note_id(std::size_t at);

  void resolve_all();
  void resolve(std::size_t at);
  const nlohmann::json* find(const resource& in, std::string_view fragment, std::string& fault) const;
  void follow_chains();
  void refuse_cycles();
  void each_same_value(std::size_t at, const std::function<void(std::size_t)>& f) const;

  std::string pointer_of(std::size_t at) const;
  void report(bool is_warning, std::size_t at, std::string_view token, std::string message, std::string advice);

  std::vector<problem>& problems_;
  std::string pointer_;
  const limits& allowed_;
  compile_budget& budget_;
  bool has_errors_ = false;
  std::size_t reported_ = 0;

  std::vector<node> nodes_;
  std::unordered_map<const nlohmann::json*, std::size_t> index_;
  std::vector<std::string> bases_;
  std::unordered_map<std::string, resource> resources_; ///< by URI, with fragment for anchors
  std::unordered_map<const nlohmann::json*, const nlohmann::json*> references_;
  std::vector<const nlohmann::json*> targets_;
  pattern_table patterns_;
  std::map<std::string, std::string, std::less<>> refused_; ///< patterns, with the fault
  bool is_over_budget_ = false;
};

} // namespace pawl::schema
