// Regular expressions by RE2: linear in the text, bounded in memory, never a backtracker.
// What a match may cost is charged before it runs: bytes of the text times instructions of the compiled pattern. What
// compiling may cost is charged before it as well, once for every change of the pattern within an evaluation.
#include "runtime/expression/functions/call.hpp"
#include "runtime/expression/unicode.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <list>
#include <memory>

namespace pawl::expression {

namespace {

constexpr std::size_t pattern_bytes_max = 1000;
constexpr std::size_t unicode_classes_max = 20;
/// Of one compiled pattern: its program and its automata, which grow as it matches. What RE2 reads the pattern into is
/// not part of it: some 5 KiB for each Unicode class, little else.
constexpr std::int64_t pattern_memory_max = 256 * 1024;

// What stays compiled in a thread. Programs and classes together keep to kept_bytes_max; automata may add
// pattern_memory_max for each pattern, and add a few KiB for common ones.
constexpr std::size_t patterns_kept_max = 8;
constexpr std::size_t kept_bytes_max = 128 * 1024;
constexpr std::size_t kept_source_bytes_max = 256;
constexpr std::size_t kept_classes_max = 4;
constexpr std::size_t bytes_an_instruction = 16;
constexpr std::size_t bytes_a_unicode_class = 6 * 1024;

// Compiling: about a microsecond for three bytes, a millisecond for a Unicode class.
constexpr std::uint64_t steps_a_unicode_class = 1000;
constexpr std::uint64_t steps_a_class = 50;
constexpr int groups_max = 10;                           ///< the match itself and $1 to $9
constexpr std::uint64_t work_a_step = 64;                ///< bytes times instructions
constexpr std::uint64_t further_work_a_step = 16 * 1024; ///< the same for every further match of one text

using re2::StringPiece;

/// What a look at the source tells about a pattern.
struct outline {
  bool asks_for_bytes = false; ///< \C, which matches half a character; texts must stay UTF-8
  std::size_t unicode_classes = 0;
  std::uint64_t steps = 0; ///< what compiling it may cost
};

/// The largest number of a repetition such as {2,9}; 0 for another brace.
std::uint64_t repetition(std::string_view rest) noexcept {
  std::uint64_t largest = 0;
  std::uint64_t number = 0;
  for (std::size_t i = 1; i < rest.size() && i < 12; ++i) {
    if (rest[i] >= '0' && rest[i] <= '9') {
      number = number * 10 + static_cast<std::uint64_t>(rest[i] - '0');
      largest = std::max(largest, number);
    } else if (rest[i] == ',') {
      number = 0;
    } else {
      break;
    }
  }
  return std::min<std::uint64_t>(largest, 1000); // RE2 refuses more
}

outline outline_of(std::string_view pattern) noexcept {
  outline seen;
  seen.steps = 16 + pattern.size();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char at = pattern[i];
    if (at == '[') seen.steps += steps_a_class;
    if (at == '{') seen.steps += repetition(pattern.substr(i));
    if (at != '\\' || ++i == pattern.size()) continue;
    const char escaped = pattern[i];
    if (escaped == 'C') seen.asks_for_bytes = true;
    if (escaped == 'p' || escaped == 'P') ++seen.unicode_classes;
    // A plain text in between. Where RE2 does not take it for one, it refuses the pattern here.
    if (escaped == 'Q') i = std::min(pattern.find("\\E", i), pattern.size() - 1);
  }
  seen.steps += seen.unicode_classes * steps_a_unicode_class;
  return seen;
}

std::shared_ptr<const RE2> compile_pattern(std::string_view pattern) {
  RE2::Options options;
  options.set_max_mem(pattern_memory_max);
  options.set_log_errors(false);
  return std::make_shared<const RE2>(StringPiece(pattern.data(), pattern.size()), options);
}

/// The latest few patterns of a thread: most are constants. What is charged does not depend on it.
class kept_patterns {
public:
  std::shared_ptr<const RE2> get(std::string_view pattern, const outline& seen) {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const auto& k) { return k.what->pattern() == pattern; });
    if (found != all_.end()) {
      all_.splice(all_.begin(), all_, found);
      return all_.front().what;
    }
    auto made = compile_pattern(pattern);
    if (pattern.size() <= kept_source_bytes_max && seen.unicode_classes <= kept_classes_max) keep(made, seen);
    return made;
  }

