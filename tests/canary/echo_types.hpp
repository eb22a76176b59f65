// Node types that give back what they must not: every secret, in every form, in every part of an answer.
#pragma once

#include <pawl/node.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pawl::canary {

struct echo_settings {
  bool blocks = false;                                ///< `block` tells by `tell` and never returns
  std::function<void(const std::string& line)> tell;  ///< to the parent
  std::function<void(std::string_view secret)> plant; ///< what `polite` does with its secret; for controls
};

/// What echo_later_type answers, for who calls it otherwise.
outcome echo_answer(const node_context& c);

std::vector<node_type> echo_types(const echo_settings& how);

} // namespace pawl::canary
