// A SAX handler over nlohmann's iterative parser.
#include "runtime/expression/json_reader.hpp"

#include "runtime/expression/text_position.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace pawl::expression {

namespace {

using nlohmann::json;

error too_big(const char* what, const char* limit, std::size_t max) {
  return {errc::limit, fmt::format("{} is over the limit {} of {}", what, limit, max), ""};
}

error not_json(const char* what, std::string_view text, std::size_t byte) {
  const text_position at = position_counter(text).at(byte);
  return {errc::bad_json, fmt::format("{} is not valid JSON", what),
          fmt::format("byte {}, line {}, column {}", byte, at.line, at.column)};
}

// Builds the value with a stack of its own, so that depth and number of values are known before they are allocated.
class bounded_builder final : public nlohmann::json_sax<json> {
public:
  bounded_builder(std::string_view text, const char* what, const json_bounds& limits)
      : text_(text), what_(what), limits_(limits) {}

  bool null() override { return add(json(nullptr)); }
  bool boolean(bool v) override { return add(json(v)); }
  bool number_integer(number_integer_t v) override { return add(json(v)); }
  bool number_unsigned(number_unsigned_t v) override { return add(json(v)); }
  bool number_float(number_float_t v, const string_t&) override { return add(json(v)); }
  bool string(string_t& v) override { return add(json(std::move(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& v) override {
    json& object = *open_.back();
    if (object.contains(v)) {
      failure_ = error{errc::bad_json, fmt::format("{} names one member of an object twice", what_),
                       fmt::format("in an object at depth {}", open_.size())};
      return false;
    }
    key_ = std::move(v);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& e) override {
    // Byte numbers of the parser count from 1. Its text may quote the input, so only the place is told.
    const std::size_t at = byte > 0 ? byte - 1 : 0;
    failure_ = not_json(what_, text_, at);
    if (e.id == 406) failure_->message = fmt::format("{} holds a number that no double can hold", what_);
    return false;
  }

  result<json> take() {
    if (failure_) return *failure_;
    return std::move(root_);
  }

private:
  bool add(json value) { return place_value(std::move(value)) != nullptr; }

  json* place_value(json value) {
    if (++values_ > limits_.values_max) {
      failure_ = too_big(what_, "json_values_max", limits_.values_max);
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) return &parent.get_ref<json::array_t&>().emplace_back(std::move(value));
    return &(parent.get_ref<json::object_t&>()[std::move(key_)] = std::move(value));
  }

  bool open(json container) {
    if (open_.size() >= limits_.depth_max) {
      failure_ = too_big(what_, "json_depth_max", limits_.depth_max);
      return false;
    }
    json* placed = place_value(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const char* what_;
  const json_bounds& limits_;
  json root_;
  std::vector<json*> open_; // pointers stay valid: a container only grows while no deeper one is open
  std::string key_;
  std::size_t values_ = 0;
  std::optional<error> failure_;
};

} // namespace

result<json> read_json(std::string_view text, const char* what, const json_bounds& limits) {
  if (text.size() > limits.bytes_max) return too_big(what, "bytes", limits.bytes_max);
  // nlohmann takes a zero byte for the end and would ignore what follows.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) return not_json(what, text, zero);
  bounded_builder builder(text, what, limits);
  (void)json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

} // namespace pawl::expression