private:
  struct kept {
    std::shared_ptr<const RE2> what;
    std::size_t bytes;
  };

  void keep(const std::shared_ptr<const RE2>& made, const outline& seen) {
    const auto instructions = static_cast<std::size_t>(std::max(made->ProgramSize(), 0));
    const std::size_t bytes =
        made->pattern().size() + instructions * bytes_an_instruction + seen.unicode_classes * bytes_a_unicode_class;
    if (bytes > kept_bytes_max) return;
    all_.push_front({made, bytes});
    for (bytes_ += bytes; all_.size() > patterns_kept_max || bytes_ > kept_bytes_max; all_.pop_back())
      bytes_ -= all_.back().bytes;
  }

  std::list<kept> all_;
  std::size_t bytes_ = 0;
};

/// The evaluation remembers the latest pattern, so that one that stays the same is paid for once.
bool compiled_pattern(call& c, std::string_view pattern, std::shared_ptr<const RE2>& out) {
  auto latest = std::static_pointer_cast<const RE2>(c.cost().remembered());
  if (latest && latest->pattern() == pattern) {
    out = std::move(latest);
    return c.cost().steps(16 + pattern.size() / 4);
  }
  const outline seen = outline_of(pattern);
  if (seen.asks_for_bytes) return c.refuse(1, "must not use \\C, which matches half a character");
  if (seen.unicode_classes > unicode_classes_max)
    return c.cost().fail(errc::limit, "a pattern has too many Unicode classes: more than 20");
  if (!c.cost().steps(seen.steps)) return false;
  thread_local kept_patterns kept;
  out = kept.get(pattern, seen);
  c.cost().remembered() = out;
  return c.cost().poll() && c.cost().steps(static_cast<std::uint64_t>(std::max(out->ProgramSize(), 0)));
}

/// RE2's own words quote the pattern, which may be a value.
const char* fault(RE2::ErrorCode code) noexcept {
  switch (code) {
    case RE2::ErrorBadEscape: return "an unknown escape after a backslash";
    case RE2::ErrorBadCharClass:
    case RE2::ErrorBadCharRange: return "an unknown class or range of characters";
    case RE2::ErrorMissingBracket: return "a [ without its ]";
    case RE2::ErrorMissingParen:
    case RE2::ErrorUnexpectedParen: return "a ( without its ), or the other way round";
    case RE2::ErrorTrailingBackslash: return "a backslash at its end";
    case RE2::ErrorRepeatArgument:
    case RE2::ErrorRepeatSize:
    case RE2::ErrorRepeatOp: return "a repetition of nothing, twice, or more than 1000 times";
    case RE2::ErrorBadPerlOp: return "a (? that RE2 does not have, such as look-around";
    case RE2::ErrorBadNamedCapture: return "a group with a bad name";
    default: return "RE2 cannot read it";
  }
}

struct matcher {
  std::shared_ptr<const RE2> pattern;
  std::string_view text;
  std::array<StringPiece, groups_max> groups{};
  int group_count = 0; ///< the match itself counts

  std::uint64_t work(std::size_t from) const {
    return (text.size() - from + 1) * static_cast<std::uint64_t>(std::max(pattern->ProgramSize(), 16));
  }
  bool match(std::size_t from) {
    return pattern->Match(StringPiece(text.data(), text.size()), from, text.size(), RE2::UNANCHORED, groups.data(),
                          group_count);
  }
  std::string_view group(int i) const {
    const auto& g = groups[static_cast<std::size_t>(i)];
    return {g.data(), g.size()};
  }
  bool has_group(int i) const { return i < group_count && groups[static_cast<std::size_t>(i)].data() != nullptr; }
  std::size_t start() const { return static_cast<std::size_t>(groups[0].data() - text.data()); }
};

/// Reads the first two arguments and pays for one search of the whole text.
bool prepare(call& c, matcher& made) {
  std::string_view pattern;
  if (!c.text(0, made.text) || !c.text(1, pattern)) return false;
  if (pattern.size() > pattern_bytes_max)
    return c.cost().fail(errc::limit, "a pattern is too long: more than 1000 bytes");
  if (!compiled_pattern(c, pattern, made.pattern)) return false;
  if (!made.pattern->ok()) {
    if (made.pattern->error_code() == RE2::ErrorPatternTooLarge)
      return c.cost().fail(errc::limit, "a pattern is too large once it is compiled");
    return c.refuse(1, std::string("is no pattern: ") + fault(made.pattern->error_code()));
  }
  made.group_count = std::min(made.pattern->NumberOfCapturingGroups() + 1, groups_max);
  return c.cost().steps(static_cast<std::uint64_t>(made.pattern->ProgramSize()) / 16 + made.work(0) / work_a_step);
}

