// What the hostile corpus is made of: a family is one function that gives cases, each a text and how it must end.
// Deterministic; what is random comes from the seed alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::hostile {

enum class ending : std::uint8_t { fails, ends_well };

struct attack {
  std::string name;
  std::function<std::string()> text; ///< made when its turn comes: some have megabytes
  ending must = ending::fails;
  std::string names; ///< part of the error, most often the limit's name; empty: any typed error
};

class attacks {
public:
  void add(std::string name, std::string text, std::string names = "") {
    add_later(
        std::move(name), [t = std::move(text)] { return t; }, std::move(names));
  }
  void add_later(std::string name, std::function<std::string()> text, std::string names = "") {
    all_.push_back({std::move(name), std::move(text), ending::fails, std::move(names)});
  }
  void add_good(std::string name, std::string text) {
    all_.push_back({std::move(name), [t = std::move(text)] { return t; }, ending::ends_well, ""});
  }
  void add_good_later(std::string name, std::function<std::string()> text) {
    all_.push_back({std::move(name), std::move(text), ending::ends_well, ""});
  }
  std::vector<attack> take() && { return std::move(all_); }

private:
  std::vector<attack> all_;
};

/// How a text is attacked with: each kind has its own way in (targets.cpp).
enum class kind : std::uint8_t { expression, json_template, definition, json, schema };

struct family {
  kind of;
  const char* name;
  std::vector<attack> (*make)(std::uint64_t seed);
};

/// Every family; a new one is a function and a line in families.cpp.
std::vector<family> all_families();

std::vector<attack> deep_expressions(std::uint64_t seed);
std::vector<attack> large_expressions(std::uint64_t seed);
std::vector<attack> long_work(std::uint64_t seed);
std::vector<attack> much_memory(std::uint64_t seed);
std::vector<attack> refused_values(std::uint64_t seed);
std::vector<attack> expressions_at_the_limits(std::uint64_t seed);
std::vector<attack> cut_expressions(std::uint64_t seed);
std::vector<attack> random_tokens(std::uint64_t seed);
std::vector<attack> bad_characters(std::uint64_t seed);
std::vector<attack> function_arguments(std::uint64_t seed);
std::vector<attack> function_growth(std::uint64_t seed);
std::vector<attack> functions_at_the_limits(std::uint64_t seed);
std::vector<attack> broken_templates(std::uint64_t seed);
std::vector<attack> costly_templates(std::uint64_t seed);
std::vector<attack> templates_at_the_limits(std::uint64_t seed);
std::vector<attack> cut_definitions(std::uint64_t seed);
std::vector<attack> wrong_fields(std::uint64_t seed);
std::vector<attack> many_problems(std::uint64_t seed);
std::vector<attack> definitions_at_the_limits(std::uint64_t seed);
std::vector<attack> cut_json(std::uint64_t seed);
std::vector<attack> json_texts(std::uint64_t seed);
std::vector<attack> json_numbers(std::uint64_t seed);
std::vector<attack> json_shapes(std::uint64_t seed);
std::vector<attack> json_at_the_limits(std::uint64_t seed);
std::vector<attack> wrong_keywords(std::uint64_t seed);
std::vector<attack> references_and_names(std::uint64_t seed);
std::vector<attack> hostile_patterns(std::uint64_t seed);
std::vector<attack> schema_bombs(std::uint64_t seed);
std::vector<attack> costly_checks(std::uint64_t seed);
std::vector<attack> numbers_of_schemas(std::uint64_t seed);
std::vector<attack> schemas_at_the_limits(std::uint64_t seed);

inline std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    out += piece;
  return out;
}

/// piece(0), piece(1) and so on with `between` them.
template <class F> std::string join(std::size_t count, std::string_view between, F&& piece) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += between;
    out += piece(i);
  }
  return out;
}

/// Byte sequences that are not UTF-8: stray and missing continuations, overlong forms, surrogates, beyond U+10FFFF.
const std::vector<std::string>& invalid_utf8();

} // namespace pawl::hostile
