// The file of a sealed store, by the input's first letter: f, changes of a good file; h, a header; e, pieces of eight
// bytes in a good header, each behind its place; c, an index as JSON in a line, then the values behind it (none: those
// of the good file), past the seals that stop every mutation of a file.
#include "tests/fuzz/sealed_support.hpp"
#include "tests/fuzz/support.hpp"

#include "runtime/core/json.hpp"
#include "storage/sealed/contents.hpp"
#include "storage/sealed/crypto.hpp"
#include "storage/sealed/layout.hpp"
#include "storage/sealed/opened.hpp"
#include "storage/sealed/written.hpp"

#include <algorithm>
#include <map>
#include <optional>

using namespace pawl;
using namespace pawl::storage::sealed;

namespace {

const std::map<std::string, std::string> values{{"api.key", "0123456789abcdef"}, {"mail", "correct horse"}};

secret_settings good_settings() {
  secret_settings how;
  how.policy = {{"d-*"}, {"http"}, {"https://example.org"}, {{"device", "A-*"}}};
  how.expires_at_ms = 5'000;
  return how;
}

struct store {
  file_head head;
  secret_bytes key = fuzz::steady_secret('k');
  secret_bytes data_key = fuzz::steady_secret('d');
  contents held;
  std::string bytes;
};

store make_store() {
  store made;
  made.head.store_id = std::string(id_bytes, 'i');
  made.head.public_key = std::string(public_key_bytes, 'p');
  made.head.generation = 3;
  made.held.private_key.assign(box_overhead + key_bytes, 'x');
  const secret_settings how = good_settings();
  const auto key = subkey(made.data_key, purpose::values);
  for (const auto& [name, value] : values) {
    const std::string box = encrypt(*key, value, associated_with(made.head.store_id, name, 2, how));
    made.held.secrets[name].push_back({2, how, 1'000, value.size(), box});
    made.held.given[name] = 2;
  }
  made.bytes = *write_bytes(made.head, made.held, made.key, made.data_key);
  return made;
}

const store& good() {
  static const store made = make_store();
  return made;
}

void check_refusal(const error& why) {
  fuzz::require(why.code == errc::corrupt || why.code == errc::access || why.code == errc::wrong_store,
                "refusals are typed");
  fuzz::require(!why.message.empty(), "a refusal says something");
}

struct open_store {
  file_head head;
  contents held;
};

/// As opened.cpp does, without a disk.
std::optional<open_store> open(const std::string& file) {
  const auto refused = [](const error& why) {
    check_refusal(why);
    return std::nullopt;
  };
  auto head = decode(file, "the file");
  if (!head) return refused(head.failure());
  const auto data_key = unwrap(*head, file, good().key, "the file");
  if (!data_key) return refused(data_key.failure());
  auto held = verify(*head, file, *data_key, "the file");
  if (!held) return refused(held.failure());
  return open_store{std::move(*head), std::move(*held)};
}

// ---- f

void check_file(std::string_view input) {
  const std::string file = fuzz::changed_by(input, good().bytes);
  const auto opened = open(file);
  fuzz::require(opened.has_value() == (file == good().bytes), "a file opens when not a byte is changed, and only then");
  if (!opened) return;
  for (const auto& [name, value] : values) {
    const auto found = decrypt_value(opened->head, opened->held, good().data_key, name);
    fuzz::require(found && found->view() == value, "what was stored is read");
  }
}

// ---- h

bool is_allowed(const key_recipe& how) {
  const bool has_nothing = how.passes == 0 && how.memory == 0 && how.salt == std::string(salt_bytes, '\0');
  const bool is_bounded = how.passes >= 1 && how.passes <= 10 && how.memory >= 64 << 20 && how.memory <= 1 << 30;
  return how.kind == key_kind::raw ? has_nothing : is_bounded;
}

void check_header(std::string_view input) {
  const auto head = decode(input, "the header");
  if (!head) return check_refusal(head.failure());
  fuzz::require(encode(*head) == input.substr(0, header_bytes), "a header is read that would be written, and no other");
  fuzz::require(input.size() >= header_bytes + head->index_bytes, "the index is in the file");
  fuzz::require(is_allowed(head->recipe), "a key is made in an allowed way");
  fuzz::require(!open(std::string(input)) || input == good().bytes, "a header without its key opens nothing");
}

// ---- e

void check_edited_header(std::string_view input) {
  std::string file = good().bytes;
  for (; input.size() >= 2; input.remove_prefix(std::min(input.size(), std::size_t{9}))) {
    const auto piece = input.substr(1, 8);
    file.replace(static_cast<unsigned char>(input[0]), piece.size(), piece);
  }
  check_header(file);
}

// ---- c

std::string index_text(const contents& held) {
  const auto text = index_of(held, values_of(held));
  fuzz::require(text.has_value(), "what was read can be written");
  return *text;
}

// The associated data of two values must differ wherever what goes with them does.
void check_associated(const contents& held) {
  std::map<std::string, nlohmann::json> seen;
  for (const auto& [name, versions] : held.secrets)
    for (const sealed_value& one : versions) {
      const auto [at, is_new] =
          seen.emplace(associated_with(good().head.store_id, "n", 1, one.settings), to_json(one.settings));
      fuzz::require(is_new || at->second == to_json(one.settings), "no two policies look the same to a seal");
    }
}

bool was_sealed(const std::string& name, const sealed_value& one, std::string_view value) {
  const auto found = values.find(name);
  return found != values.end() && found->second == value && one.version == 2 &&
         to_json(one.settings) == to_json(good_settings());
}

void check_values(const file_head& head, const contents& held) {
  for (const auto& [name, versions] : held.secrets)
    if (const auto value = decrypt_value(head, held, good().data_key, name); !value)
      fuzz::require(value.failure().code == errc::corrupt, "a value that is none is refused");
    else
      fuzz::require(was_sealed(name, versions.back(), value->view()), "a value opens with what it was sealed with");
}

void check_held(const contents& held, std::string_view boxes) {
  fuzz::require(values_of(held) == boxes, "every byte of the values belongs to one");
  fuzz::require(held.secrets.size() <= secrets_max, "secrets are bounded");
  for (const auto& [name, versions] : held.secrets) {
    fuzz::require(!versions.empty() && versions.size() <= versions_max, "versions are bounded");
    fuzz::require(held.given.at(name) >= versions.back().version, "a version is never given again");
    fuzz::require(summary_of(name, versions).version == held.newest(name)->version, "the newest is the last");
  }
  check_associated(held);
  file_head head = good().head;
  const auto file = write_bytes(head, held, good().key, good().data_key);
  fuzz::require(file.has_value(), "what was read makes a file");
  const auto again = open(*file);
  fuzz::require(again && index_text(again->held) == index_text(held), "a file opens as what was written");
  check_values(head, held);
}

void check_index(std::string_view index, std::string_view boxes) {
  const auto held = read_contents(index, boxes);
  if (held) return check_held(*held, boxes);
  fuzz::require(held.failure().code == errc::corrupt && !held.failure().message.empty(), "refusals are typed");
}

void check_contents(std::string_view input) {
  const auto [line, rest] = fuzz::split(input);
  const std::string boxes = rest.empty() ? values_of(good().held) : std::string(rest);
  check_index(line, boxes);
  auto index = core::parse_json(line, "the index");
  if (!index || !index->is_object()) return;
  (*index)["values"] = hex(digest(boxes)); // or nothing would come further
  if (const auto text = core::to_text(*index, "the index")) check_index(*text, boxes);
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::make_randomness_steady();
  check_file(std::string(good().bytes.size(), '\0'));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = fuzz::text_of(data, size).substr(1);
  if (data[0] == 'f') check_file(input);
  if (data[0] == 'h') check_header(input);
  if (data[0] == 'e') check_edited_header(input);
  if (data[0] == 'c') check_contents(input);
  return 0;
}
