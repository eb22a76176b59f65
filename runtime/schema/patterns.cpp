// RE2 with bounds on its memory, and steps by the size of text and program.
#include "runtime/schema/patterns.hpp"

#include "runtime/schema/words.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace pawl::schema {
namespace {

// Without a DFA that fits this, RE2 simulates the program: then the time is that of the text times the program.
constexpr std::int64_t engine_bytes_max = 512 << 10;
constexpr std::size_t source_bytes_max = 4096;
constexpr std::size_t instructions_max = 5000;
constexpr std::size_t instruction_bytes_a_step = 64;

} // namespace

pattern::pattern(std::unique_ptr<re2::RE2> engine)
    : engine_(std::move(engine)), size_(static_cast<std::size_t>(engine_->ProgramSize())) {}

pattern::~pattern() = default;

std::unique_ptr<const pattern> pattern::compile(std::string_view ecma, std::size_t& instructions_left,
                                                std::string& fault) {
  constexpr const char* too_large_together = "the patterns of the schema are too large together";
  if (ecma.size() > source_bytes_max) fault = "it is longer than 4096 bytes";
  if (instructions_left == 0) fault = too_large_together;
  if (!fault.empty()) return nullptr;
  const std::string source = to_re2(ecma, fault);
  if (!fault.empty()) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(engine_bytes_max);
  auto engine = std::make_unique<re2::RE2>(source, options);
  const bool is_too_large = engine->error_code() == re2::RE2::ErrorPatternTooLarge ||
                            (engine->ok() && static_cast<std::size_t>(engine->ProgramSize()) > instructions_max);
  const std::size_t size = is_too_large    ? instructions_max
                           : !engine->ok() ? 0
                                           : static_cast<std::size_t>(engine->ProgramSize());
  if (is_too_large)
    fault = "it is too large";
  else if (!engine->ok())
    fault = shortened(engine->error(), 120);
  else if (size > instructions_left)
    fault = too_large_together;
  instructions_left -= std::min(size, instructions_left);
  return fault.empty() ? std::unique_ptr<const pattern>(new pattern(std::move(engine))) : nullptr;
}

bool pattern::matches(std::string_view text, meter& costs) const {
  if (!costs.spend(1 + text.size() * size_ / instruction_bytes_a_step)) return false;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *engine_);
}

} // namespace pawl::schema
