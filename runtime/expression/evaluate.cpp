// The machine that runs compiled expressions. Only filters recurse, as deep as they are nested in the source.
#include "runtime/expression/evaluate.hpp"

#include "runtime/expression/access.hpp"
#include "runtime/expression/code.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/numbers.hpp"
#include "runtime/expression/operators.hpp"

#include <array>
#include <cmath>
#include <exception>

namespace pawl::expression {

namespace {

class machine {
public:
  /// `stack` has room for the program's values and one more in front.
  machine(const code& program, const value& root, const environment& with, value* stack) noexcept
      : code_(program), root_(root), known_(with.known), cost_(with.allowed, with.should_stop, with.now_ms),
        top_(stack) {}

  result<value> run(usage& used, std::optional<std::int64_t> rendering_since_ms) {
    const bool ok = cost_.start(rendering_since_ms) && run(0, code_.instructions.size(), root_);
    const usage mine = cost_.used();
    used.steps += mine.steps;
    used.allocated_bytes += mine.allocated_bytes;
    if (!ok) return cost_.take_failure();
    return std::move(*top_);
  }

private:
  /// Runs a stretch of instructions, which leaves one more value on the stack.
  bool run(std::size_t from, std::size_t to, const value& element) {
    for (at_ = from; at_ < to; ++at_) {
      const auto& i = code_.instructions[at_];
      if (!cost_.step() || !execute(i, element)) return explain(i);
    }
    return true;
  }

  bool explain(const instruction& i) {
    cost_.place_failure("byte " + std::to_string(i.at));
    return false;
  }

  std::span<const step> path(const instruction& i) const noexcept { return {code_.steps.data() + i.operand, i.count}; }

  bool execute(const instruction& i, const value& element) {
    switch (i.code) {
      case op::constant: *++top_ = code_.constants[i.operand]; return true;
      case op::path_context: return follow_own(*++top_, root_, path(i), cost_);
      case op::path_element: return follow_own(*++top_, element, path(i), cost_);
      case op::path_top: return follow(*top_, *top_, path(i), cost_);
      case op::index: --top_; return index(*top_, top_[0], top_[1], cost_);
      case op::filter: return filter(i);
      case op::negate: return negate();
      case op::logical_not: *top_ = value::boolean(!is_truthy(*top_)); return true;
      case op::make_array: return make_array(i.count);
      case op::make_object: return make_object(i);
      case op::call_function: return call(i, "function", known_ ? known_->find_function(name(i)) : nullptr);
      case op::call_transform: return call(i, "transform", known_ ? known_->find_transform(name(i)) : nullptr);
      case op::jump: at_ += i.operand; return true;
      case op::branch_if_not:
        if (!is_truthy(*top_--)) at_ += i.operand;
        return true;
      case op::keep_if_truthy: is_truthy(*top_) ? void(at_ += i.operand) : void(--top_); return true;
      case op::keep_if_falsy: is_truthy(*top_) ? void(--top_) : void(at_ += i.operand); return true;
      default: --top_; return binary(i.code, top_[0], top_[1]);
    }
  }

  std::string_view name(const instruction& i) const noexcept { return code_.names[i.operand]; }

  /// `left` is also where the result goes.
  bool binary(op code, value& left, const value& right) {
    switch (code) {
      case op::add:
        if (left.is(kind::number) && right.is(kind::number)) {
          left = value::number(left.as_number() + right.as_number());
          return true;
        }
        return add(left, left, right, cost_);
      case op::equal:
      case op::not_equal: return equality(code, left, right);
      case op::less:
      case op::less_or_equal:
      case op::greater:
      case op::greater_or_equal: return relation(code, left, right);
      case op::in: {
        bool found = false;
        if (!contains(found, left, right, cost_)) return false;
        left = value::boolean(found);
        return true;
      }
      default: return arithmetic(code, left, right);
    }
  }

  bool equality(op code, value& left, const value& right) {
    bool same = false;
    if (!loosely_equal(same, left, right, cost_)) return false;
    left = value::boolean(same == (code == op::equal));
    return true;
  }

  bool relation(op code, value& left, const value& right) {
    order o = order::unordered;
    if (left.is(kind::number) && right.is(kind::number)) {
      o = order_of(left.as_number(), right.as_number());
    } else if (!compare(o, left, right, cost_)) {
      return false;
    }
    const bool less = o == order::less && (code == op::less || code == op::less_or_equal);
    const bool greater = o == order::greater && (code == op::greater || code == op::greater_or_equal);
    const bool equal = o == order::equal && (code == op::less_or_equal || code == op::greater_or_equal);
    left = value::boolean(less || greater || equal);
    return true;
  }

