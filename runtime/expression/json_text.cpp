// One walk that measures, one that builds documents, one that writes text; all bounded in depth and size.
#include "runtime/expression/json_text.hpp"

#include "runtime/expression/numbers.hpp"
#include "runtime/expression/operators.hpp"

#include <array>
#include <cmath>

namespace pawl::expression {

namespace {

using json = nlohmann::json;

error not_finite() { return {errc::evaluation, "JSON has no number that is NaN or infinite", ""}; }
error too_deep() { return {errc::limit, "a value is nested too deeply for JSON", ""}; }

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out.append("\\u00").append(
              {hex[static_cast<unsigned char>(c) >> 4U], hex[static_cast<unsigned char>(c) & 15U]});
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::size_t quoted_length(std::string_view text) noexcept {
  std::size_t length = 2 + text.size();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_short = c == '"' || c == '\\' || (byte >= 8 && byte <= 13 && byte != 11);
    length += is_short ? 1 : byte < 0x20 ? 5 : 0;
  }
  return length;
}

bool holds_object(const value& v, meter& cost, std::size_t depth = 0) {
  if (v.is(kind::object)) return true;
  if (!v.is(kind::array) || depth > value_depth_max) return false;
  return !v.each_item([&](const value& item) { return cost.step() && !holds_object(item, cost, depth + 1); });
}

class writer {
public:
  writer(std::string& out, meter& cost) noexcept : out_(out), cost_(cost) {}

  bool write(const value& v, std::size_t depth) {
    if (depth > value_depth_max) return cost_.fail(too_deep());
    if (!cost_.step()) return false;
    switch (v.type()) {
      case kind::undefined:
      case kind::null: out_ += "null"; break;
      case kind::boolean: out_ += v.as_boolean() ? "true" : "false"; break;
      case kind::number: return write_number(v.as_number());
      case kind::big_integer: out_ += v.big_integer_json().dump(); break;
      case kind::text: return write_text(v.as_text());
      case kind::array: return write_array(v, depth);
      case kind::object: return write_object(v, depth);
    }
    return check();
  }

private:
  bool check() { return out_.size() <= cost_.allowed().string_bytes_max || cost_.build_text(out_.size()); }

  bool write_number(double n) {
    if (!std::isfinite(n)) return cost_.fail(not_finite());
    const auto before = out_.size();
    append_number(out_, n);
    return cost_.allocate(out_.size() - before) && check();
  }

  bool write_text(std::string_view text) {
    const auto length = quoted_length(text); // up to six times the text: known before it is written
    if (out_.size() + length > cost_.allowed().string_bytes_max) return cost_.build_text(out_.size() + length);
    if (!cost_.allocate(length)) return false;
    append_quoted(out_, text);
    return true;
  }

  bool write_array(const value& v, std::size_t depth) {
    char separator = '[';
    const bool ok = v.each_item([&](const value& item) {
      out_ += std::exchange(separator, ',');
      return write(item, depth + 1);
    });
    out_ += separator == '[' ? "[]" : "]";
    return ok && cost_.allocate(2 * v.size()) && check();
  }

  bool write_object(const value& v, std::size_t depth) {
    char separator = '{';
    const bool ok = v.each_member([&](std::string_view key, const value& item) {
      if (item.is(kind::undefined)) return true;
      out_ += std::exchange(separator, ',');
      if (!write_text(key)) return false;
      out_ += ':';
      return write(item, depth + 1);
    });
    out_ += separator == '{' ? "{}" : "}";
    return ok && cost_.allocate(4 * v.size()) && check();
  }

  std::string& out_;
  meter& cost_;
};

} // namespace

bool json_builder::build(json& out, const value& v, std::size_t depth) {
  if (depth > value_depth_max) return fail(too_deep());
  switch (v.type()) {
    case kind::undefined:
    case kind::null: out = nullptr; return charge(4);
    case kind::boolean: out = v.as_boolean(); return charge(4);
    case kind::number: return build_number(out, v.as_number());
    case kind::big_integer: out = v.big_integer_json(); return charge(20);
    case kind::text:
      if (!charge(v.as_text().size() + 2)) return false;
      out = v.text_ref();
      return true;
    case kind::array:
    case kind::object: break;
  }
  if (const auto* document = v.borrowed_document()) {
    if (!measure(*document, depth)) return false;
    out = *document;
    return true;
  }
  return v.is(kind::array) ? build_array(out, v, depth) : build_object(out, v, depth);
}

bool json_builder::build_number(json& out, double n) {
  if (!std::isfinite(n)) return fail(not_finite());
  const bool is_integer = n == std::trunc(n) && std::fabs(n) < 9.2e18;
  if (is_integer) {
    out = static_cast<std::int64_t>(n);
  } else {
    out = n;
  }
  return charge(is_integer ? 4 : 8);
}

bool json_builder::build_array(json& out, const value& v, std::size_t depth) {
  if (!charge(2 + v.size())) return false;
  out = json::array();
  auto& items = out.get_ref<json::array_t&>();
  items.reserve(v.size());
  return v.each_item([&](const value& item) { return build(items.emplace_back(), item, depth + 1); });
}

bool json_builder::build_object(json& out, const value& v, std::size_t depth) {
  out = json::object();
  auto& members = out.get_ref<json::object_t&>();
  return charge(2) && v.each_member([&](std::string_view key, const value& item) {
    if (item.is(kind::undefined)) return true;
    if (!charge(key.size() + 4)) return false;
    return build(members.emplace_hint(members.end(), std::string(key), nullptr)->second, item, depth + 1);
  });
}

bool json_builder::measure(const json& document, std::size_t depth) {
  if (depth > value_depth_max) return fail(too_deep());
  if (document.is_string()) return charge(document.get_ref<const std::string&>().size() + 2);
  if (document.is_array()) {
    for (const auto& item : document) {
      if (!charge(1) || !measure(item, depth + 1)) return false;
    }
  } else if (document.is_object()) {
    for (const auto& [key, item] : document.get_ref<const json::object_t&>()) {
      if (!charge(key.size() + 4) || !measure(item, depth + 1)) return false;
    }
  } else if (document.is_number_float() && !std::isfinite(*document.get_ptr<const double*>())) {
    return fail(not_finite());
  }
  return charge(document.is_number_float() ? 8 : 2);
}

bool json_builder::charge(std::size_t bytes) {
  if (bytes > bytes_left_) {
    return fail(
        {errc::limit, "the value is too large: more than output_bytes_max = " + std::to_string(bytes_max_), ""});
  }
  bytes_left_ -= bytes;
  return true;
}

bool json_builder::fail(error e) {
  failure_ = std::move(e);
  return false;
}

result<std::optional<json>> to_json(const value& v, const limits& allowed) {
  if (v.is(kind::undefined)) return std::optional<json>();
  json_builder builder(allowed.output_bytes_max);
  std::optional<json> out(std::in_place);
  if (!builder.build(*out, v)) return builder.take_failure();
  return out;
}

bool append_json(std::string& out, const value& v, meter& cost) { return writer(out, cost).write(v, 0); }

bool append_template_text(std::string& out, const value& v, meter& cost) {
  if (v.is_nullish()) return true;
  const bool as_json = holds_object(v, cost);
  return !cost.has_failed() && (as_json ? append_json(out, v, cost) : append_text(out, v, cost));
}

} // namespace pawl::expression
