// Finds lines and columns by a walk over JSON text that is known to be good.
#include "runtime/core/json_position.hpp"

#include "runtime/core/field_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace pawl::core {
namespace {

// The wanted pointers as a tree of their tokens: the walk follows it, so that a value costs its own name only, however
// long the names around it are.
struct wanted_place {
  std::map<std::string, wanted_place, std::less<>> inside;
  bool is_wanted = false;
  std::optional<text_position> at;
};

wanted_place& place_in(wanted_place& root, std::string_view pointer) {
  wanted_place* place = &root;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    place = &place->inside[std::string(pointer.substr(1, end - 1))];
    pointer.remove_prefix(end);
  }
  return *place;
}

class walker {
public:
  walker(std::string_view text, wanted_place& root) : text_(without_mark(text)), counter_(text_), here_(&root) {}

  void walk() {
    while (at_ < text_.size())
      token();
  }

private:
  // The parser skips a byte order mark, and no editor counts it as a column.
  static std::string_view without_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.substr(0, mark.size()) == mark ? text.substr(mark.size()) : text;
  }

  struct container {
    bool is_array = false;
    std::size_t index = 0;
    wanted_place* place = nullptr; ///< null: nothing in it is wanted
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
    open_.push_back({text_[at_] == '[', 0, here_});
    ++at_;
    name_item();
  }

  void close() {
    if (open_.empty()) return give_up();
    open_.pop_back();
    ++at_;
  }

  void next() {
    if (open_.empty()) return give_up();
    ++open_.back().index;
    ++at_;
    name_item();
  }

  // An item's name is its index; a member's comes as the next text.
  void name_item() {
    const container& in = open_.back();
    key_is_next_ = !in.is_array;
    here_ = in.is_array ? inside(std::to_string(in.index)) : nullptr;
  }

  wanted_place* inside(std::string_view token) const {
    wanted_place* around = open_.back().place;
    if (around == nullptr) return nullptr;
    const auto at = around->inside.find(token);
    return at == around->inside.end() ? nullptr : &at->second;
  }

  void text() {
    if (!key_is_next_) found();
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return give_up();
    ++at_;
    if (!key_is_next_) return;
    key_is_next_ = false;
    if (open_.back().place == nullptr) return;
    const auto key = nlohmann::json::parse(text_.substr(begin, at_ - begin));
    here_ = inside(pointer_token(key.get_ref<const std::string&>()));
  }

  void plain() {
    found();
    at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
  }

  // The text was no JSON after all: what is found is found.
  void give_up() { at_ = text_.size(); }

  void found() {
    if (here_ != nullptr && here_->is_wanted) here_->at = counter_.at(at_);
  }

  std::string_view text_;
  expression::position_counter counter_;
  std::size_t at_ = 0;
  wanted_place* here_; ///< the place of the value that comes next; null: nobody asked
  std::vector<container> open_;
  bool key_is_next_ = false;
};

} // namespace

std::unordered_map<std::string, text_position> positions_of(std::string_view text,
                                                            const std::vector<std::string>& pointers) {
  wanted_place root;
  for (const std::string& pointer : pointers)
    place_in(root, pointer).is_wanted = true;
  walker(text, root).walk();
  std::unordered_map<std::string, text_position> found;
  for (const std::string& pointer : pointers)
    if (const auto& at = place_in(root, pointer).at) found.emplace(pointer, *at);
  return found;
}

} // namespace pawl::core
