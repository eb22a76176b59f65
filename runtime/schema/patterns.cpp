// RE2 with bounds on its memory, and steps by the size of text and program.
#include "runtime/schema/patterns.hpp"

#include "runtime/schema/words.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace pawl::schema {
namespace {

// Without a DFA that fits this, RE2 simulates the program: then the time is that of the text times the program.
// The few that do not fit the first get the second: what counts is the sum over all patterns.
constexpr std::int64_t engine_bytes[] = {128 << 10, 512 << 10};
constexpr std::size_t source_bytes_max = 4096;
constexpr std::size_t instructions_max = 5000;
constexpr std::size_t instruction_bytes_a_step = 64;
constexpr std::size_t faulty_instructions = 100; // to read it once

std::unique_ptr<re2::RE2> make_engine(const std::string& source) {
  std::unique_ptr<re2::RE2> engine;
  for (const std::int64_t bytes_max : engine_bytes) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(bytes_max);
    engine = std::make_unique<re2::RE2>(source, options);
    if (engine->ok() || engine->error_code() != re2::RE2::ErrorPatternTooLarge) break;
  }
  return engine;
}

std::size_t unicode_classes(std::string_view ecma) {
  std::size_t count = 0;
  for (std::size_t at = ecma.find('\\'); at != std::string_view::npos && at + 1 < ecma.size();
       at = ecma.find('\\', at + 2))
    count += ecma[at + 1] == 'p' || ecma[at + 1] == 'P' ? 1 : 0;
  return count;
}

std::string spend(std::size_t& spent, std::size_t amount, std::size_t max, const char* what) {
  spent += amount;
  return spent > max ? fmt::format("{} {}", max, what) : "";
}

std::string spend_source(compile_budget& budget, std::string_view ecma) {
  std::string over = spend(budget.patterns, 1, budget.patterns_max, "patterns");
  if (over.empty()) over = spend(budget.source_bytes, ecma.size(), budget.source_bytes_max, "bytes of patterns");
  if (over.empty()) over = spend(budget.instructions, 1, budget.instructions_max, "instructions when compiled");
  if (over.empty())
    over =
        spend(budget.unicode_classes, unicode_classes(ecma), budget.unicode_classes_max, "classes of Unicode (\\p{…})");
  return over;
}

std::string spend_program(compile_budget& budget, std::size_t instructions) {
  return spend(budget.instructions, instructions, budget.instructions_max, "instructions when compiled");
}

} // namespace

pattern::pattern(std::unique_ptr<re2::RE2> engine)
    : engine_(std::move(engine)), size_(static_cast<std::size_t>(engine_->ProgramSize())) {}

pattern::~pattern() = default;

pattern::outcome pattern::compile(std::string_view ecma, compile_budget& budget) {
  if (ecma.size() > source_bytes_max) return {nullptr, "it is longer than 4096 bytes", ""};
  if (std::string over = spend_source(budget, ecma); !over.empty()) return {nullptr, "", std::move(over)};
  std::string fault;
  const std::string source = to_re2(ecma, fault);
  if (!fault.empty()) return {nullptr, std::move(fault), spend_program(budget, faulty_instructions)};
  auto engine = make_engine(source);
  std::size_t instructions = faulty_instructions;
  if (engine->ok())
    instructions = static_cast<std::size_t>(engine->ProgramSize());
  else if (engine->error_code() == re2::RE2::ErrorPatternTooLarge)
    instructions = instructions_max + 1; // made up to there
  else
    fault = shortened(engine->error(), 120);
  if (instructions > instructions_max) fault = "it is too large";
  std::string over = spend_program(budget, std::min(instructions, instructions_max));
  if (!fault.empty() || !over.empty()) return {nullptr, std::move(fault), std::move(over)};
  return {std::unique_ptr<const pattern>(new pattern(std::move(engine))), "", ""};
}

bool pattern::matches(std::string_view text, meter& costs) const {
  if (!costs.spend(1 + text.size() * size_ / instruction_bytes_a_step)) return false;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *engine_);
}

} // namespace pawl::schema