  bool arithmetic(op code, value& left, const value& right) {
    double a = left.is(kind::number) ? left.as_number() : 0;
    double b = right.is(kind::number) ? right.as_number() : 0;
    if (!left.is(kind::number) && !to_number(a, left, cost_)) return false;
    if (!right.is(kind::number) && !to_number(b, right, cost_)) return false;
    double n = 0;
    switch (code) {
      case op::subtract: n = a - b; break;
      case op::multiply: n = a * b; break;
      case op::divide: n = a / b; break;
      case op::floor_divide: n = std::floor(a / b); break;
      case op::remainder:
        if (!charge_remainder(a, b)) return false;
        n = std::fmod(a, b);
        break;
      default: n = power(a, b); break;
    }
    left = value::number(n);
    return true;
  }

  /// fmod takes a round for each bit by which the exponents differ.
  bool charge_remainder(double a, double b) {
    constexpr int bits_a_step = 16;
    if (!std::isfinite(a) || !std::isfinite(b) || a == 0 || b == 0) return true;
    const int bits = std::ilogb(a) - std::ilogb(b);
    return bits < bits_a_step || cost_.steps(static_cast<std::uint64_t>(bits / bits_a_step));
  }

  bool negate() {
    double n = 0;
    if (!to_number(n, *top_, cost_)) return false;
    *top_ = value::number(-n);
    return true;
  }

  bool make_array(std::size_t count) {
    if (!cost_.build_array(count)) return false;
    value* const first = top_ + 1 - count;
    std::vector<value> all(std::make_move_iterator(first), std::make_move_iterator(top_ + 1));
    top_ = first;
    *top_ = value::array(std::move(all));
    return true;
  }

  bool make_object(const instruction& i) {
    if (!cost_.allocate(i.count * sizeof(value::members::value_type) + sizeof(std::string))) return false;
    value* const first = top_ + 1 - i.count;
    value::members all;
    all.reserve(i.count);
    for (std::size_t n = 0; n < i.count; ++n) {
      const auto key = code_.names[i.operand + n];
      if (!cost_.allocate(key.size())) return false;
      all.emplace_back(std::string(key), std::move(first[n]));
    }
    top_ = first;
    *top_ = value::object(std::move(all));
    return true;
  }

  /// A subject that is no array counts as an array of itself alone; undefined as one of nothing.
  bool filter(const instruction& i) {
    const std::size_t from = at_ + 1;
    const std::size_t to = from + i.operand;
    const value subject = std::move(*top_--);
    std::vector<value> kept;
    const auto keep_if_wanted = [&](const value& item) {
      if (!cost_.step() || !run(from, to, item)) return false;
      if (!is_truthy(*top_--)) return true;
      if (kept.size() >= cost_.allowed().array_items_max) return cost_.build_array(kept.size() + 1);
      if (!cost_.allocate(sizeof(value))) return false;
      kept.push_back(item);
      return true;
    };
    const bool ok = subject.is(kind::array)       ? subject.each_item(keep_if_wanted)
                    : subject.is(kind::undefined) ? true
                                                  : keep_if_wanted(subject);
    if (!ok || !cost_.allocate(sizeof(std::string))) return false;
    at_ = to - 1;
    *++top_ = value::array(std::move(kept));
    return true;
  }

  bool call(const instruction& i, const char* pool, const function* known) {
    if (!known || !*known)
      return cost_.fail(errc::evaluation, std::string("unknown ") + pool + " '" + std::string(name(i)) + "'");
    value* const first = top_ + 1 - i.count;
    call_context context(cost_);
    auto answer = guarded(i, *known, {first, i.count}, context);
    if (!answer) return cost_.fail(std::move(answer).failure());
    if (cost_.has_failed()) return false;
    if (answer->is(kind::text) && answer->as_text().size() > cost_.allowed().string_bytes_max)
      return cost_.build_text(answer->as_text().size());
    if (answer->is(kind::array) && answer->size() > cost_.allowed().array_items_max && !answer->borrowed_document()) {
      return cost_.build_array(answer->size());
    }
    *first = *std::move(answer);
    top_ = first;
    return true;
  }

  result<value> guarded(const instruction& i, const function& known, std::span<const value> arguments,
                        call_context& context) {
    try {
      return known(arguments, context);
    } catch (const std::bad_alloc&) {
      throw;                          // says nothing about the expression
    } catch (const std::exception&) { // a host's function; its text might quote a value
      return error{errc::evaluation, "'" + std::string(name(i)) + "' failed with an exception", ""};
    }
  }

  const code& code_;
  const value& root_;
  const functions* known_;
  meter cost_;
  value* top_;
  std::size_t at_ = 0;
};

} // namespace

result<value> evaluate(const program& what, const value& root, const environment& with) {
  usage unread;
  return evaluate(what, root, with, unread);
}

result<value> evaluate(const program& what, const value& root, const environment& with, usage& used,
                       std::optional<std::int64_t> rendering_since_ms) {
  const code& compiled = what.compiled();
  std::array<value, 8> near;
  if (compiled.stack_size < near.size())
    return machine(compiled, root, with, near.data()).run(used, rendering_since_ms);
  std::vector<value> stack(compiled.stack_size + 1);
  return machine(compiled, root, with, stack.data()).run(used, rendering_since_ms);
}

} // namespace pawl::expression
