// Ownership of values and reading them; what they mean in operators is in operators.cpp.
#include "runtime/expression/value.hpp"

#include <algorithm>
#include <cmath>

namespace pawl::expression {

struct value::text_box : box {
  explicit text_box(std::string s) : content(std::move(s)) {}
  std::string content;
};

struct value::array_box : box {
  explicit array_box(std::vector<value> v) : content(std::move(v)) {}
  std::vector<value> content;
};

struct value::object_box : box {
  explicit object_box(members m) : content(std::move(m)) {}
  members content;
};

namespace {

template <class Integer> bool double_holds(Integer n) noexcept {
  const auto nearest = static_cast<double>(n);
  const double limit = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  return nearest < limit && static_cast<Integer>(nearest) == n;
}

void sort_members(value::members& all) {
  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (!std::is_sorted(all.begin(), all.end(), by_key)) std::stable_sort(all.begin(), all.end(), by_key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i].first == all[i + 1].first) continue;
    if (kept != i) all[kept] = std::move(all[i]);
    ++kept;
  }
  all.resize(kept);
}

} // namespace

value value::owned(kind k, const box* b) noexcept {
  value v;
  v.kind_ = k;
  v.origin_ = origin::owned;
  v.payload_.owned = b;
  return v;
}

void value::destroy() noexcept {
  if (kind_ == kind::text) delete static_cast<const text_box*>(payload_.owned);
  if (kind_ == kind::array) delete static_cast<const array_box*>(payload_.owned);
  if (kind_ == kind::object) delete static_cast<const object_box*>(payload_.owned);
}

value value::integer(std::int64_t n) noexcept {
  if (double_holds(n)) return number(static_cast<double>(n));
  value v;
  v.kind_ = kind::big_integer;
  v.payload_.integer = n;
  return v;
}

value value::unsigned_integer(std::uint64_t n) noexcept {
  if (double_holds(n)) return number(static_cast<double>(n));
  value v;
  v.kind_ = kind::big_integer;
  v.payload_.bits = n;
  v.is_unsigned_ = true;
  return v;
}

value value::text(std::string s) { return owned(kind::text, new text_box(std::move(s))); }

value value::array(std::vector<value> all) { return owned(kind::array, new array_box(std::move(all))); }

value value::object(members all) {
  sort_members(all);
  return owned(kind::object, new object_box(std::move(all)));
}

value value::borrow(const nlohmann::json& document) noexcept {
  using type = nlohmann::json::value_t;
  value v;
  switch (document.type()) {
    case type::discarded: return v;
    case type::null:
    case type::binary: return null();
    case type::boolean: return boolean(*document.get_ptr<const bool*>());
    case type::number_float: return number(*document.get_ptr<const double*>());
    case type::number_integer: return integer(*document.get_ptr<const std::int64_t*>());
    case type::number_unsigned: return unsigned_integer(*document.get_ptr<const std::uint64_t*>());
    case type::string:
      v.kind_ = kind::text;
      v.payload_.text = document.get_ptr<const std::string*>();
      break;
    case type::array:
    case type::object:
      v.kind_ = document.is_array() ? kind::array : kind::object;
      v.payload_.document = &document;
      break;
  }
  v.origin_ = origin::borrowed;
  return v;
}

value value::copy(const nlohmann::json& document) {
  if (document.is_string()) return text(*document.get_ptr<const std::string*>());
  if (document.is_array()) {
    std::vector<value> all;
    all.reserve(document.size());
    for (const auto& item : document)
      all.push_back(copy(item));
    return array(std::move(all));
  }
  if (document.is_object()) {
    members all;
    all.reserve(document.size());
    for (const auto& [key, item] : document.get_ref<const nlohmann::json::object_t&>())
      all.emplace_back(key, copy(item));
    return object(std::move(all));
  }
  return borrow(document);
}

const std::string& value::text_ref() const noexcept {
  return origin_ == origin::borrowed ? *payload_.text : static_cast<const text_box*>(payload_.owned)->content;
}

nlohmann::json value::big_integer_json() const {
  return is_unsigned_ ? nlohmann::json(payload_.bits) : nlohmann::json(payload_.integer);
}

const std::vector<value>& value::items() const noexcept {
  return static_cast<const array_box*>(payload_.owned)->content;
}

const value::members& value::entries() const noexcept {
  return static_cast<const object_box*>(payload_.owned)->content;
}

std::size_t value::size() const noexcept {
  if (const auto* document = borrowed_document()) return document->size();
  if (kind_ == kind::array) return items().size();
  return kind_ == kind::object ? entries().size() : 0;
}

const value* value::owned_item(std::size_t index) const noexcept {
  if (kind_ != kind::array || origin_ != origin::owned) return nullptr;
  return index < items().size() ? &items()[index] : nullptr;
}

const value* value::owned_member(std::string_view key) const noexcept {
  if (kind_ != kind::object || origin_ != origin::owned) return nullptr;
  const auto& all = entries();
  if (all.size() <= 8) { // comparing lengths first beats halving
    for (const auto& [name, member] : all) {
      if (name.size() == key.size() && name == key) return &member;
    }
    return nullptr;
  }
  const auto by_key = [](const auto& entry, std::string_view k) { return entry.first < k; };
  const auto found = std::lower_bound(all.begin(), all.end(), key, by_key);
  return found != all.end() && found->first == key ? &found->second : nullptr;
}

value value::at(std::size_t index) const noexcept {
  if (const auto* found = owned_item(index)) return *found;
  const auto* document = borrowed_document();
  if (!document || kind_ != kind::array) return {};
  const auto& all = *document->get_ptr<const nlohmann::json::array_t*>();
  return index < all.size() ? borrow(all[index]) : value();
}

value value::member(std::string_view key) const noexcept {
  if (const auto* found = owned_member(key)) return *found;
  const auto* document = borrowed_document();
  if (!document || kind_ != kind::object) return {};
  const auto& all = *document->get_ptr<const nlohmann::json::object_t*>();
  const auto found = all.find(key);
  return found != all.end() ? borrow(found->second) : value();
}

bool value::has_member(std::string_view key) const noexcept {
  if (owned_member(key)) return true;
  const auto* document = borrowed_document();
  if (!document || kind_ != kind::object) return false;
  const auto& all = *document->get_ptr<const nlohmann::json::object_t*>();
  return all.find(key) != all.end();
}

bool value::same_reference(const value& other) const noexcept {
  if (!is_container() || kind_ != other.kind_ || origin_ != other.origin_) return false;
  return payload_.owned == other.payload_.owned;
}

} // namespace pawl::expression
