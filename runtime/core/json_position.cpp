// A walk over JSON that is known to be good. Keeps the way to the current value as a JSON pointer.
#include "runtime/core/json_position.hpp"

#include "runtime/core/field_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_set>

namespace pawl::core {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Counts lines and columns of bytes that are asked for in ascending order.
class position_counter {
public:
  explicit position_counter(std::string_view text) : text_(text) {}

  text_position at(std::size_t byte) {
    for (; at_byte_ < byte && at_byte_ < text_.size(); ++at_byte_) {
      if (text_[at_byte_] == '\n')
        at_ = {at_.line + 1, 1};
      else if (!is_continuation(text_[at_byte_]))
        ++at_.column;
    }
    return at_;
  }

private:
  std::string_view text_;
  std::size_t at_byte_ = 0;
  text_position at_;
};

class walker {
public:
  walker(std::string_view text, const std::vector<std::string>& pointers)
      : text_(text), wanted_(pointers.begin(), pointers.end()), counter_(text) {}

  std::unordered_map<std::string, text_position> walk() {
    while (found_.size() < wanted_.size() && at_ < text_.size())
      token();
    return std::move(found_);
  }

private:
  struct container {
    bool is_array = false;
    std::size_t index = 0;
    std::size_t pointer_size = 0; ///< of the container itself
  };

  void token() {
    switch (text_[at_]) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ':': ++at_; return;
      case '{':
      case '[': return open();
      case '}':
      case ']': return close();
      case ',': return next();
      case '"': return text();
      default: return plain();
    }
  }

  void open() {
    found();
    open_.push_back({text_[at_] == '[', 0, pointer_.size()});
    ++at_;
    name_item();
  }

  void close() {
    pointer_.resize(open_.back().pointer_size);
    open_.pop_back();
    ++at_;
  }

  void next() {
    container& in = open_.back();
    pointer_.resize(in.pointer_size);
    ++in.index;
    ++at_;
    name_item();
  }

  // An item's name is its index; a member's comes as the next text.
  void name_item() {
    const container& in = open_.back();
    if (in.is_array) pointer_ += "/" + std::to_string(in.index);
    key_is_next_ = !in.is_array;
  }

  void text() {
    if (!key_is_next_) found();
    const std::size_t begin = at_++;
    while (text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    if (!key_is_next_) return;
    key_is_next_ = false;
    const auto key = nlohmann::json::parse(text_.substr(begin, at_ - begin));
    pointer_ += "/" + pointer_token(key.get_ref<const std::string&>());
  }

  void plain() {
    found();
    at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
  }

  void found() {
    if (wanted_.count(pointer_) != 0) found_.emplace(pointer_, counter_.at(at_));
  }

  std::string_view text_;
  std::unordered_set<std::string> wanted_;
  position_counter counter_;
  std::size_t at_ = 0;
  std::string pointer_;
  std::vector<container> open_;
  bool key_is_next_ = false;
  std::unordered_map<std::string, text_position> found_;
};

} // namespace

text_position position_of(std::string_view text, std::size_t byte) { return position_counter(text).at(byte); }

std::unordered_map<std::string, text_position> positions_of(std::string_view text,
                                                            const std::vector<std::string>& pointers) {
  return walker(text, pointers).walk();
}

} // namespace pawl::core
