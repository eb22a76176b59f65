// As much of C++ as a declaration of a member takes.
#include "tests/canary/declarations.hpp"

#include "tests/support/places.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pawl::canary {
namespace {

using tokens = std::vector<std::string>;

bool is_in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name(const std::string& word) { return is_in_name(word[0]) && std::isdigit(word[0]) == 0; }

std::size_t behind(const std::string& code, std::size_t at, const std::string& end) {
  const auto found = code.find(end, at);
  return found == std::string::npos ? code.size() : found + end.size();
}

// Behind a text or a character that begins at `at`.
std::size_t behind_quoted(const std::string& code, std::size_t at) {
  const char quote = code[at];
  for (++at; at < code.size() && code[at] != quote; ++at)
    if (code[at] == '\\') ++at;
  return at + 1;
}

// Names, numbers and signs; no comments, texts and lines of the preprocessor.
tokens tokens_of(const std::string& code) {
  tokens all;
  for (std::size_t at = 0; at < code.size();) {
    const char c = code[at];
    if (code.compare(at, 2, "//") == 0 || c == '#') {
      at = behind(code, at, "\n");
    } else if (code.compare(at, 2, "/*") == 0) {
      at = behind(code, at + 2, "*/");
    } else if (code.compare(at, 2, "R\"") == 0) {
      const std::size_t opening = code.find('(', at);
      at = behind(code, opening, ")" + code.substr(at + 2, opening - at - 2) + "\"");
    } else if (c == '"' || c == '\'') {
      at = behind_quoted(code, at);
    } else if (is_in_name(c)) {
      const bool is_number = std::isdigit(static_cast<unsigned char>(c)) != 0;
      std::size_t end = at;
      while (end < code.size() && (is_in_name(code[end]) || (is_number && code[end] == '\'')))
        ++end;
      all.push_back(code.substr(at, end - at));
      at = end;
    } else {
      if (std::isspace(static_cast<unsigned char>(c)) == 0) all.emplace_back(1, c);
      ++at;
    }
  }
  return all;
}

int depth_change(const std::string& word, const char* opening, const char* closing) {
  if (word.find_first_of(opening) == 0) return 1;
  return word.find_first_of(closing) == 0 ? -1 : 0;
}

// Up to the next of `ends` that is in no brackets.
tokens until(const tokens& all, std::size_t from, const char* ends) {
  int depth = 0;
  std::size_t at = from;
  for (; at < all.size(); ++at) {
    if (depth == 0 && all[at].find_first_of(ends) == 0) break;
    depth += depth_change(all[at], "([{", ")]}");
  }
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(at)};
}

bool holds_function(const tokens& declared, const std::set<std::string>& aliases) {
  for (std::size_t at = 0; at < declared.size(); ++at) {
    if (aliases.count(declared[at]) == 1) return true;
    if (at >= 3 && declared[at] == "function" && declared[at - 3] == "std") return true;
  }
  return false;
}

// using NAME = std::function<...>;
std::set<std::string> aliases_in(const tokens& all) {
  std::set<std::string> aliases;
  for (bool is_more = true; is_more;) { // of aliases too
    const std::size_t before = aliases.size();
    for (std::size_t at = 0; at + 2 < all.size(); ++at)
      if (all[at] == "using" && all[at + 2] == "=" && holds_function(until(all, at + 3, ";"), aliases))
        aliases.insert(all[at + 1]);
    is_more = aliases.size() > before;
  }
  return aliases;
}

// public:
bool is_access(const tokens& some) {
  return some.size() == 2 && some[1] == ":" && (some[0] == "public" || some[0] == "private" || some[0] == "protected");
}

// Each without its ';'. A body without one ends a declaration too.
std::vector<tokens> declarations_of(const tokens& body) {
  std::vector<tokens> all(1);
  int depth = 0;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const std::string& word = body[at];
    depth += depth_change(word, "([{", ")]}");
    if (depth == 0 && word == ";") {
      all.emplace_back();
      continue;
    }
    all.back().push_back(word);
    if (is_access(all.back())) all.back().clear();
    if (depth == 0 && word == "}" && at + 1 < body.size() && body[at + 1] != ";" && body[at + 1] != ",")
      all.emplace_back();
  }
  return all;
}

// Empty: it is none of a variable.
std::string name_declared(const tokens& declaration) {
  std::string name;
  int skipped = 0; // brackets of a template's arguments, of an attribute
  for (const std::string& word : declaration) {
    skipped += name.empty() ? depth_change(word, "<[", ">]") : depth_change(word, "<", ">");
    if (skipped > 0) continue;
    if (word == "(") return "";
    if (word == "=" || word == "{" || word == "[") break;
    if (is_name(word)) name = word;
  }
  return name;
}

std::vector<tokens> bodies_of(const std::string& name, const tokens& all) {
  std::vector<tokens> found;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (all[at] != "struct" && all[at] != "class") continue;
    const tokens head = until(all, at + 1, "{:;<>(),=*&");
    const std::size_t opening = at + 1 + until(all, at + 1, "{;").size();
    const std::size_t names = !head.empty() && head.back() == "final" ? head.size() - 1 : head.size();
    const bool has_name = names > 0 && head[names - 1] == name;
    if (has_name && opening < all.size() && all[opening] == "{") found.push_back(until(all, opening + 1, "}"));
  }
  return found;
}

} // namespace

std::string code_below(const std::vector<std::string>& folders) {
  std::ostringstream code;
  for (const std::string& folder : folders)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(test::source(folder)))
      if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
        code << std::ifstream(entry.path()).rdbuf() << "\n";
  return code.str();
}

std::set<std::string> messages_in(const std::string& code) {
  const tokens all = tokens_of(code);
  std::set<std::string> types;
  for (std::size_t at = 0; at + 1 < all.size(); ++at) {
    if (all[at] != "CAF_ALLOW_UNSAFE_MESSAGE_TYPE" || all[at + 1] != "(") continue;
    std::string type;
    for (const std::string& word : until(all, at + 2, ")"))
      type += word;
    types.insert(type);
  }
  if (types.empty()) throw std::runtime_error("no CAF_ALLOW_UNSAFE_MESSAGE_TYPE: are messages allowed in another way?");
  return types;
}

std::vector<std::string> callbacks_of(const std::string& name, const std::string& code) {
  const tokens all = tokens_of(code);
  const std::vector<tokens> bodies = bodies_of(name, all);
  if (bodies.size() != 1)
    throw std::runtime_error("struct " + name + " is defined " + std::to_string(bodies.size()) + " times");
  const std::set<std::string> aliases = aliases_in(all);
  std::vector<std::string> names;
  for (const tokens& declaration : declarations_of(bodies.front())) {
    const std::string member = name_declared(declaration);
    if (declaration.empty() || declaration.front() == "using" || member.empty()) continue;
    if (holds_function(declaration, aliases)) names.push_back(member);
  }
  return names;
}

} // namespace pawl::canary
