// Opens and verifies a sealed store. The order of opening: header, key, index, digest of the values. Nothing behind a
// step is looked at before the step.
#include "storage/sealed/opened.hpp"

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/key_source.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::storage::sealed {
namespace {

// A rotation that runs replaces store and key one after the other; each try sees a later moment.
constexpr int tries_max = 5;

error not_the_key(const std::string& name) {
  return {errc::access,
          fmt::format("{}: the key does not open it. It is the key of another store or an earlier one, or the head of "
                      "the file was changed: give the right key, or put back a good copy",
                      name),
          name};
}

struct raw_file {
  std::string bytes;
  descriptor file;
  file_stamp stamp;
};

result<void> read_all(int file, std::string& to, const std::string& path) {
  std::size_t got = 0;
  while (got < to.size()) {
    const ssize_t more = ::read(file, to.data() + got, to.size() - got);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return system_error(path, "the sealed store cannot be read", errno);
    if (more == 0) return tampered(path, "became shorter while it was read");
    got += static_cast<std::size_t>(more);
  }
  return {};
}

result<raw_file> read_file(const std::string& path) {
  raw_file made;
  made.file = descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!made.file) return system_error(path, "the sealed store cannot be opened", errno);
  struct stat facts {};
  if (::fstat(made.file.get(), &facts) != 0) return system_error(path, "the sealed store cannot be read", errno);
  if (!S_ISREG(facts.st_mode))
    return error{errc::wrong_store, fmt::format("{} is no ordinary file: give the path of a sealed store", path), path};
  if (facts.st_size > static_cast<off_t>(file_bytes_max))
    return error{errc::wrong_store, fmt::format("{} is too large for a sealed store", path), path};
  made.stamp = stamp_of(facts);
  made.bytes.resize(static_cast<std::size_t>(facts.st_size));
  if (auto read = read_all(made.file.get(), made.bytes, path); !read) return read.failure();
  return made;
}

struct found_keys {
  secret_bytes key;
  secret_bytes data_key;
  bool by_next = false;
};

result<found_keys> try_key(result<secret_bytes> key, const file_head& head, std::string_view file,
                           const std::string& path) {
  if (!key) return key.failure();
  auto data_key = unwrap(head, file, *key, path);
  if (!data_key) return data_key.failure();
  return found_keys{std::move(*key), std::move(*data_key), false};
}

result<found_keys> find_keys(const file_head& head, std::string_view file, const secret_key& key,
                             const std::string& path) {
  auto found = try_key(read_key(key, head.recipe), head, file, path);
  if (found || key.key_file.empty() || found.failure().code != errc::access) return found;
  auto next = try_key(read_key_file(next_of(key.key_file)), head, file, path);
  if (!next) return found; // the first error is the one that says what to do
  next->by_next = true;
  return next;
}

result<opened> open_once(const std::string& path, const secret_key& key, bool& is_worth_another) {
  auto file = read_file(path);
  if (!file) return file.failure();
  auto head = decode(file->bytes, path);
  if (!head) return head.failure();
  auto keys = find_keys(*head, file->bytes, key, path);
  is_worth_another = !keys && !key.key_file.empty() && keys.failure().code == errc::access;
  if (!keys) return keys.failure();
  auto held = verify(*head, file->bytes, keys->data_key, path);
  if (!held) return held.failure();
  const std::size_t covered = header_bytes + head->index_bytes;
  return opened{std::move(*head),
                std::move(keys->key),
                std::move(keys->data_key),
                std::move(*held),
                hex(digest(std::string_view(file->bytes).substr(0, covered))),
                keys->by_next,
                file->stamp,
                std::move(file->file)};
}

} // namespace

std::string associated_with_key(std::string_view head) {
  return "pawl sealed data key 1" + std::string(head.substr(0, wrapped_at));
}

std::string associated_with_index(std::string_view head) {
  return "pawl sealed index 1" + std::string(head.substr(0, header_bytes));
}

result<secret_bytes> unwrap(const file_head& head, std::string_view file, const secret_bytes& key,
                            const std::string& name) {
  auto data_key = decrypt(key, head.wrapped_key, associated_with_key(file));
  if (!data_key && data_key.failure().code == errc::corrupt) return not_the_key(name);
  return data_key;
}

result<contents> verify(const file_head& head, std::string_view file, const secret_bytes& data_key,
                        const std::string& name) {
  const auto key = subkey(data_key, purpose::index);
  if (!key) return key.failure();
  const auto index = decrypt_text(*key, file.substr(header_bytes, head.index_bytes), associated_with_index(file));
  if (!index) return tampered(name, "has a header or an index that its key does not confirm");
  auto held = read_contents(*index, file.substr(header_bytes + head.index_bytes));
  if (!held) return tampered(name, held.failure().message.c_str());
  return held;
}

result<opened> open_file(const std::string& path, const secret_key& key) {
  if (auto good = check_key(key); !good) return good.failure();
  bool is_worth_another = false;
  auto made = open_once(path, key, is_worth_another);
  for (int i = 1; i < tries_max && !made && is_worth_another; ++i)
    made = open_once(path, key, is_worth_another);
  return made;
}

result<secret_bytes> decrypt_value(const file_head& head, const contents& held, const secret_bytes& data_key,
                                   const std::string& name, std::int64_t version) {
  const sealed_value* value = version == 0 ? held.newest(name) : held.find(name, version);
  if (value == nullptr)
    return error{errc::not_found, "the sealed store holds no secret of that name (pawl secrets list)", ""};
  const auto key = subkey(data_key, purpose::values);
  if (!key) return key.failure();
  auto made = decrypt(*key, value->box, associated_with(head.store_id, name, value->version, value->settings));
  if (!made && made.failure().code == errc::corrupt)
    return tampered("the sealed store", "holds a value that its key does not confirm");
  return made;
}

} // namespace pawl::storage::sealed
