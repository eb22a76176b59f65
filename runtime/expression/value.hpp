// The values of expressions: JSON plus undefined, NaN, the infinities and -0, cheap to copy.
// Never throws on reading, never copies a borrowed document.
#pragma once

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::expression {

enum class kind : std::uint8_t {
  undefined,
  null,
  boolean,
  number,
  big_integer, ///< an integer of a document that no double holds exactly: it can be passed on, not computed with
  text,
  array,
  object
};

/// Immutable. A borrowed value points into a document that its owner must keep alive and unchanged; an owned one is
/// shared between its copies. Copies may be made and dropped in different threads.
class value {
public:
  using members = std::vector<std::pair<std::string, value>>;

  value() noexcept = default;
  value(const value& other) noexcept;
  value(value&& other) noexcept;
  value& operator=(const value& other) noexcept;
  value& operator=(value&& other) noexcept;
  ~value() { release(); }

  static value null() noexcept;
  static value boolean(bool b) noexcept;
  static value number(double n) noexcept;
  /// A number, or a big_integer where a double would lose digits.
  static value integer(std::int64_t n) noexcept;
  static value unsigned_integer(std::uint64_t n) noexcept;
  static value text(std::string s); ///< valid UTF-8
  static value array(std::vector<value> items);
  static value object(members all); ///< sorted by key; of two equal keys the last wins
  /// Points into `document`, which must outlive the value and all that is read from it.
  static value borrow(const nlohmann::json& document) noexcept;
  /// A deep copy that needs no document.
  static value copy(const nlohmann::json& document);

  kind type() const noexcept { return kind_; }
  bool is(kind k) const noexcept { return kind_ == k; }
  bool is_nullish() const noexcept { return kind_ <= kind::null; }
  bool is_container() const noexcept { return kind_ >= kind::array; }

  bool as_boolean() const noexcept { return payload_.boolean; }    ///< of a boolean only
  double as_number() const noexcept { return payload_.number; }    ///< of a number only
  std::string_view as_text() const noexcept { return text_ref(); } ///< of a text only; lives as long as the value
  const std::string& text_ref() const noexcept;                    ///< of a text only
  nlohmann::json big_integer_json() const;                         ///< of a big_integer only

  std::size_t size() const noexcept;                 ///< elements or members; 0 for everything else
  value at(std::size_t index) const noexcept;        ///< an array's element, else undefined
  value member(std::string_view key) const noexcept; ///< an object's own member, else undefined
  bool has_member(std::string_view key) const noexcept;

  /// Calls f(std::string_view key, const value& member) until it returns false; members come in the order of their
  /// keys.
  template <class F> bool each_member(F&& f) const;
  /// Calls f(const value& item) until it returns false.
  template <class F> bool each_item(F&& f) const;

  /// The same array or object, as JavaScript's === on references. False for every other kind.
  bool same_reference(const value& other) const noexcept;

  /// For walking without copies: the document of a borrowed array or object, else null.
  const nlohmann::json* borrowed_document() const noexcept;
  /// For walking without copies: the member or element of an owned object or array, else null.
  const value* owned_member(std::string_view key) const noexcept;
  const value* owned_item(std::size_t index) const noexcept;

private:
  enum class origin : std::uint8_t { none, borrowed, owned };
  struct box {
    mutable std::atomic<std::uint32_t> owners{1};
  };
  struct text_box;
  struct array_box;
  struct object_box;
  union payload {
    bool boolean;
    double number;
    std::int64_t integer;
    std::uint64_t bits;
    const std::string* text;
    const nlohmann::json* document;
    const box* owned;
  };

  static value owned(kind k, const box* b) noexcept;
  const std::vector<value>& items() const noexcept;
  const members& entries() const noexcept;
  void retain() const noexcept {
    if (origin_ == origin::owned) payload_.owned->owners.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (origin_ == origin::owned && payload_.owned->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }
  void destroy() noexcept;

  payload payload_{.bits = 0};
  kind kind_ = kind::undefined;
  origin origin_ = origin::none;
  bool is_unsigned_ = false; // of a big_integer
};

inline value::value(const value& other) noexcept
    : payload_(other.payload_), kind_(other.kind_), origin_(other.origin_), is_unsigned_(other.is_unsigned_) {
  retain();
}

inline value::value(value&& other) noexcept
    : payload_(other.payload_), kind_(other.kind_), origin_(other.origin_), is_unsigned_(other.is_unsigned_) {
  other.kind_ = kind::undefined;
  other.origin_ = origin::none;
}

inline value& value::operator=(const value& other) noexcept {
  other.retain();
  release();
  payload_ = other.payload_;
  kind_ = other.kind_;
  origin_ = other.origin_;
  is_unsigned_ = other.is_unsigned_;
  return *this;
}

inline value& value::operator=(value&& other) noexcept {
  if (this == &other) return *this;
  release();
  payload_ = other.payload_;
  kind_ = other.kind_;
  origin_ = other.origin_;
  is_unsigned_ = other.is_unsigned_;
  other.kind_ = kind::undefined;
  other.origin_ = origin::none;
  return *this;
}

inline value value::null() noexcept {
  value v;
  v.kind_ = kind::null;
  return v;
}

inline value value::boolean(bool b) noexcept {
  value v;
  v.kind_ = kind::boolean;
  v.payload_.boolean = b;
  return v;
}

inline value value::number(double n) noexcept {
  value v;
  v.kind_ = kind::number;
  v.payload_.number = n;
  return v;
}

inline const nlohmann::json* value::borrowed_document() const noexcept {
  return is_container() && origin_ == origin::borrowed ? payload_.document : nullptr;
}

template <class F> bool value::each_member(F&& f) const {
  if (kind_ != kind::object) return true;
  if (const auto* document = borrowed_document()) {
    for (const auto& [key, item] : document->get_ref<const nlohmann::json::object_t&>()) {
      if (!f(std::string_view(key), borrow(item))) return false;
    }
    return true;
  }
  for (const auto& [key, item] : entries()) {
    if (!f(std::string_view(key), item)) return false;
  }
  return true;
}

template <class F> bool value::each_item(F&& f) const {
  if (kind_ != kind::array) return true;
  if (const auto* document = borrowed_document()) {
    for (const auto& item : document->get_ref<const nlohmann::json::array_t&>()) {
      if (!f(borrow(item))) return false;
    }
    return true;
  }
  for (const auto& item : items()) {
    if (!f(item)) return false;
  }
  return true;
}

} // namespace pawl::expression
