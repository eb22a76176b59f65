// Ordering, counting and summing up of violations.
#include "runtime/schema/findings.hpp"

#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::schema {
namespace {

constexpr std::size_t pointer_bytes_max = 2048;
constexpr std::size_t named_alternatives_max = 6;

bool is_same(const violation& a, const violation& b) {
  return a.pointer == b.pointer && a.expected == b.expected && a.actual == b.actual;
}

bool all_at_one_place(const std::vector<findings>& each, const std::string& pointer) {
  return each.size() <= named_alternatives_max && std::all_of(each.begin(), each.end(), [&](const findings& f) {
           return f.count() == 1 && f.first().size() == 1 && f.first()[0].pointer == pointer;
         });
}

std::size_t depth(const findings& f) {
  if (f.first().empty()) return 0;
  const std::string& pointer = f.first()[0].pointer;
  return static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/'));
}

// The one whose first violation lies deepest: it got furthest. Of these the one with the fewest.
std::size_t closest(const std::vector<findings>& each) {
  const auto better = [](const findings& a, const findings& b) {
    return depth(a) != depth(b) ? depth(a) > depth(b) : a.count() < b.count();
  };
  return static_cast<std::size_t>(std::min_element(each.begin(), each.end(), better) - each.begin());
}

} // namespace

std::string pointer_of(const place* at) {
  std::vector<const place*> way;
  for (; at != nullptr; at = at->parent)
    way.push_back(at);
  std::string pointer;
  for (auto step = way.rbegin(); step != way.rend(); ++step) {
    pointer += (*step)->name != nullptr ? pointer_token(*(*step)->name) : fmt::format("/{}", (*step)->index);
    if (pointer.size() > pointer_bytes_max) return pointer + "/…";
  }
  return pointer;
}

void findings::add(violation found) {
  const auto after = [](const violation& a, const violation& b) { return pointer_less(a.pointer, b.pointer); };
  const auto place = std::upper_bound(first_.begin(), first_.end(), found, after);
  for (auto same = place; same != first_.begin() && (same - 1)->pointer == found.pointer; --same)
    if (is_same(*(same - 1), found)) return;
  ++count_;
  first_.insert(place, std::move(found));
  if (first_.size() > violations_max_) first_.pop_back();
}

void findings::add_all(const findings& others) {
  for (const violation& found : others.first_)
    add(found);
  count_ += others.count_ - others.first_.size();
}

std::vector<violation> findings::take(bool is_complete) {
  const std::size_t rest = count_ - first_.size();
  if (rest > 0) first_.push_back({"", "nothing more to find", counted(rest, "further violation")});
  if (!is_complete) first_.push_back({"", "a check within its limits", "the rest of the value was not checked"});
  return std::move(first_);
}

void add_alternatives(findings& out, const place* at, const std::string& found, const std::vector<findings>& each) {
  const std::string pointer = pointer_of(at);
  if (each.size() > 0 && all_at_one_place(each, pointer)) {
    std::vector<std::string> expected;
    for (const findings& f : each)
      if (std::find(expected.begin(), expected.end(), f.first()[0].expected) == expected.end())
        expected.push_back(f.first()[0].expected);
    out.add({pointer, fmt::format("{}", fmt::join(expected, ", or ")), found});
    return;
  }
  const std::size_t best = closest(each);
  out.add({pointer, fmt::format("a value that fits one of {} alternatives", each.size()),
           fmt::format("it fits none; alternative {} comes closest", best + 1)});
  out.add_all(each[best]);
}

} // namespace pawl::schema
