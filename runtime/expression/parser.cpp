// The grammar of Jexl with Pawl's extensions: ternary, binary by strength, prefix, operand, and what follows one.
#include "runtime/expression/parser.hpp"

#include "runtime/expression/numbers.hpp"
#include "runtime/expression/unicode.hpp"

#include <algorithm>
#include <charconv>

namespace pawl::expression {

namespace {

constexpr std::size_t shown_token_bytes_max = 100; // of a token, in a message
constexpr std::size_t depth_ceiling = 1'000;
constexpr std::size_t nodes_ceiling = 60'000;

/// How tightly a binary operator binds; 0 for everything else.
int strength_of(token_kind kind) noexcept {
  switch (kind) {
    case token_kind::double_and:
    case token_kind::double_or: return 1;
    case token_kind::equal:
    case token_kind::not_equal:
    case token_kind::less:
    case token_kind::less_or_equal:
    case token_kind::greater:
    case token_kind::greater_or_equal:
    case token_kind::in_word: return 2;
    case token_kind::plus:
    case token_kind::minus: return 3;
    case token_kind::star:
    case token_kind::slash:
    case token_kind::double_slash: return 4;
    case token_kind::percent:
    case token_kind::caret: return 5;
    default: return 0;
  }
}

op binary_op(token_kind kind) noexcept {
  switch (kind) {
    case token_kind::equal: return op::equal;
    case token_kind::not_equal: return op::not_equal;
    case token_kind::less: return op::less;
    case token_kind::less_or_equal: return op::less_or_equal;
    case token_kind::greater: return op::greater;
    case token_kind::greater_or_equal: return op::greater_or_equal;
    case token_kind::in_word: return op::in;
    case token_kind::plus: return op::add;
    case token_kind::minus: return op::subtract;
    case token_kind::star: return op::multiply;
    case token_kind::slash: return op::divide;
    case token_kind::double_slash: return op::floor_divide;
    case token_kind::percent: return op::remainder;
    default: return op::power;
  }
}

} // namespace

std::uint32_t array_index(std::string_view key) noexcept {
  if (key.empty() || key.size() > 9 || (key[0] == '0' && key.size() > 1)) return step::no_index;
  std::uint32_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return step::no_index;
    index = index * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return index;
}

parser::parser(code& out, const limits& allowed) noexcept : out_(out), allowed_(allowed), lexer_(out.source) {}

std::optional<error> parser::run() {
  out_.instructions.reserve(out_.source.size() / 5 + 4);
  out_.steps.reserve(out_.source.size() / 6 + 1);
  current_ = lexer_.next();
  bool ok = current_.kind != token_kind::end || fail(current_, "the expression is empty");
  ok = ok && expression();
  if (ok && current_.kind != token_kind::end) unexpected(current_, "an operator");
  return std::move(failure_);
}

// Levels of the grammar, loosest first.

bool parser::enter(const token& t) {
  const auto depth_max = std::min(allowed_.depth_max, depth_ceiling);
  if (depth_ >= depth_max) return over_limit(t, "the expression is nested too deeply", "depth_max", depth_max);
  ++depth_;
  return true;
}

bool parser::expression() {
  if (!enter(current_)) return false;
  const bool ok = binary(1) && (current_.kind != token_kind::question || ternary());
  --depth_;
  return ok;
}

/// An expression inside round brackets, an argument, an array, an object or a branch.
bool parser::nested_expression() {
  if (filter_) ++filter_->groups;
  const bool ok = expression();
  if (filter_) --filter_->groups;
  return ok;
}

bool parser::ternary() {
  if (ended_with_call_) out_.extensions.add(extension::ternary_after_call);
  const token question = current_;
  advance();
  const auto branch = position();
  if (current_.kind == token_kind::colon) {
    if (!advance() || !emit(op::keep_if_truthy, question) || !nested_expression()) return false;
    jump_here(branch);
    return true;
  }
  if (!emit(op::branch_if_not, question) || !nested_expression()) return false;
  if (!expect(token_kind::colon, "':' and the other value of the choice")) return false;
  const auto leave = position();
  if (!emit(op::jump, question)) return false;
  jump_here(branch);
  count_stack(-1); // only one of the two values is there
  if (!nested_expression()) return false;
  jump_here(leave);
  ended_with_call_ = false;
  return true;
}

bool parser::binary(int lowest) {
  if (!unary()) return false;
  for (;;) {
    const int strength = strength_of(current_.kind);
    if (strength < lowest || strength == 0) return true;
    const token operation = current_;
    if (!advance() || !binary_rest(operation, strength)) return false;
  }
}

bool parser::binary_rest(token operation, int strength) {
  if (strength > 1) return binary(strength + 1) && emit(binary_op(operation.kind), operation);
  const auto branch = position();
  const op keep = operation.kind == token_kind::double_and ? op::keep_if_falsy : op::keep_if_truthy;
  if (!emit(keep, operation) || !binary(strength + 1)) return false;
  jump_here(branch);
  return true;
}

bool parser::unary() {
  if (current_.kind == token_kind::minus) return minus();
  if (current_.kind != token_kind::bang) return operand();
  const token bang = current_;
  if (!enter(bang) || !advance() || !unary() || !emit(op::logical_not, bang)) return false;
  --depth_;
  return true;
}

bool parser::minus() {
  const token sign = current_;
  if (previous_.kind == token_kind::comma) out_.extensions.add(extension::unary_minus);
  if (!enter(sign) || !advance()) return false;
  if (current_.kind == token_kind::minus) return fail(current_, "two minus signs in a row");
  if (current_.kind == token_kind::dot) current_ = lexer_.number_from(current_);
  bool ok = false;
  if (current_.kind == token_kind::number) {
    ok = number(true);
  } else {
    out_.extensions.add(extension::unary_minus);
    ok = unary() && emit(op::negate, sign);
  }
  --depth_;
  return ok;
}

// Operands.

bool parser::operand() {
  if (current_.kind == token_kind::dot) current_ = lexer_.number_from(current_);
  switch (current_.kind) {
    case token_kind::number: return number(false);
    case token_kind::text: return text();
    case token_kind::true_word:
    case token_kind::false_word:
      return emit_constant(value::boolean(current_.kind == token_kind::true_word), current_) && advance() &&
             postfix(ending::value);
    case token_kind::name: return name();
    case token_kind::dot: return relative_name();
    case token_kind::open_round: return group();
    case token_kind::open_square: return array();
    case token_kind::open_curly: return object();
    default: return unexpected(current_, "a value");
  }
}

bool parser::number(bool is_negative) {
  const token digits = current_;
  out_.extensions.add(digits.extensions);
  const auto text = lexer_.text_of(digits);
  double n = text.size() == 1 ? text[0] - '0' : parse_decimal(text);
  if (is_negative) n = -n;
  return emit_constant(value::number(n), digits) && advance() && postfix(ending::value);
}

bool parser::text() {
  const token quoted = current_;
  return emit_constant(value::text(unescape(quoted)), quoted) && advance() && postfix(ending::value);
}

bool parser::name() {
  const token first = current_;
  if (!advance()) return false;
  if (current_.kind == token_kind::open_round) return call(op::call_function, first) && postfix(ending::call);
  if (!emit(op::path_context, first, out_.steps.size()) || !add_step(first, {name_text(first)})) return false;
  path_is_open_ = true;
  return postfix(ending::name);
}

bool parser::relative_name() {
  const token dot = current_;
  if (!advance()) return false;
  const token member = current_;
  if (member.kind != token_kind::name) return unexpected(member, "a property name after '.'");
  if (filter_) {
    filter_->is_relative = true;
    if (filter_->groups == 0) filter_->is_directly_relative = true;
  }
  const op source = filter_ ? op::path_element : op::path_context; // outside of filters it is the context itself
  if (!emit(source, dot, out_.steps.size()) || !add_step(member, {name_text(member)}) || !advance()) return false;
  if (current_.kind == token_kind::open_round) return fail(current_, "a property cannot be called");
  path_is_open_ = true;
  return postfix(ending::name);
}

bool parser::group() {
  if (!advance()) return false;
  if (current_.kind == token_kind::close_round) return fail(current_, "the round brackets are empty");
  return nested_expression() && expect(token_kind::close_round, "')'") && postfix(ending::value);
}

/// `expression, expression` up to `close`, which is read too. An empty list is fine, an empty item is not.
bool parser::list(token_kind close, std::uint16_t& count) {
  count = 0;
  const char* const wanted = close == token_kind::close_round ? "',' or ')'" : "',' or ']'";
  if (accept(close)) return true;
  for (;;) {
    if (!nested_expression()) return false;
    ++count;
    if (current_.kind != token_kind::comma) return expect(close, wanted);
    advance();
  }
}

bool parser::array() {
  const token open = current_;
  std::uint16_t count = 0;
  return advance() && list(token_kind::close_square, count) && emit(op::make_array, open, 0, count) &&
         postfix(ending::value);
}

bool parser::object() {
  const token open = current_;
  std::vector<object_member> members;
  advance();
  while (current_.kind != token_kind::close_curly) {
    if (!object_key()) return false;
    drop_member(members, name_text(previous_));
    members.push_back({name_text(previous_), position()});
    if (!expect(token_kind::colon, "':'") || !nested_expression()) return false;
    if (current_.kind != token_kind::close_curly && !expect(token_kind::comma, "',' or '}'")) return false;
  }
  const auto first_key = out_.names.size();
  for (const auto& m : members)
    out_.names.push_back(m.key);
  return advance() && emit(op::make_object, open, first_key, members.size()) && postfix(ending::value);
}

/// Of two equal keys the first is not even evaluated: its instructions go.
void parser::drop_member(std::vector<object_member>& members, std::string_view key) {
  const auto twin = std::find_if(members.begin(), members.end(), [&](const object_member& m) { return m.key == key; });
  if (twin == members.end()) return;
  const auto next = std::next(twin);
  const auto end = next == members.end() ? position() : next->start;
  const auto length = end - twin->start;
  const auto first = out_.instructions.begin() + static_cast<std::ptrdiff_t>(twin->start);
  out_.instructions.erase(first, first + static_cast<std::ptrdiff_t>(length));
  for (auto later = next; later != members.end(); ++later)
    later->start -= length;
  members.erase(twin);
  count_stack(-1);
}

bool parser::object_key() {
  if (current_.kind == token_kind::text) out_.extensions.add(extension::quoted_keys);
  if (current_.kind != token_kind::text && current_.kind != token_kind::name) return unexpected(current_, "a key");
  return advance();
}

bool parser::call(op pool, token name) {
  std::uint16_t count = pool == op::call_transform ? 1 : 0;
  const auto called = name_text(name);
  if (accept(token_kind::open_round)) {
    std::uint16_t listed = 0;
    if (!list(token_kind::close_round, listed)) return false;
    count = static_cast<std::uint16_t>(count + listed);
  }
  out_.names.push_back(called);
  return emit(pool, name, out_.names.size() - 1, count);
}

// What may follow an operand.

bool parser::postfix(ending last) {
  for (;;) {
    bool ok = true;
    if (current_.kind == token_kind::dot) {
      ok = property();
      last = ending::name;
    } else if (current_.kind == token_kind::open_square) {
      ok = bracket(last);
      last = ending::name;
    } else if (current_.kind == token_kind::pipe) {
      ok = transform();
      last = ending::call;
    } else {
      path_is_open_ = false;
      ended_with_call_ = last == ending::call;
      if (current_.kind != token_kind::open_round) return true;
      return fail(current_, "only a function's plain name can be called");
    }
    if (!ok) return false;
  }
}

bool parser::property() {
  const token dot = current_;
  if (!advance()) return false;
  const token member = current_;
  if (member.kind != token_kind::name) return unexpected(member, "a property name after '.'");
  if (!path_is_open_ && !emit(op::path_top, dot, out_.steps.size())) return false;
  path_is_open_ = true;
  if (!add_step(member, {name_text(member)}) || !advance()) return false;
  if (current_.kind == token_kind::open_round) return fail(current_, "a property cannot be called");
  return true;
}

bool parser::transform() {
  if (!advance()) return false;
  const token called = current_;
  if (called.kind != token_kind::name) return unexpected(called, "the name of a transform after '|'");
  if (!advance()) return false;
  path_is_open_ = false;
  return call(op::call_transform, called);
}

bool parser::bracket(ending last) {
  const token open = current_;
  const bool path_was_open = path_is_open_;
  if (last == ending::value) out_.extensions.add(extension::bracket_anywhere);
  if (!advance()) return false;
  if (current_.kind == token_kind::close_square) return fail(current_, "the square brackets are empty");
  const auto start = position();
  if (!emit(op::filter, open)) return false;
  path_is_open_ = false;
  filter_frame frame;
  frame.outer = filter_;
  filter_ = &frame;
  const bool ok = expression();
  filter_ = frame.outer;
  if (!ok || !expect(token_kind::close_square, "']'")) return false;
  path_is_open_ = path_was_open;
  return finish_filter(start, frame, open);
}

/// The instruction at `start` was written as a filter; only now it is known whether it is one.
bool parser::finish_filter(std::size_t start, const filter_frame& frame, token open) {
  auto& all = out_.instructions;
  count_stack(-1); // of subject and key, one value is left
  if (frame.is_relative) {
    if (!frame.is_directly_relative) out_.extensions.add(extension::nested_relative_names);
    all[start].operand = static_cast<std::uint32_t>(all.size() - start - 1);
    path_is_open_ = false;
    return true;
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(start)); // jumps are relative, so they stay right
  if (all.size() == start + 1 && all[start].code == op::constant) {
    const auto key = out_.constants[all[start].operand].type();
    if (key == kind::number || key == kind::text) return constant_key(start, open);
  }
  path_is_open_ = false;
  count_stack(1);
  return emit(op::index, open);
}

/// a['x'] and a[0] are steps of a path like a.x.
bool parser::constant_key(std::size_t start, token open) {
  auto& key = out_.constants[out_.instructions[start].operand];
  if (key.is(kind::number)) key = value::text(number_to_text(key.as_number()));
  out_.instructions.pop_back();
  if (!path_is_open_ && !emit(op::path_top, open, out_.steps.size())) return false;
  path_is_open_ = true;
  const auto name = key.as_text();
  return add_step(open, {name, array_index(name), true});
}

// Tokens and errors.

bool parser::advance() {
  previous_ = current_;
  current_ = lexer_.next();
  return true;
}

bool parser::accept(token_kind kind) { return current_.kind == kind && advance(); }

bool parser::expect(token_kind kind, const char* what) { return accept(kind) || unexpected(current_, what); }

bool parser::unexpected(const token& t, const char* wanted) {
  if (t.kind == token_kind::unclosed_string) return fail(t, "a text without its closing quote");
  const std::string hope = std::string(", expected ") + wanted;
  if (t.kind == token_kind::end) return fail(t, "the expression ends too early" + hope);
  return fail(t, "unexpected '" + shortened(lexer_.text_of(t), shown_token_bytes_max) + "'" + hope);
}

bool parser::fail(const token& t, std::string message, errc kind) {
  if (!failure_) failure_ = error{kind, std::move(message), "byte " + std::to_string(t.start)};
  return false;
}

bool parser::over_limit(const token& t, const char* what, const char* limit, std::size_t allowed) {
  return fail(t, std::string(what) + ": more than " + limit + " = " + std::to_string(allowed), errc::limit);
}

// Instructions.

bool parser::emit(op what, const token& at, std::size_t operand, std::size_t count) {
  const auto nodes_max = std::min(allowed_.nodes_max, nodes_ceiling);
  if (++nodes_ > nodes_max) return over_limit(at, "the expression is too large", "nodes_max", nodes_max);
  out_.instructions.push_back({what, static_cast<std::uint16_t>(count), static_cast<std::uint32_t>(operand), at.start});
  switch (what) {
    case op::constant:
    case op::path_context:
    case op::path_element: count_stack(1); break;
    case op::make_array:
    case op::make_object:
    case op::call_function:
    case op::call_transform: count_stack(1 - static_cast<int>(count)); break;
    case op::path_top:
    case op::negate:
    case op::logical_not:
    case op::filter:
    case op::jump: break;
    default: count_stack(-1); break;
  }
  return true;
}

bool parser::emit_constant(value v, const token& at) {
  out_.constants.push_back(std::move(v));
  path_is_open_ = false;
  return emit(op::constant, at, out_.constants.size() - 1);
}

bool parser::add_step(const token& at, step s) {
  const auto nodes_max = std::min(allowed_.nodes_max, nodes_ceiling);
  if (++nodes_ > nodes_max) return over_limit(at, "the expression is too large", "nodes_max", nodes_max);
  out_.steps.push_back(s);
  ++out_.instructions.back().count;
  return true;
}

void parser::count_stack(int change) noexcept {
  stack_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(stack_) + change);
  out_.stack_size = std::max(out_.stack_size, stack_);
}

void parser::jump_here(std::size_t from) noexcept {
  out_.instructions[from].operand = static_cast<std::uint32_t>(out_.instructions.size() - from - 1);
}

/// The name, or the content of a quoted key, as a view that lives as long as the code.
std::string_view parser::name_text(const token& t) {
  out_.extensions.add(t.extensions);
  if (t.kind != token_kind::text) return lexer_.text_of(t);
  out_.constants.push_back(value::text(unescape(t)));
  return out_.constants.back().as_text();
}

/// Without quotes; a backslash stands for the quote or backslash behind it and for itself before anything else.
std::string parser::unescape(const token& t) const {
  const auto quoted = lexer_.text_of(t);
  const char quote = quoted[0];
  const auto inner = quoted.substr(1, quoted.size() - 2);
  if (!t.has_escape) return std::string(inner);
  std::string out;
  out.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const bool escapes = inner[i] == '\\' && i + 1 < inner.size() && (inner[i + 1] == quote || inner[i + 1] == '\\');
    if (escapes) ++i;
    out += inner[i];
  }
  return out;
}

} // namespace pawl::expression
