// Comparison, hashes, and the search for equal elements by them.
#include "runtime/schema/equality.hpp"

#include "runtime/schema/numbers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>
#include <vector>

namespace pawl::schema {
namespace {

using nlohmann::json;

std::uint64_t mix(std::uint64_t seed, std::uint64_t more) {
  std::uint64_t h = (seed ^ more) + 0x9E3779B97F4A7C15ull;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ull;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBull;
  return h ^ (h >> 31);
}

std::uint64_t hash_text(std::string_view text, meter& costs) {
  return costs.read(text.size()) ? mix(3, std::hash<std::string_view>{}(text)) : 0;
}

std::uint64_t hash_number(const json& number) {
  const whole n = whole_of(number);
  if (n.fits) return mix(n.negative ? 5 : 4, n.magnitude);
  return mix(6, std::bit_cast<std::uint64_t>(number.get<double>()));
}

bool equal_arrays(const json& a, const json& b, meter& costs) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](const json& left, const json& right) {
           return equal(left, right, costs);
         });
}

bool equal_objects(const json& a, const json& b, meter& costs) {
  const auto& left = a.get_ref<const json::object_t&>();
  const auto& right = b.get_ref<const json::object_t&>();
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), [&](auto& m, auto& n) {
           return costs.read(m.first.size()) && m.first == n.first && equal(m.second, n.second, costs);
         });
}

} // namespace

bool equal(const json& a, const json& b, meter& costs) {
  if (!costs.spend()) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.type() != b.type()) return false;
  if (a.is_array()) return equal_arrays(a, b, costs);
  if (a.is_object()) return equal_objects(a, b, costs);
  if (!a.is_string()) return a == b;
  const auto& left = a.get_ref<const std::string&>();
  const auto& right = b.get_ref<const std::string&>();
  return left.size() == right.size() && costs.read(left.size()) && left == right;
}

std::uint64_t hash_of(const json& value, meter& costs) {
  if (!costs.spend()) return 0;
  switch (value.type()) {
    case json::value_t::boolean: return value.get<bool>() ? 1 : 2;
    case json::value_t::string: return hash_text(value.get_ref<const std::string&>(), costs);
    case json::value_t::array: {
      std::uint64_t h = mix(7, value.size());
      for (const json& item : value)
        h = costs.over() ? 0 : mix(h, hash_of(item, costs));
      return h;
    }
    case json::value_t::object: {
      std::uint64_t h = mix(8, value.size());
      for (const auto& [name, member] : value.get_ref<const json::object_t&>())
        h = costs.over() ? 0 : mix(mix(h, hash_text(name, costs)), hash_of(member, costs));
      return h;
    }
    default: return value.is_number() ? hash_number(value) : 0;
  }
}

std::optional<std::pair<std::size_t, std::size_t>> first_twins(const json& array, meter& costs) {
  std::vector<std::pair<std::uint64_t, std::size_t>> hashes;
  hashes.reserve(array.size());
  for (const json& item : array) {
    hashes.emplace_back(hash_of(item, costs), hashes.size());
    if (costs.over()) return std::nullopt;
  }
  std::sort(hashes.begin(), hashes.end());
  // Elements made to collide are compared one by one: that is metered too.
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t k = i + 1; k < hashes.size() && hashes[k].first == hashes[i].first; ++k) {
      if (equal(array[hashes[i].second], array[hashes[k].second], costs))
        return std::pair(hashes[i].second, hashes[k].second);
      if (costs.over()) return std::nullopt;
    }
  }
  return std::nullopt;
}

} // namespace pawl::schema
