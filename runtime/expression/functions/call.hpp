// One call of a standard function: its arguments by kind, what it builds, its answer. Whatever fails is the meter's
// failure and names function, argument and kinds, never a value; everything is charged before it is built.
#pragma once

#include "runtime/expression/functions/entry.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/value.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::expression {

/// The kinds as people are told: `text`, `number`, `undefined` ….
const char* kind_name(kind k) noexcept;

/// How many arguments a signature asks for.
struct arity {
  std::size_t least = 0;
  std::size_t most = 0;
};
arity arity_of(std::string_view signature) noexcept;

/// Every function that answers bool has failed when it says false.
class call {
public:
  call(const entry& of, std::span<const value> arguments, meter& cost) noexcept
      : of_(of), arguments_(arguments), cost_(cost) {}

  std::size_t count() const noexcept { return arguments_.size(); }
  /// Left out, or undefined.
  bool lacks(std::size_t i) const noexcept { return i >= count() || arguments_[i].is(kind::undefined); }
  const value& at(std::size_t i) const noexcept { return i < count() ? arguments_[i] : undefined_; }
  meter& cost() noexcept { return cost_; }

  bool count_fits(arity allowed);
  bool text(std::size_t i, std::string_view& out);
  bool number(std::size_t i, double& out);
  bool array(std::size_t i);
  bool object(std::size_t i);
  /// A whole number between the two.
  bool whole(std::size_t i, std::int64_t least, std::int64_t most, std::int64_t& out);

  /// `'name': message`.
  bool fail(std::string_view message);
  /// `'name': argument 2 (length) message`.
  bool refuse(std::size_t i, std::string_view message);
  bool wrong_kind(std::size_t i, const char* wanted);
  /// The same of an item of an array.
  bool wrong_item(std::size_t i, std::size_t item, const value& found, const char* wanted);

  /// Appends to a text that is to be an answer.
  bool append(std::string& out, std::string_view piece);
  bool make_text(value& out, std::string_view text);
  bool add_item(std::vector<value>& out, value item);
  bool add_member(value::members& out, std::string_view key, value item);

  bool give(value v) {
    answer_ = std::move(v);
    return true;
  }
  bool give(bool b) { return give(value::boolean(b)); }
  bool give(double n) { return give(value::number(n)); }
  bool give(std::string s) { return give(value::text(std::move(s))); }
  bool give(std::vector<value> items) { return give(value::array(std::move(items))); }
  bool give(value::members all) { return give(value::object(std::move(all))); }
  value take_answer() noexcept { return std::move(answer_); }

private:
  static const value undefined_;

  const entry& of_;
  std::span<const value> arguments_;
  meter& cost_;
  value answer_;
};

/// The byte of the first `wanted` at or after `from`, npos if there is none. Never quadratic.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from = 0) noexcept;
void append_utf8(std::string& out, char32_t c);

} // namespace pawl::expression
