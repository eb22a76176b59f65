// Values become documents for the call, its answer becomes a value again; both are bounded and charged.
#include "runtime/expression/functions/host_function.hpp"

#include "runtime/expression/functions/documents.hpp"
#include "runtime/expression/json_text.hpp"
#include "runtime/expression/meter.hpp"
#include "runtime/expression/unicode.hpp"

namespace pawl::expression {

namespace {

using json = nlohmann::json;

constexpr std::size_t message_bytes_max = 1000;

error named(const std::string& name, error e) {
  e.message = "'" + name + "': " + e.message;
  return e;
}

/// What a host threw may be long, or no UTF-8.
std::string readable(std::string text) {
  if (find_invalid_utf8(text)) return "the function failed with a text that is not UTF-8";
  if (text.size() <= message_bytes_max) return text;
  std::size_t end = message_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
    --end;
  return text.substr(0, end) + "…";
}

result<std::vector<json>> documents_of(std::span<const value> arguments, call_context& context) {
  json_builder builder(context.allowed().output_bytes_max); // bounds what is built before it is charged
  std::vector<json> documents(arguments.size());
  std::size_t charged = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!builder.build(documents[i], arguments[i])) return builder.take_failure();
    auto paid = context.spend_bytes(sizeof(json) + builder.bytes_used() - std::exchange(charged, builder.bytes_used()));
    if (!paid) return paid.failure();
  }
  return documents;
}

result<json> answer_of(const expression_function& of, const std::vector<json>& arguments) {
  try {
    return of.call(arguments);
  } catch (const std::bad_alloc&) {
    throw; // as everywhere
  } catch (const std::exception& e) {
    return error{errc::evaluation, readable(e.what()), ""};
  } catch (...) {
    return error{errc::evaluation, "the function threw something that is no std::exception", ""};
  }
}

} // namespace

function host_function(const expression_function& of) {
  return [of](std::span<const value> arguments, call_context& context) -> result<value> {
    auto documents = documents_of(arguments, context);
    if (!documents) return named(of.name, documents.failure());
    const auto answer = answer_of(of, *documents);
    if (!answer) return named(of.name, answer.failure());
    value out;
    if (!copy_document(out, *answer, context.cost())) return named(of.name, context.cost().take_failure());
    return out;
  };
}

} // namespace pawl::expression
