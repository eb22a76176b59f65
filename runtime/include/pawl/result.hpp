// result<T>: a value or an error. The one way in which operating errors travel in Pawl.
#pragma once

#include <pawl/error.hpp>

#include <type_traits>
#include <utility>
#include <variant>

namespace pawl {

/// Holds a T or an error. Must not be dropped unread. Like std::expected, which C++17 lacks.
/// Reading the side that is not there throws std::bad_variant_access: test first.
template <class T> class [[nodiscard]] result {
public:
  using value_type = T;

  result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  result(error e) : held_(std::in_place_index<1>, std::move(e)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  error& failure() & { return std::get<1>(held_); }
  const error& failure() const& { return std::get<1>(held_); }
  error&& failure() && { return std::get<1>(std::move(held_)); }

private:
  std::variant<T, error> held_;
};

/// Success without a value, or an error.
template <> class [[nodiscard]] result<void> {
public:
  using value_type = void;

  result() = default;
  result(error e) : held_(std::move(e)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  error& failure() & { return std::get<1>(held_); }
  const error& failure() const& { return std::get<1>(held_); }
  error&& failure() && { return std::get<1>(std::move(held_)); }

private:
  std::variant<std::monostate, error> held_;
};

} // namespace pawl
