// Keeps the problems of a definition short: cuts long texts, counts what is left out.
#include "runtime/core/problem_list.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::core {
namespace {

void shorten(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end; // not within a character
  text.resize(end);
  text += "…";
}

} // namespace

void problem_list::add(problem p) {
  if (++(p.is_warning ? warnings_ : errors_) > listed_max) return;
  shorten(p.pointer, pointer_bytes_max);
  shorten(p.message, text_bytes_max);
  shorten(p.advice, text_bytes_max);
  listed_.push_back(std::move(p));
}

std::vector<problem> problem_list::take() && {
  if (errors_ > listed_max)
    listed_.push_back({false, "", fmt::format("and {} more errors", errors_ - listed_max), "correct these first"});
  if (warnings_ > listed_max)
    listed_.push_back({true, "", fmt::format("and {} more warnings", warnings_ - listed_max), "look at these first"});
  return std::move(listed_);
}

} // namespace pawl::core
