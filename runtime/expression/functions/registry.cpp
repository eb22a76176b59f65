// The list of chapters, and how an entry becomes something to call.
#include "runtime/expression/functions/registry.hpp"

#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/functions/host_function.hpp"
#include "runtime/expression/program.hpp"

#include <set>

namespace pawl::expression {

namespace {

void add(functions& to, const std::string& name, const function& f, bool as_function, bool as_transform) {
  if (as_function) to.add_function(name, f);
  if (as_transform) to.add_transform(name, f);
}

/// `of` must outlive the function.
function standard_function(const entry& of) {
  return [&of, allowed = arity_of(of.signature)](std::span<const value> arguments,
                                                 call_context& context) -> result<value> {
    call c(of, arguments, context.cost());
    if (!c.count_fits(allowed) || !of.run(c)) return context.cost().take_failure();
    return c.take_answer();
  };
}

functions standard_ones() {
  functions all;
  for (const chapter& about : standard_chapters())
    for (const entry& of : about.entries)
      add(all, std::string(of.name()), standard_function(of), true, true);
  return all;
}

/// Whether `name()` calls just that.
bool is_identifier(const std::string& name) {
  const auto compiled = compile(name + "()");
  return compiled && compiled->find_called_names().functions == std::vector<std::string>{name};
}

} // namespace

const std::vector<chapter>& standard_chapters() {
  static const std::vector<chapter> all{text_chapter(),   pattern_chapter(),    number_chapter(),   array_chapter(),
                                        object_chapter(), conversion_chapter(), encoding_chapter(), time_chapter()};
  return all;
}

const std::shared_ptr<const functions>& standard_registry() {
  static const auto made = std::make_shared<const functions>(standard_ones());
  return made;
}

result<std::shared_ptr<const functions>> make_registry(const std::vector<expression_function>& own) {
  if (own.empty()) return standard_registry();
  auto made = std::make_shared<functions>(standard_ones());
  std::set<std::string_view> names;
  for (const expression_function& f : own) {
    if (!is_identifier(f.name))
      return error{errc::invalid_argument, "the name of a function of expressions must be an identifier", "functions"};
    if (!f.call) return error{errc::invalid_argument, "a function of expressions needs something to call", f.name};
    if (!names.insert(f.name).second)
      return error{errc::invalid_argument, "two functions of expressions have one name", f.name};
    add(*made, f.name, host_function(f), f.as_function, f.as_transform);
  }
  return std::shared_ptr<const functions>(std::move(made));
}

} // namespace pawl::expression

namespace pawl {

std::vector<function_doc> standard_functions() {
  std::vector<function_doc> all;
  for (const auto& about : expression::standard_chapters())
    for (const auto& of : about.entries) {
      function_doc doc{std::string(of.name()), about.title, of.signature, of.summary, of.details, {}};
      for (const auto& e : of.examples)
        doc.examples.push_back({e.expression, e.context, e.result});
      all.push_back(std::move(doc));
    }
  return all;
}

} // namespace pawl
