// The transforms and functions that the cases call, as the reference run had them registered.
#include "tests/conformance/conformance.hpp"

#include "runtime/expression/meter.hpp"
#include "runtime/expression/operators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace conformance {

namespace {

using expression::call_context;
using expression::kind;
using expression::value;
using arguments = std::span<const value>;
using function_answer = pawl::result<value>;

function_answer refuse(const char* what) { return pawl::error{pawl::errc::evaluation, what, ""}; }

function_answer change_case(arguments a, char first, char last, int by) {
  if (!a[0].is(kind::text)) return refuse("text wanted");
  std::string text(a[0].as_text());
  for (char& c : text)
    c = c >= first && c <= last ? static_cast<char>(c + by) : c;
  return value::text(std::move(text));
}

function_answer split(arguments a, call_context&) {
  if (a.size() < 2 || !a[0].is(kind::text) || !a[1].is(kind::text) || a[1].as_text().empty())
    return refuse("texts wanted");
  const auto text = a[0].as_text();
  const auto separator = a[1].as_text();
  std::vector<value> pieces;
  std::size_t start = 0;
  for (auto at = text.find(separator); at != text.npos; at = text.find(separator, start)) {
    pieces.push_back(value::text(std::string(text.substr(start, at - start))));
    start = at + separator.size();
  }
  pieces.push_back(value::text(std::string(text.substr(start))));
  return value::array(std::move(pieces));
}

function_answer join(arguments a, call_context& context) {
  if (!a[0].is(kind::array)) return refuse("array wanted");
  const bool is_default = a.size() < 2 || a[1].is(kind::undefined);
  if (!is_default && !a[1].is(kind::text)) return refuse("separator wanted");
  const std::string separator(is_default ? "," : a[1].as_text());
  std::string out;
  for (std::size_t i = 0; i < a[0].size(); ++i) {
    const auto item = a[0].at(i);
    if (i > 0) out += separator;
    if (item.is_container()) return refuse("plain elements wanted");
    if (item.is_nullish()) continue;
    const auto text = context.text(item);
    if (!text) return text.failure();
    out += *text;
  }
  return value::text(std::move(out));
}

function_answer sum(arguments a, call_context&) {
  if (!a[0].is(kind::array)) return refuse("array wanted");
  double total = 0;
  for (std::size_t i = 0; i < a[0].size(); ++i) {
    if (!a[0].at(i).is(kind::number)) return refuse("numbers wanted");
    total += a[0].at(i).as_number();
  }
  return value::number(total);
}

function_answer largest(arguments a, call_context&) {
  if (a.empty()) return refuse("an argument wanted");
  double most = -std::numeric_limits<double>::infinity();
  for (const auto& v : a) {
    if (!v.is(kind::number)) return refuse("numbers wanted");
    const double n = v.as_number();
    if (std::isnan(n) || std::isnan(most)) {
      most = std::numeric_limits<double>::quiet_NaN();
    } else if (n > most || (n == 0 && most == 0 && std::signbit(most))) {
      most = n;
    }
  }
  return value::number(most);
}

function_answer all_arguments(arguments a, call_context&) { return value::array({a.begin(), a.end()}); }

expression::functions make() {
  expression::functions known;
  known.add_transform("upper", [](arguments a, call_context&) { return change_case(a, 'a', 'z', 'A' - 'a'); });
  known.add_transform("lower", [](arguments a, call_context&) { return change_case(a, 'A', 'Z', 'a' - 'A'); });
  known.add_transform("split", split);
  known.add_transform("join", join);
  known.add_transform("sum", sum);
  known.add_transform("first", [](arguments a, call_context&) { return function_answer(a[0].at(0)); });
  known.add_transform("args", all_arguments);
  known.add_transform("max", largest);
  known.add_function("args", all_arguments);
  known.add_function("max", largest);
  known.add_function("zero", [](arguments, call_context&) { return function_answer(value::number(0)); });
  known.add_function("fail", [](arguments, call_context&) { return refuse("failed as asked"); });
  return known;
}

} // namespace

const expression::functions& checker_functions() {
  static const expression::functions known = make();
  return known;
}

} // namespace conformance
