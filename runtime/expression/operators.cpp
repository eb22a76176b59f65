// Coercions and comparisons, after the ECMAScript rules for ToPrimitive, ToNumber, ToString and abstract equality.
#include "runtime/expression/operators.hpp"

#include "runtime/expression/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace pawl::expression {

namespace {

bool append_checked(std::string& out, std::string_view piece, meter& cost) {
  const auto length = out.size() + piece.size();
  if (length > cost.allowed().string_bytes_max) return cost.build_text(length);
  if (!cost.allocate(piece.size())) return false;
  out.append(piece);
  return true;
}

bool append_nested(std::string& out, const value& v, meter& cost, std::size_t depth);

bool append_items(std::string& out, const value& array, meter& cost, std::size_t depth) {
  if (depth >= value_depth_max) return cost.fail(errc::limit, "a value is nested too deeply to become text");
  bool is_first = true;
  return array.each_item([&](const value& item) {
    if (!cost.step() || (!is_first && !append_checked(out, ",", cost))) return false;
    is_first = false;
    return item.is_nullish() || append_nested(out, item, cost, depth + 1);
  });
}

bool append_nested(std::string& out, const value& v, meter& cost, std::size_t depth) {
  switch (v.type()) {
    case kind::undefined: return append_checked(out, "undefined", cost);
    case kind::null: return append_checked(out, "null", cost);
    case kind::boolean: return append_checked(out, v.as_boolean() ? "true" : "false", cost);
    case kind::number: return append_checked(out, number_to_text(v.as_number()), cost);
    case kind::big_integer: return append_checked(out, v.big_integer_json().dump(), cost);
    case kind::text: return append_checked(out, v.as_text(), cost);
    case kind::array: return append_items(out, v, cost, depth);
    case kind::object: return append_checked(out, "[object Object]", cost);
  }
  return true;
}

bool refuse_big_integer(meter& cost) {
  return cost.fail(errc::evaluation, "an integer that is too large to be exact can be passed on, not computed with");
}

/// Arrays and objects become their text, everything else stays.
bool to_primitive(value& out, const value& v, meter& cost) {
  if (!v.is_container()) {
    out = v;
    return true;
  }
  std::string text;
  if (!append_text(text, v, cost)) return false;
  out = value::text(std::move(text));
  return true;
}

bool is_numeric(const value& v) noexcept { return v.is(kind::number) || v.is(kind::big_integer); }

bool equal_texts(bool& out, const value& left, const value& right, meter& cost) {
  const auto a = left.as_text();
  const auto b = right.as_text();
  out = false;
  if (a.size() != b.size()) return true;
  if (!cost.read_text(a.size())) return false;
  out = a == b;
  return true;
}

bool join(value& out, std::string_view left, std::string_view right, meter& cost) {
  if (!cost.build_text(left.size() + right.size())) return false;
  std::string text;
  text.reserve(left.size() + right.size());
  text.append(left).append(right);
  out = value::text(std::move(text));
  return true;
}

/// Neither side is an array or object.
bool loosely_equal_primitives(bool& out, const value& left, const value& right, meter& cost) {
  out = left.is_nullish() && right.is_nullish();
  if (left.is_nullish() || right.is_nullish()) return true;
  if (left.is(kind::text) && right.is(kind::text)) return equal_texts(out, left, right, cost);
  double a = 0;
  double b = 0;
  if (!to_number(a, left, cost) || !to_number(b, right, cost)) return false;
  out = a == b;
  return true;
}

} // namespace

bool is_truthy(const value& v) noexcept {
  switch (v.type()) {
    case kind::undefined:
    case kind::null: return false;
    case kind::boolean: return v.as_boolean();
    case kind::number: return v.as_number() != 0 && !std::isnan(v.as_number());
    case kind::text: return !v.as_text().empty();
    case kind::big_integer:
    case kind::array:
    case kind::object: return true;
  }
  return false;
}

bool append_text(std::string& out, const value& v, meter& cost) { return append_nested(out, v, cost, 0); }

