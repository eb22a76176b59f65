// Compiling and evaluating. The same source gives the same program and the same answer, inside its limits.
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "runtime/expression/evaluate.hpp"
#include "runtime/expression/functions/registry.hpp"
#include "runtime/expression/json_text.hpp"

using namespace pawl;
using namespace pawl::expression;

namespace {

std::string answer_of(const program& what, const environment& with) {
  usage used;
  const auto answer = evaluate(what, value::borrow(fuzz::context()), with, used);
  fuzz::require(used.steps <= with.allowed.steps_max, "steps keep their limit");
  fuzz::require(used.allocated_bytes <= with.allowed.allocated_bytes_max, "bytes keep their limit");
  if (!answer) {
    const errc code = answer.failure().code;
    fuzz::require(code == errc::evaluation || code == errc::limit, "errors are typed");
    return to_string(answer.failure());
  }
  const auto document = to_json(*answer, with.allowed);
  if (!document) return to_string(document.failure());
  if (!*document) return "undefined";
  const auto text = core::to_text(**document, "the answer", {16 << 20, value_depth_max + 1, 2'000'000});
  fuzz::require(text.has_value(), "an answer is JSON");
  return *text;
}

bool same(const mentions& a, const mentions& b) {
  return a.nodes.size() == b.nodes.size() && a.every_node_all == b.every_node_all && a.input == b.input &&
         a.globals == b.globals && a.run == b.run;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = fuzz::text_of(data, size);
  const auto first = compile(source);
  const auto second = compile(source);
  fuzz::require(first.has_value() == second.has_value(), "compiling is deterministic");
  if (!first) {
    const errc code = first.failure().code;
    fuzz::require(code == errc::bad_expression || code == errc::limit, "errors are typed");
    fuzz::require(to_string(first.failure()) == to_string(second.failure()), "errors are the same twice");
    return 0;
  }
  fuzz::require(same(first->find_mentions(), second->find_mentions()), "mentions are the same twice");
  fuzz::require(first->find_called_names().functions == second->find_called_names().functions, "so are called names");
  environment with;
  with.known = standard_registry().get();
  fuzz::require(answer_of(*first, with) == answer_of(*second, with), "evaluating is deterministic");
  environment narrow = with; // reaching a limit anywhere must end as well
  narrow.allowed.steps_max = 40;
  narrow.allowed.allocated_bytes_max = 400;
  narrow.allowed.string_bytes_max = 64;
  narrow.allowed.array_items_max = 3;
  (void)answer_of(*first, narrow);
  return 0;
}
