// Keeps what happened line by line, and prints the last lines when a promise is broken.
#include "tests/sim/trace.hpp"

#include "tests/sim/dice.hpp"

#include <cstdlib>
#include <iostream>

namespace pawl::sim {
namespace {

constexpr std::size_t tail_lines = 60;

} // namespace

void trace::line(std::string text) {
  for (const char c : text)
    hash_ = mixed(hash_ ^ static_cast<unsigned char>(c));
  if (shows_) std::cout << text << "\n";
  lines_.push_back(std::move(text));
}

void trace::violated(const std::string& promise) const {
  std::vector<const std::string*> tail; // the events; which actor ran when is in the whole trace
  for (auto at = lines_.rbegin(); at != lines_.rend() && tail.size() < tail_lines; ++at)
    if (at->rfind("run ", 0) != 0) tail.push_back(&*at);
  for (auto at = tail.rbegin(); at != tail.rend(); ++at)
    std::cout << "  " << **at << "\n";
  std::cout << "seed " << seed_ << " violated: " << promise << "\nagain: pawl-sim --seed-from " << seed_
            << " --seeds 1 --trace" << std::endl;
  std::_Exit(1); // without destructors: actors still hold each other
}

} // namespace pawl::sim