bool matches(call& c) {
  matcher m;
  if (!prepare(c, m)) return false;
  m.group_count = 0;
  return c.give(m.match(0));
}

bool extract(call& c) {
  matcher m;
  if (!prepare(c, m)) return false;
  std::int64_t group = m.group_count > 1 ? 1 : 0;
  if (!c.lacks(2) && !c.whole(2, 0, m.group_count - 1, group)) return false;
  value out = value::null();
  if (m.match(0) && m.has_group(static_cast<int>(group)) && !c.make_text(out, m.group(static_cast<int>(group))))
    return false;
  return c.give(std::move(out));
}

/// Appends the replacement: $1 to $9 are groups, $& is the match, $$ a dollar, every other dollar itself.
bool append_replacement(call& c, std::string& out, std::string_view replacement, const matcher& m) {
  while (!replacement.empty()) {
    const auto dollar = std::min(replacement.find('$'), replacement.size());
    if (!c.cost().step() || !c.append(out, replacement.substr(0, dollar))) return false;
    replacement.remove_prefix(dollar);
    if (replacement.empty()) return true;
    const char mark = replacement.size() > 1 ? replacement[1] : '\0';
    const int group = mark == '&' ? 0 : mark >= '1' && mark <= '9' ? mark - '0' : -1;
    const bool is_group = group >= 0 && group < m.group_count;
    const std::string_view piece = !is_group ? "$" : m.has_group(group) ? m.group(group) : std::string_view();
    if (!c.append(out, piece)) return false;
    replacement.remove_prefix(is_group || mark == '$' ? 2 : 1);
  }
  return true;
}

bool replace_all(call& c) {
  matcher m;
  std::string_view replacement;
  if (!prepare(c, m) || !c.text(2, replacement)) return false;
  std::string out;
  std::size_t from = 0;
  std::size_t copied = 0;
  while (from <= m.text.size() && c.cost().steps(1 + m.work(from) / further_work_a_step) && m.match(from)) {
    if (!c.append(out, m.text.substr(copied, m.start() - copied))) return false;
    if (!append_replacement(c, out, replacement, m)) return false;
    copied = m.start() + m.group(0).size();
    // After an empty match the search goes on behind the next character.
    from = m.group(0).empty() ? copied + std::max<std::size_t>(decode(m.text, copied).bytes, 1) : copied;
  }
  return !c.cost().has_failed() && c.append(out, m.text.substr(copied)) && c.give(std::move(out));
}

} // namespace

chapter pattern_chapter() {
  return {
      "Patterns",
      {
          {"matches(text, pattern)",
           "Whether the pattern is found anywhere in the text; `^` and `$` tie it to the ends.",
           "Patterns are those of RE2 (no look-around, no back references), at most 1000 bytes with at most 20 "
           "Unicode classes such as `\\\\pL`. `(?i)` in front ignores case; `\\\\Q…\\\\E` takes a text as it is. A "
           "backslash is written twice in an expression.",
           {{R"('order-42'|matches('^order-\\d+$'))", "true"}, {"'Ann'|matches('(?i)ANN')", "true"}},
           matches},
          {"extract(text, pattern, group?)",
           "What the first match holds: its first group, or all of it when the pattern has none; null without a match.",
           "`group` picks another one, 0 the whole match.",
           {{R"('order-42 of May'|extract('order-(\\d+)'))", "\"42\""},
            {R"('order-42'|extract('\\d+'))", "\"42\""},
            {R"('order-42'|extract('(o)rder-(\\d+)', 2))", "\"42\""},
            {"'none'|extract('[0-9]')", "null"}},
           extract},
          {"replaceAll(text, pattern, replacement)",
           "The text with every match replaced; `$1` to `$9` are the groups, `$&` the match, `$$` a dollar.",
           "",
           {{R"('a1b22'|replaceAll('\\d+', '<$&>'))", "\"a<1>b<22>\""},
            {R"('Ada Lovelace'|replaceAll('(\\w+) (\\w+)', '$2, $1'))", "\"Lovelace, Ada\""},
            {R"('1.2.3'|replaceAll('\\.', ''))", "\"123\""}},
           replace_all},
      }};
}

} // namespace pawl::expression