bool to_number(double& out, const value& v, meter& cost) {
  switch (v.type()) {
    case kind::undefined: out = std::numeric_limits<double>::quiet_NaN(); return true;
    case kind::null: out = 0; return true;
    case kind::boolean: out = v.as_boolean() ? 1 : 0; return true;
    case kind::number: out = v.as_number(); return true;
    case kind::big_integer: return refuse_big_integer(cost);
    case kind::text:
      if (!cost.read_text(v.as_text().size())) return false;
      out = text_to_number(v.as_text());
      return true;
    case kind::object: out = std::numeric_limits<double>::quiet_NaN(); return true;
    case kind::array: break;
  }
  std::string text;
  if (!append_text(text, v, cost)) return false;
  out = text_to_number(text);
  return true;
}

bool add(value& out, const value& left, const value& right, meter& cost) {
  const auto is_textual = [](const value& v) { return v.is(kind::text) || v.is_container(); };
  if (is_textual(left) || is_textual(right)) {
    if (left.is(kind::text) && right.is(kind::text)) return join(out, left.as_text(), right.as_text(), cost);
    std::string text;
    if (!append_text(text, left, cost) || !append_text(text, right, cost) || !cost.allocate(sizeof(std::string)))
      return false;
    out = value::text(std::move(text));
    return true;
  }
  double a = 0;
  double b = 0;
  if (!to_number(a, left, cost) || !to_number(b, right, cost)) return false;
  out = value::number(a + b);
  return true;
}

bool loosely_equal(bool& out, const value& left, const value& right, meter& cost) {
  if (left.is_container() && right.is_container()) {
    out = left.same_reference(right);
    return true;
  }
  if (left.is_nullish() || right.is_nullish() || (!left.is_container() && !right.is_container())) {
    if (left.is_container() || right.is_container()) {
      out = false;
      return true;
    }
    return loosely_equal_primitives(out, left, right, cost);
  }
  value a;
  value b;
  if (!to_primitive(a, left, cost) || !to_primitive(b, right, cost)) return false;
  return loosely_equal_primitives(out, a, b, cost);
}

bool strictly_equal(bool& out, const value& left, const value& right, meter& cost) {
  if (is_numeric(left) && is_numeric(right)) {
    if (left.type() != right.type() || left.is(kind::big_integer)) return refuse_big_integer(cost);
    out = left.as_number() == right.as_number();
    return true;
  }
  if (left.type() != right.type()) {
    out = false;
    return true;
  }
  if (left.is(kind::text)) return equal_texts(out, left, right, cost);
  out = left.is_nullish() ||
        (left.is(kind::boolean) ? left.as_boolean() == right.as_boolean() : left.same_reference(right));
  return true;
}

bool compare(order& out, const value& left, const value& right, meter& cost) {
  value a;
  value b;
  if (!to_primitive(a, left, cost) || !to_primitive(b, right, cost)) return false;
  if (a.is(kind::text) && b.is(kind::text)) {
    if (!cost.read_text(std::min(a.as_text().size(), b.as_text().size()))) return false;
    const int sign = a.as_text().compare(b.as_text());
    out = sign < 0 ? order::less : sign > 0 ? order::greater : order::equal;
    return true;
  }
  double x = 0;
  double y = 0;
  if (!to_number(x, a, cost) || !to_number(y, b, cost)) return false;
  out = order_of(x, y);
  return true;
}

bool contains(bool& out, const value& left, const value& right, meter& cost) {
  out = false;
  if (right.is(kind::text)) {
    std::string wanted;
    if (!append_text(wanted, left, cost) || !cost.read_text(right.as_text().size())) return false;
    const auto text = right.as_text();
    out =
        wanted.empty() || memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr; // never quadratic
    return true;
  }
  if (!right.is(kind::array)) return true;
  bool ok = true;
  right.each_item([&](const value& item) {
    ok = cost.step() && strictly_equal(out, item, left, cost);
    return ok && !out;
  });
  return ok;
}

} // namespace pawl::expression
