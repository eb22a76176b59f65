// Walks without copying: through a borrowed document by pointers to JSON, through owned values by pointers to values.
#include "runtime/expression/access.hpp"

#include "runtime/expression/operators.hpp"
#include "runtime/expression/unicode.hpp"

#include <cmath>

namespace pawl::expression {

namespace {

/// Where a walk stands: in a document, at a value that outlives the walk, or at one made on the way.
class cursor {
public:
  explicit cursor(const value& start) noexcept { stand_at(start); }

  void stand_at(const value& v) noexcept {
    document_ = v.borrowed_document();
    at_ = &v;
  }
  void stand_in(const nlohmann::json& document) noexcept {
    document_ = document.is_structured() ? &document : nullptr;
    if (document_) return;
    made_ = value::borrow(document);
    at_ = &made_;
  }
  void stand_at_made(value v) noexcept {
    made_ = std::move(v);
    stand_at(made_);
  }

  bool is_nullish() const noexcept { return !document_ && at_->is_nullish(); }
  bool is_array() const noexcept { return document_ ? document_->is_array() : at_->is(kind::array); }
  std::size_t size() const noexcept { return document_ ? document_->size() : at_->size(); }
  value get() const noexcept { return document_ ? value::borrow(*document_) : *at_; }

  void item(std::size_t index) noexcept {
    if (!document_) {
      const auto* found = at_->owned_item(index);
      return found ? stand_at(*found) : stand_at_made(value());
    }
    const auto& all = *document_->get_ptr<const nlohmann::json::array_t*>();
    return index < all.size() ? stand_in(all[index]) : stand_at_made(value());
  }

  /// The own property `name` of whatever stands here; undefined where there is none.
  bool own(const step& s, meter& cost) {
    if (!cost.read_key(s.name.size())) return false;
    if (document_ && document_->is_object()) {
      const auto& all = *document_->get_ptr<const nlohmann::json::object_t*>();
      const auto found = all.find(s.name);
      found != all.end() ? stand_in(found->second) : stand_at_made(value());
      return true;
    }
    if (is_array()) {
      s.name == "length" ? stand_at_made(value::number(static_cast<double>(size()))) : item(s.index);
      return true;
    }
    if (at_->is(kind::object)) {
      const auto* found = at_->owned_member(s.name);
      found ? stand_at(*found) : stand_at_made(value());
      return true;
    }
    return own_of_text(s, cost);
  }

private:
  bool own_of_text(const step& s, meter& cost) {
    if (!at_->is(kind::text) || (s.index == step::no_index && s.name != "length")) {
      stand_at_made(value());
      return true;
    }
    const auto text = at_->as_text();
    if (!cost.read_text(text.size())) return false;
    if (s.name == "length") {
      stand_at_made(value::number(static_cast<double>(utf16_length(text))));
      return true;
    }
    const auto unit = utf16_unit(text, s.index);
    stand_at_made(unit ? value::text(std::string(*unit)) : value());
    return !unit || cost.build_text(unit->size());
  }

  const nlohmann::json* document_ = nullptr;
  const value* at_ = nullptr;
  value made_;
};

bool cannot_read(const step& s, const char* why, meter& cost) {
  return cost.fail(errc::evaluation, "cannot read '" + std::string(s.name) + "' of " + why);
}

bool follow_dot(cursor& here, const step& s, meter& cost) {
  if (here.is_nullish()) {
    here.stand_at_made(value());
    return true;
  }
  if (!here.is_array()) return here.own(s, cost);
  if (here.size() == 0) return cannot_read(s, "the first element of an empty array", cost);
  here.item(0);
  if (here.is_nullish()) return cannot_read(s, "a first element that is null or undefined", cost);
  return here.own(s, cost);
}

bool follow_bracket(cursor& here, const step& s, meter& cost) {
  if (here.is_nullish()) return cannot_read(s, "null or undefined", cost);
  return here.own(s, cost);
}

bool follow_from(value& out, cursor& here, std::span<const step> path, meter& cost) {
  for (const auto& s : path) {
    if (!cost.step()) return false;
    if (!(s.is_bracket ? follow_bracket(here, s, cost) : follow_dot(here, s, cost))) return false;
  }
  out = here.get();
  return true;
}

/// A number as an array index, where it is one.
std::uint32_t index_of(double n) noexcept {
  const bool is_index = n >= 0 && n < step::no_index && n == std::floor(n);
  return is_index ? static_cast<std::uint32_t>(n) : step::no_index;
}

} // namespace

bool follow(value& out, const value& start, std::span<const step> path, meter& cost) {
  cursor here(start);
  return follow_from(out, here, path, cost);
}

bool follow_own(value& out, const value& start, std::span<const step> path, meter& cost) {
  cursor here(start);
  if (!cost.step()) return false;
  if (here.is_nullish()) {
    here.stand_at_made(value());
  } else if (!here.own(path[0], cost)) {
    return false;
  }
  return follow_from(out, here, path.subspan(1), cost);
}

bool index(value& out, const value& subject, const value& key, meter& cost) {
  if (key.is(kind::boolean)) {
    out = key.as_boolean() ? subject : value();
    return true;
  }
  if (subject.is_nullish()) return cost.fail(errc::evaluation, "cannot read a computed key of null or undefined");
  if (subject.is(kind::array) && key.is(kind::number)) {
    const auto wanted = index_of(key.as_number());
    out = wanted == step::no_index ? value() : subject.at(wanted);
    return true;
  }
  std::string name;
  if (!append_text(name, key, cost)) return false;
  const step s{name, array_index(name), true};
  cursor here(subject);
  if (!here.own(s, cost)) return false;
  out = here.get();
  return true;
}

} // namespace pawl::expression
