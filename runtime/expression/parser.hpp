// Parses the source of an expression and writes instructions as it goes; there is no tree in between.
// Recursion is bounded by limits::depth_max.
#pragma once

#include "runtime/expression/code.hpp"
#include "runtime/expression/lexer.hpp"
#include "runtime/expression/limits.hpp"

#include <pawl/error.hpp>

#include <optional>

namespace pawl::expression {

class parser {
public:
  /// Fills `out`, whose source must be set, and which must stay where it is for as long as its steps are read.
  parser(code& out, const limits& allowed) noexcept;

  /// The first error, or nothing.
  std::optional<error> run();

private:
  /// What an operand ended with decides what may follow it in Jexl.
  enum class ending : std::uint8_t { value, name, call };
  struct filter_frame {
    std::uint32_t groups = 0; ///< groups, calls, arrays, objects and branches open inside the brackets
    bool is_relative = false;
    bool is_directly_relative = false;
    filter_frame* outer = nullptr;
  };

  struct object_member {
    std::string_view key;
    std::size_t start; ///< of the instructions of its value
  };

  bool expression();
  bool nested_expression();
  bool ternary();
  bool binary(int lowest);
  bool binary_rest(token operation, int strength);
  bool unary();
  bool minus();
  bool operand();
  bool number(bool is_negative);
  bool text();
  bool name();
  bool relative_name();
  bool group();
  bool array();
  bool object();
  void drop_member(std::vector<object_member>& members, std::string_view key);
  bool object_key();
  bool call(op pool, token name);
  bool postfix(ending last);
  bool property();
  bool transform();
  bool bracket(ending last);
  bool finish_filter(std::size_t start, const filter_frame& frame, token open);
  bool constant_key(std::size_t start, token open);
  bool list(token_kind close, std::uint16_t& count);

  bool advance();
  bool accept(token_kind kind);
  bool expect(token_kind kind, const char* what);
  bool unexpected(const token& t, const char* wanted);
  bool fail(const token& t, std::string message, errc kind = errc::bad_expression);
  bool over_limit(const token& t, const char* what, const char* limit, std::size_t allowed);
  bool enter(const token& t);

  bool emit(op what, const token& at, std::size_t operand = 0, std::size_t count = 0);
  bool emit_constant(value v, const token& at);
  bool add_step(const token& at, step s);
  void count_stack(int change) noexcept;
  std::size_t position() const noexcept { return out_.instructions.size(); }
  void jump_here(std::size_t from) noexcept;
  std::string_view name_text(const token& t);
  std::string unescape(const token& t) const;

  code& out_;
  const limits& allowed_;
  lexer lexer_;
  token current_;
  token previous_;
  filter_frame* filter_ = nullptr;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::size_t stack_ = 0;
  bool path_is_open_ = false; ///< the last instruction is a path that the next property may be added to
  bool ended_with_call_ = false;
  std::optional<error> failure_;
};

} // namespace pawl::expression
