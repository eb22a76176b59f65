// Ordering, counting and summing up of violations.
#include "runtime/schema/findings.hpp"

#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::schema {
namespace {

constexpr std::size_t pointer_bytes_max = 2048;
constexpr std::size_t named_alternatives_max = 6;
constexpr std::size_t expected_bytes_max = 2048; // alternatives in alternatives would double it at each level

bool is_same(const violation& a, const violation& b) {
  return a.pointer == b.pointer && a.expected == b.expected && a.actual == b.actual;
}

std::size_t depth(const findings& f) {
  if (f.first().empty()) return 0;
  const std::string& pointer = f.first()[0].pointer;
  return static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/'));
}

// The one whose first violation lies deepest got furthest; of these the one with the fewest.
bool is_closer(const findings& a, const findings& b) {
  return depth(a) != depth(b) ? depth(a) > depth(b) : a.count() < b.count();
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

void alternatives::add(findings misfits) {
  ++count_;
  note_expected(misfits);
  if (count_ > 1 && !is_closer(misfits, of_closest_)) return;
  closest_ = count_;
  of_closest_ = std::move(misfits);
}

void alternatives::note_expected(const findings& misfits) {
  const auto& first = misfits.first();
  is_one_place_ = is_one_place_ && count_ <= named_alternatives_max && misfits.count() == 1 && first.size() == 1 &&
                  first[0].pointer == pointer_;
  if (!is_one_place_) return;
  if (std::find(expected_.begin(), expected_.end(), first[0].expected) == expected_.end())
    expected_.push_back(first[0].expected);
}

void alternatives::report(findings& out, const std::string& found) && {
  std::string joined = is_one_place_ ? fmt::format("{}", fmt::join(expected_, ", or ")) : "";
  if (is_one_place_ && joined.size() <= expected_bytes_max) {
    out.add({pointer_, std::move(joined), found});
    return;
  }
  out.add({pointer_, fmt::format("a value that fits one of {} alternatives", count_),
           fmt::format("it fits none; alternative {} comes closest", closest_)});
  out.add_all(of_closest_);
}

} // namespace pawl::schema
