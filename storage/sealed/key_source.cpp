// Reading keys. The bytes go from the file into locked memory and nowhere else.
#include "storage/sealed/key_source.hpp"

#include "storage/sealed/crypto.hpp"
#include "storage/sealed/descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pawl::storage::sealed {
namespace {

constexpr std::size_t passphrase_bytes_min = 8;
constexpr std::uint64_t passphrase_passes = 3;

error refused(const std::string& file, std::string why) {
  return {errc::access, fmt::format("the key file {} {}", file, why), file};
}

result<void> check_facts(int open_file, const std::string& file, unsigned forbidden) {
  struct stat facts {};
  if (::fstat(open_file, &facts) != 0) return refused(file, fmt::format("cannot be read: {}", std::strerror(errno)));
  if (!S_ISREG(facts.st_mode)) return refused(file, "is no ordinary file");
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return refused(file, "belongs to another user: it must belong to the one this process runs as, or to root");
  if ((facts.st_mode & forbidden) != 0)
    return refused(file, "may be read or written by others: take their rights away (chmod 0400) and think about "
                         "whether it is still a secret");
  if (facts.st_size != static_cast<off_t>(key_bytes))
    return refused(file, fmt::format("has {} bytes; a key has {}", facts.st_size, key_bytes));
  return {};
}

result<secret_bytes> read_raw(const std::string& file, unsigned forbidden) {
  const descriptor open_file(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!open_file) {
    if (errno == ELOOP) return refused(file, "is a symbolic link: name the file itself");
    return refused(file, fmt::format("cannot be opened: {}", std::strerror(errno)));
  }
  if (auto good = check_facts(open_file.get(), file, forbidden); !good) return good.failure();
  auto made = secret_bytes::of_size(key_bytes);
  if (!made) return made;
  for (std::size_t got = 0; got < key_bytes;) {
    const ssize_t more = ::read(open_file.get(), made->data() + got, key_bytes - got);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0)
      return error{errc::storage, fmt::format("the key file {} cannot be read: {}", file, std::strerror(errno)), file};
    if (more == 0) return refused(file, "became shorter while it was read");
    got += static_cast<std::size_t>(more);
  }
  return made;
}

// systemd gives the service's user its right by an access list, which shows as a right of the group.
result<secret_bytes> read_credential(const std::string& name) {
  if (name.find('/') != std::string::npos || name == "." || name == "..")
    return error{errc::invalid_argument, "the name of a systemd credential holds no '/'", ""};
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr)
    return error{errc::access,
                 "$CREDENTIALS_DIRECTORY is not set: systemd hands credentials over to services only "
                 "(LoadCredential=, LoadCredentialEncrypted=)",
                 ""};
  return read_raw(fmt::format("{}/{}", folder, name), S_IRWXO | S_IWGRP);
}

} // namespace

result<void> check_key(const secret_key& key) {
  const int given = (key.key_file.empty() ? 0 : 1) + (key.credential.empty() ? 0 : 1) + (key.passphrase ? 1 : 0);
  if (given != 1)
    return error{errc::invalid_argument, "a sealed store has one key: a key file, a systemd credential or a passphrase",
                 ""};
  if (key.passphrase && key.passphrase->size() < passphrase_bytes_min)
    return error{errc::invalid_argument,
                 fmt::format("a passphrase of a sealed store has at least {} bytes", passphrase_bytes_min), ""};
  if (key.key_file.find('\0') != std::string::npos || key.credential.find('\0') != std::string::npos)
    return error{errc::invalid_argument, "the name of a key holds a zero byte", ""};
  return {};
}

result<secret_bytes> read_key_file(const std::string& file) { return read_raw(file, S_IRWXG | S_IRWXO); }

std::string next_of(const std::string& key_file) { return key_file + ".next"; }

result<secret_bytes> read_key(const secret_key& key, const key_recipe& recipe) {
  const bool is_raw = recipe.kind == key_kind::raw;
  if (is_raw == (key.passphrase != nullptr))
    return error{errc::access,
                 is_raw ? "the store is locked by a key file or a credential, not by a passphrase: give that"
                        : "the store is locked by a passphrase: give that",
                 ""};
  if (!is_raw) return derive_key(*key.passphrase, recipe);
  return key.key_file.empty() ? read_credential(key.credential) : read_key_file(key.key_file);
}

key_recipe new_recipe(const secret_key& key) {
  if (!key.passphrase) return {};
  return {key_kind::passphrase, passphrase_passes, passphrase_memory_min, random_text(salt_bytes)};
}

} // namespace pawl::storage::sealed
