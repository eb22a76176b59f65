// Writes and reads the header of a sealed store, byte by byte. Must take nothing that encode() would not write.
#include "storage/sealed/layout.hpp"

#include <fmt/format.h>

namespace pawl::storage::sealed {
namespace {

constexpr std::string_view magic = "PAWLSEC";
constexpr unsigned char format = 1;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

void put(std::string& to, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    to += static_cast<char>(number >> (8 * i) & 0xFF);
}

result<void> check_magic(std::string_view file, const std::string& name) {
  if (file.substr(0, magic.size()) != magic)
    return error{errc::wrong_store, fmt::format("{} is no sealed store: give the path of one", name), name};
  if (file.size() <= magic.size()) return tampered(name, "ends in its header");
  const auto found = static_cast<unsigned char>(file[magic.size()]);
  if (found > format)
    return error{
        errc::wrong_store,
        fmt::format("{} has format {}, which is newer than this program's {}: use a newer Pawl", name, found, format),
        name};
  if (found < format) return tampered(name, "has a format that never was");
  return {};
}

bool is_possible(const key_recipe& recipe) {
  if (recipe.kind == key_kind::raw)
    return recipe.passes == 0 && recipe.memory == 0 && recipe.salt == std::string(salt_bytes, '\0');
  return recipe.kind == key_kind::passphrase && recipe.passes >= 1 && recipe.passes <= passphrase_passes_max &&
         recipe.memory >= passphrase_memory_min && recipe.memory <= passphrase_memory_max;
}

} // namespace

error tampered(const std::string& name, const char* what) {
  return {errc::corrupt,
          fmt::format("{} {}: it was changed by somebody without its key, or is damaged; nothing of it is used. Put "
                      "back a good copy, or make a new store and set its secrets again",
                      name, what),
          name};
}

void put_number(std::string& to, std::uint64_t number) { put(to, number, 8); }

void put_text(std::string& to, std::string_view text) {
  put(to, text.size(), 4);
  to += text;
}

std::string encode(const file_head& h) {
  std::string made(magic);
  put(made, format, 1);
  made += h.store_id;
  put(made, static_cast<unsigned char>(h.recipe.kind), 8); // and seven bytes of zero
  put(made, h.recipe.passes, 8);
  put(made, h.recipe.memory, 8);
  made += h.recipe.salt;
  made += h.wrapped_key;
  put(made, static_cast<std::uint64_t>(h.generation), 8);
  made += h.public_key;
  put(made, h.index_bytes, 4);
  return made;
}

result<file_head> decode(std::string_view file, const std::string& name) {
  if (auto known = check_magic(file, name); !known) return known.failure();
  if (file.size() < header_bytes) return tampered(name, "ends in its header");
  if (file.size() > file_bytes_max) return tampered(name, "is larger than a store can be");
  file_head h;
  h.store_id = file.substr(8, id_bytes);
  const std::uint64_t kind = number_at(file, 24, 8);
  if (kind != 1 && kind != 2) return tampered(name, "names a kind of key that is none");
  h.recipe = {static_cast<key_kind>(kind), number_at(file, 32, 8), number_at(file, 40, 8),
              std::string(file.substr(48, salt_bytes))};
  if (!is_possible(h.recipe)) return tampered(name, "says to make its key in a way that is not allowed");
  h.wrapped_key = file.substr(wrapped_at, box_overhead + key_bytes);
  const std::uint64_t generation = number_at(file, 136, 8);
  if (generation == 0 || generation > INT64_MAX) return tampered(name, "counts its changes wrongly");
  h.generation = static_cast<std::int64_t>(generation);
  h.public_key = file.substr(144, public_key_bytes);
  h.index_bytes = static_cast<std::uint32_t>(number_at(file, 176, 4));
  if (h.index_bytes < box_overhead || h.index_bytes > index_bytes_max || h.index_bytes > file.size() - header_bytes)
    return tampered(name, "ends in its index");
  return h;
}

} // namespace pawl::storage::sealed
