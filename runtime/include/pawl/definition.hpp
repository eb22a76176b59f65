// What loading a definition tells: its id and hash, and every problem at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl {

/// What is wrong, or doubtful, with a definition.
struct problem {
  bool is_warning = false;
  std::string pointer;    ///< JSON pointer into the document
  std::string message;    ///< what is wrong
  std::string advice;     ///< what to do
  std::size_t line = 0;   ///< where the value stands in the text, from 1; 0 where there is no text
  std::size_t column = 0; ///< in characters, from 1
};

/// What to look for in a definition beside what keeps it from running.
struct check_options {
  std::string fallback_id; ///< used when the document has no `id`
  /// Warns of what plain Jexl (and so Refluxo) would not evaluate: Pawl's extensions of the language, every function
  /// and transform.
  bool portable = false;
};

/// What a definition may claim. A document names itself: whom the host believes, it says here.
struct load_options {
  std::string fallback_id; ///< used when the document has no `id`; empty: `required_id`
  /// Whose definition it is: 1 to 200 bytes of UTF-8 without control characters; empty: nobody's. An id belongs to the
  /// owner that loaded it first, nobody included, until the definition is removed; another one's is refused. Instances
  /// have their definition's owner, and policies of secrets may name owners.
  std::string owner;
  std::string required_id; ///< another id is refused; empty: any
  std::string id_prefix;   ///< an id that does not begin with it is refused
  bool adopts_id = false;  ///< an id that is nobody's, with its instances, becomes the owner's: for stores from before
};

/// One version of a definition: what was loaded once under its id.
struct definition_info {
  std::int64_t number = 0; ///< in the order in which versions were first loaded; the place for reading on
  std::string id;
  std::string hash;                            ///< as loaded_definition::hash
  std::optional<std::int64_t> latest_since_ms; ///< milliseconds since 1970; nothing: another version is the latest
  std::int64_t instances = 0;                  ///< that were started from it and are in the store, ended ones too
  std::string owner;                           ///< of the id; empty: nobody's
};

/// A definition that is stored now, and may be started.
struct loaded_definition {
  std::string id;                ///< what runtime::start names
  std::string hash;              ///< BLAKE2b-256 of its canonical JSON (RFC 8785), 64 hexadecimal digits
  std::vector<problem> warnings; ///< in the order of the document, the first hundred and how many more there are
};

} // namespace pawl
