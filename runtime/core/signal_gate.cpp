// Decides which signals an instance takes: by name, schema, key, and the room that is left.
#include "runtime/core/signal_gate.hpp"

#include "runtime/core/closing.hpp"

#include <fmt/format.h>

namespace pawl::core {
namespace {

std::size_t buffered_bytes(const state& s) {
  std::size_t bytes = 0;
  for (const buffered_signal& b : s.signals)
    bytes += b.bytes;
  return bytes;
}

result<void> check_room(const state& s, const signalled& signal, const signal_limits& limits) {
  const auto full = [&](std::string what) { return error{errc::full, std::move(what), s.instance_id}; };
  if (s.oldest_wait_for(signal.name) != nullptr) return {};
  if (s.signals.size() >= limits.buffered_max)
    return full(fmt::format("the instance keeps {} signals that nothing has waited for yet, and no more: send it again "
                            "when some were consumed",
                            limits.buffered_max));
  if (signal.payload && buffered_bytes(s) + text_bytes(*signal.payload) > limits.bytes_max)
    return full(
        fmt::format("the signals that the instance keeps would have more than {} bytes: send it again when some "
                    "were consumed",
                    limits.bytes_max));
  return {};
}

std::string declared_names(const workflow& w) {
  constexpr std::size_t shown_max = 10;
  std::string names;
  std::size_t shown = 0;
  for (const auto& [name, schema] : w.signals) {
    if (++shown > shown_max) return names + ", …";
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

} // namespace

bool is_signal_name(std::string_view name) {
  constexpr std::size_t bytes_max = 256;
  return !name.empty() && name.size() <= bytes_max && is_plain_text(name);
}

result<void> check_declared(const workflow& w, const signalled& signal) {
  if (!w.declares_signals) return {};
  const auto declared = w.signals.find(signal.name);
  if (declared == w.signals.end())
    return error{errc::unknown_signal,
                 w.signals.empty() ? "the definition takes no signals"
                                   : "the definition declares no signal of that name; it takes " + declared_names(w),
                 ""};
  if (!declared->second) return {};
  static const nlohmann::json none = nullptr;
  return schema::require(*declared->second, signal.payload ? *signal.payload : none, "the signal's payload");
}

result<void> check_signal(const workflow& w, const state& s, const signalled& signal, const signal_limits& limits) {
  if (takes_nothing(s)) return error{errc::finished, why_it_takes_nothing(s), s.instance_id};
  if (auto known = check_declared(w, signal); !known) return known.failure();
  return check_room(s, signal, limits);
}

} // namespace pawl::core
