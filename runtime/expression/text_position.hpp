// Lines and columns of a text, for messages to the people who wrote it.
#pragma once

#include <cstddef>
#include <string_view>

namespace pawl::expression {

/// Both from 1; a column is a character, not a byte.
struct text_position {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const text_position&) const = default;
};

/// Counts lines and columns of bytes that are asked for in ascending order.
class position_counter {
public:
  explicit position_counter(std::string_view text) : text_(text) {}

  text_position at(std::size_t byte) {
    for (; at_byte_ < byte && at_byte_ < text_.size(); ++at_byte_) {
      const bool continues = (static_cast<unsigned char>(text_[at_byte_]) & 0xC0) == 0x80;
      if (text_[at_byte_] == '\n')
        at_ = {at_.line + 1, 1};
      else if (!continues)
        ++at_.column;
    }
    return at_;
  }

private:
  std::string_view text_;
  std::size_t at_byte_ = 0;
  text_position at_;
};

} // namespace pawl::expression
