// The list of families.
#include "tests/hostile/attack.hpp"

namespace pawl::hostile {

std::vector<family> all_families() {
  return {
      {kind::expression, "deep", deep_expressions},
      {kind::expression, "large", large_expressions},
      {kind::expression, "long work", long_work},
      {kind::expression, "much memory", much_memory},
      {kind::expression, "refused values", refused_values},
      {kind::expression, "cut", cut_expressions},
      {kind::expression, "random tokens", random_tokens},
      {kind::expression, "bad characters", bad_characters},
      {kind::expression, "at the limits", expressions_at_the_limits},
      {kind::expression, "function arguments", function_arguments},
      {kind::expression, "function growth", function_growth},
      {kind::expression, "functions at the limits", functions_at_the_limits},
      {kind::json_template, "broken", broken_templates},
      {kind::json_template, "costly", costly_templates},
      {kind::json_template, "at the limits", templates_at_the_limits},
      {kind::definition, "cut", cut_definitions},
      {kind::definition, "wrong fields", wrong_fields},
      {kind::definition, "many problems", many_problems},
      {kind::definition, "at the limits", definitions_at_the_limits},
      {kind::json, "cut", cut_json},
      {kind::json, "texts", json_texts},
      {kind::json, "numbers", json_numbers},
      {kind::json, "shapes", json_shapes},
      {kind::json, "at the limits", json_at_the_limits},
      {kind::schema, "wrong keywords", wrong_keywords},
      {kind::schema, "references and names", references_and_names},
      {kind::schema, "patterns", hostile_patterns},
      {kind::schema, "bombs", schema_bombs},
      {kind::schema, "costly checks", costly_checks},
      {kind::schema, "numbers", numbers_of_schemas},
      {kind::schema, "at the limits", schemas_at_the_limits},
  };
}

const std::vector<std::string>& invalid_utf8() {
  static const std::vector<std::string> all = {"\x80",
                                               "\xBF",
                                               "\xC0\x80",
                                               "\xC1\xBF",
                                               "\xC2",
                                               "\xC2\x41",
                                               "\xE0\x80\x80",
                                               "\xE0\x9F\xBF",
                                               "\xE1\x80",
                                               "\xE1\x41\x80",
                                               "\xED\xA0\x80",
                                               "\xED\xAF\xBF",
                                               "\xED\xB0\x80",
                                               "\xED\xBF\xBF",
                                               "\xEF\xBF",
                                               "\xF0\x80\x80\x80",
                                               "\xF0\x8F\xBF\xBF",
                                               "\xF0\x90\x80",
                                               "\xF1\x80\x80",
                                               "\xF4\x90\x80\x80",
                                               "\xF5\x80\x80\x80",
                                               "\xF8\x88\x80\x80\x80",
                                               "\xFC\x84\x80\x80\x80\x80",
                                               "\xFE",
                                               "\xFF",
                                               "\xFF\xFE",
                                               "\xED\xA0\xBD\xED\xB8\x80",
                                               "\xE2\x82",
                                               "\xF0\x9F\x98"};
  return all;
}

} // namespace pawl::hostile
