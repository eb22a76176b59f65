// One function for each alternative of a variant, for std::visit: an alternative without one does not compile. Never
// with a catch-all (const auto&), which would swallow the next one silently.
#pragma once

namespace pawl::core {

template <class... Functions> struct overloaded : Functions... { using Functions::operator()...; };
template <class... Functions> overloaded(Functions...) -> overloaded<Functions...>;

} // namespace pawl::core
