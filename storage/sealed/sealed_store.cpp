// Changes of a sealed store. Each builds the next contents from a copy and replaces the file; nothing is changed in
// place.
#include "storage/sealed/sealed_store.hpp"

#include "storage/files.hpp"
#include "storage/sealed/crypto.hpp"
#include "storage/sealed/envelope.hpp"
#include "storage/sealed/key_source.hpp"
#include "storage/sealed/written.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <sys/stat.h>

namespace pawl::storage {

using namespace sealed;

namespace {

constexpr mode_t store_mode = 0600;
constexpr mode_t key_mode = 0400;
constexpr const char* store_word = "store";
constexpr const char* key_word = "key";
constexpr const char* next_word = "next key";

bool is_there(const std::string& file) {
  struct stat facts {};
  return ::lstat(file.c_str(), &facts) == 0;
}

result<void> check_own(const std::string& name) {
  if (name != payload_key_name) return {};
  return error{
      errc::invalid_argument,
      fmt::format("'{}' is the key that payloads of state stores are encrypted with, which nobody sets by hand: "
                  "pawl secrets rotate-payload-key makes a new one",
                  name),
      ""};
}

// No node has such a type. That it fits nothing is the second lock: the provider does not know the name.
secret_settings payload_key_settings() {
  secret_settings made;
  made.policy.node_types = {"(encrypts payloads, for no node)"};
  return made;
}

error no_secret(const std::string& name) {
  return {errc::not_found, fmt::format("the store holds no secret '{}'", name), ""};
}

/// The canonical path of a place where a sealed store may be written.
result<std::string> writable_place(const std::string& path, const secret_key& key) {
  if (auto good = check_key(key); !good) return good.failure();
  auto canonical = canonical_path(path);
  if (!canonical) return canonical;
  if (auto ordinary = check_ordinary_file(*canonical); !ordinary) return ordinary.failure();
  if (auto local = check_local_disk(folder_of(*canonical)); !local) return local.failure();
  return canonical;
}

result<owner_lock> take_lock(const std::string& canonical) {
  auto lock = owner_lock::take(lock_of(canonical));
  if (!lock && lock.failure().code == errc::busy)
    lock.failure().message = "the sealed store is being changed by somebody else, try again: " + lock.failure().message;
  if (!lock) return lock;
  if (auto marked = lock->mark_open(); !marked) return marked.failure();
  return lock;
}

bool is_same_file(const std::string& one, const std::string& other) {
  const auto a = canonical_path(one);
  const auto b = canonical_path(other);
  return a && b && *a == *b;
}

} // namespace

sealed_store::sealed_store(std::string path, secret_key source, owner_lock lock, replacement disk)
    : path_(std::move(path)), source_(std::move(source)), lock_(std::move(lock)), disk_(std::move(disk)) {}

sealed_store::~sealed_store() { lock_.mark_closed(); }

// ---- making and opening

sealed_store::handle sealed_store::create(const std::string& path, const secret_key& key, step_hook hook) {
  const auto canonical = writable_place(path, key);
  if (!canonical) return canonical.failure();
  const error taken{errc::conflict,
                    fmt::format("{} exists: a store is never overwritten; open it, or take another path", *canonical),
                    *canonical};
  if (is_there(*canonical)) return taken; // before a lock file is made beside a foreign file
  auto lock = take_lock(*canonical);
  if (!lock) return lock.failure();
  std::unique_ptr<sealed_store> store(
      new sealed_store(*canonical, key, std::move(*lock), replacement(std::move(hook))));
  if (is_there(*canonical)) return taken;
  if (auto begun = store->begin(); !begun) {
    store->lock_.discard_new_file();
    return begun.failure();
  }
  return store;
}

result<void> sealed_store::begin() {
  const bool lacks_key = !source_.key_file.empty() && !is_there(source_.key_file);
  const key_recipe recipe = new_recipe(source_);
  auto key = lacks_key ? make_key_file(source_.key_file) : read_key(source_, recipe);
  if (!key) return key.failure();
  auto data_key = random_secret(key_bytes);
  if (!data_key) return data_key.failure();
  const auto values_key = subkey(*data_key, purpose::values);
  if (!values_key) return values_key.failure();
  const auto exchange = make_exchange_keys();
  if (!exchange) return exchange.failure();
  at_.head.store_id = random_text(id_bytes);
  at_.head.public_key = exchange->public_key;
  at_.held.private_key = encrypt(*values_key, exchange->secret.view(), associated_with_private_key(at_.head.store_id));
  if (auto written = replace(at_.held, recipe, *key, *data_key); !written) return written;
  at_.key = std::move(*key);
  at_.data_key = std::move(*data_key);
  return {};
}

sealed_store::handle sealed_store::open(const std::string& path, const secret_key& key, step_hook hook) {
  const auto canonical = writable_place(path, key);
  if (!canonical) return canonical.failure();
  if (!is_there(*canonical))
    return error{errc::not_found, fmt::format("there is no sealed store {} (pawl secrets init makes one)", *canonical),
                 *canonical};
  auto lock = take_lock(*canonical);
  if (!lock) return lock.failure();
  std::unique_ptr<sealed_store> store(
      new sealed_store(*canonical, key, std::move(*lock), replacement(std::move(hook))));
  auto opened = open_file(*canonical, key);
  if (!opened) {
    store->lock_.discard_new_file();
    return opened.failure();
  }
  store->at_ = std::move(*opened);
  if (auto ended = store->end_rotation(); !ended) return ended.failure();
  return store;
}

// A kill between the store's replacement and the key's leaves the new key beside the old; one before, a key of nothing.
result<void> sealed_store::end_rotation() {
  if (source_.key_file.empty()) return {};
  if (at_.by_next) return put_next_in_place();
  return disk_.remove(next_of(source_.key_file), next_word);
}

result<void> sealed_store::put_next_in_place() {
  if (auto renamed = disk_.rename_over(next_of(source_.key_file), source_.key_file, next_word); !renamed)
    return renamed;
  return disk_.sync_folder_of(source_.key_file, next_word);
}

// ---- keys

// Whole and on the disk before it has its name, so that a kill leaves no half a key.
result<secret_bytes> sealed_store::make_key_file(const std::string& file) {
  auto key = random_secret(key_bytes);
  if (!key) return key;
  if (auto put = disk_.write_beside(beside(file), key->view(), {key_mode, ""}, key_word); !put) return put.failure();
  if (auto named = disk_.rename_new(beside(file), file, key_word); !named) return named.failure();
  if (auto synced = disk_.sync_folder_of(file, key_word); !synced) return synced.failure();
  return key;
}

result<sealed_store::new_key> sealed_store::make_new_key(const secret_key& wanted) {
  if (auto good = check_key(wanted); !good) return good.failure();
  const key_recipe recipe = new_recipe(wanted);
  const std::string& file = wanted.key_file;
  if (!file.empty() && !source_.key_file.empty() && is_same_file(file, source_.key_file)) {
    auto key = random_secret(key_bytes);
    if (!key) return key.failure();
    const std::string next = next_of(source_.key_file);
    if (auto put = disk_.write_beside(next, key->view(), {key_mode, source_.key_file}, next_word); !put)
      return put.failure();
    if (auto synced = disk_.sync_folder_of(next, next_word); !synced) return synced.failure();
    return new_key{std::move(*key), recipe, true};
  }
  auto key = !file.empty() && !is_there(file) ? make_key_file(file) : read_key(wanted, recipe);
  if (!key) return key.failure();
  return new_key{std::move(*key), recipe, false};
}

result<contents> sealed_store::encrypted_anew(const secret_bytes& data_key, const secret_store::progress& tell) const {
  const auto from = subkey(at_.data_key, purpose::values);
  const auto to = subkey(data_key, purpose::values);
  if (!from || !to) return (from ? to : from).failure();
  const auto again = [&](std::string& box, const std::string& associated) -> result<void> {
    const auto plain = decrypt(*from, box, associated);
    if (!plain && plain.failure().code == errc::corrupt) return tampered(path_, "holds a value of another key");
    if (!plain) return plain.failure();
    box = encrypt(*to, plain->view(), associated);
    return {};
  };
  contents next = at_.held;
  std::size_t all = 0;
  std::size_t done = 0;
  for (const auto& [name, versions] : next.secrets)
    all += versions.size();
  if (auto put = again(next.private_key, associated_with_private_key(at_.head.store_id)); !put) return put.failure();
  for (auto& [name, versions] : next.secrets)
    for (sealed_value& one : versions) {
      const std::string associated = associated_with(at_.head.store_id, name, one.version, one.settings);
      if (auto put = again(one.box, associated); !put) return put.failure();
      if (tell) tell(++done, all);
    }
  return next;
}

result<void> sealed_store::rotate(const std::optional<secret_key>& wanted, const secret_store::progress& tell) {
  auto data_key = random_secret(key_bytes);
  if (!data_key) return data_key.failure();
  auto next = encrypted_anew(*data_key, tell);
  if (!next) return next.failure();
  if (!wanted) {
    if (auto put = replace(std::move(*next), at_.head.recipe, at_.key, *data_key); !put) return put;
    at_.data_key = std::move(*data_key);
    return {};
  }
  if (auto sure = check_sure(); !sure) return sure;
  auto fresh = make_new_key(*wanted);
  if (!fresh) return fresh.failure();
  if (auto put = replace(std::move(*next), fresh->recipe, fresh->key, *data_key); !put) {
    // When it is not sure whether the store has the new key, the key stays beside.
    if (fresh->is_next && !is_unsure_)
      if (auto gone = disk_.remove(next_of(source_.key_file), next_word); !gone) return put;
    return put;
  }
  at_.key = std::move(fresh->key);
  at_.data_key = std::move(*data_key);
  if (fresh->is_next) return put_next_in_place();
  source_ = *wanted;
  return {};
}

// ---- the file

result<void> sealed_store::check_sure() const {
  if (!is_unsure_) return {};
  return error{errc::storage,
               fmt::format("an earlier change of {} failed half-way, so it is not known what a power cut would leave: "
                           "open the store anew",
                           path_),
               path_};
}

result<void> sealed_store::replace(contents next) {
  return replace(std::move(next), at_.head.recipe, at_.key, at_.data_key);
}

result<void> sealed_store::replace(contents next, const key_recipe& recipe, const secret_bytes& key,
                                   const secret_bytes& data_key) {
  if (auto sure = check_sure(); !sure) return sure;
  file_head head = at_.head;
  const bool is_first = head.generation == 0;
  head.recipe = recipe;
  ++head.generation;
  const auto bytes = write_bytes(head, next, key, data_key);
  if (!bytes) return bytes.failure();
  if (auto written = write(*bytes, is_first); !written) return written;
  at_.head = std::move(head);
  at_.held = std::move(next);
  return {};
}

result<void> sealed_store::write(std::string_view bytes, bool is_first) {
  const std::string fresh = beside(path_);
  const new_file how{store_mode, is_first ? "" : path_};
  if (auto put = disk_.write_beside(fresh, bytes, how, store_word); !put) return put;
  auto named = is_first ? disk_.rename_new(fresh, path_, store_word) : disk_.rename_over(fresh, path_, store_word);
  if (!named) {
    if (auto gone = disk_.remove(fresh, store_word); !gone) return named; // the next one removes it
    return named;
  }
  auto synced = disk_.sync_folder_of(path_, store_word);
  is_unsure_ = !synced;
  return synced;
}

// ---- secrets

std::vector<secret_summary> sealed_store::list() const {
  std::vector<secret_summary> made;
  for (const auto& [name, versions] : at_.held.secrets)
    made.push_back(summary_of(name, versions));
  return made;
}

std::string sealed_store::id() const { return hex(at_.head.store_id); }
std::string sealed_store::public_key() const { return public_text(at_.head.store_id, at_.head.public_key); }

result<std::int64_t> sealed_store::put(contents& next, const std::string& name, const secret_bytes& value,
                                       const secret_settings& settings, std::size_t keep_versions,
                                       std::int64_t now_ms) const {
  if (auto good = check_secret(name, value.size(), settings); !good) return good.failure();
  if (keep_versions < 1 || keep_versions > versions_max)
    return error{errc::invalid_argument, fmt::format("1 to {} versions of a secret can be kept", versions_max), ""};
  if (next.secrets.size() >= secrets_max && next.secrets.count(name) == 0)
    return error{errc::limit, fmt::format("a sealed store has at most {} secrets", secrets_max), ""};
  if (next.given.size() >= names_max && next.given.count(name) == 0)
    return error{errc::limit, fmt::format("a sealed store remembers at most {} names: make a new one", names_max), ""};
  const auto key = subkey(at_.data_key, purpose::values);
  if (!key) return key.failure();
  const std::int64_t version = ++next.given[name];
  auto& versions = next.secrets[name];
  versions.push_back({version, settings, now_ms, value.size(),
                      encrypt(*key, value.view(), associated_with(at_.head.store_id, name, version, settings))});
  while (versions.size() > keep_versions)
    versions.erase(versions.begin());
  return version;
}

result<std::int64_t> sealed_store::set(const std::string& name, const secret_bytes& value,
                                       const secret_settings& settings, std::size_t keep_versions,
                                       std::int64_t now_ms) {
  if (auto own = check_own(name); !own) return own.failure();
  contents next = at_.held;
  auto version = put(next, name, value, settings, keep_versions, now_ms);
  if (!version) return version;
  if (auto written = replace(std::move(next)); !written) return written.failure();
  return version;
}

result<void> sealed_store::change_settings(const std::string& name, const secret_settings& settings,
                                           std::int64_t now_ms) {
  if (auto own = check_own(name); !own) return own;
  contents next = at_.held;
  const auto found = next.secrets.find(name);
  if (found == next.secrets.end()) return no_secret(name);
  sealed_value& newest = found->second.back();
  if (auto good = check_secret(name, newest.size, settings); !good) return good;
  const auto value = decrypt_value(at_.head, at_.held, at_.data_key, name);
  if (!value) return value.failure();
  const auto key = subkey(at_.data_key, purpose::values);
  if (!key) return key.failure();
  newest.settings = settings;
  newest.changed_at_ms = now_ms;
  newest.box = encrypt(*key, value->view(), associated_with(at_.head.store_id, name, newest.version, settings));
  return replace(std::move(next));
}

result<void> sealed_store::remove(const std::string& name, bool even_payload_key) {
  if (name == payload_key_name && !even_payload_key)
    return error{
        errc::invalid_argument,
        fmt::format("without '{}' nobody can read the payloads that were encrypted with it, for ever; to remove "
                    "it all the same, say so (--force)",
                    name),
        ""};
  contents next = at_.held;
  if (next.secrets.erase(name) == 0) return no_secret(name);
  return replace(std::move(next));
}

result<std::int64_t> sealed_store::add_payload_key(std::int64_t now_ms) {
  contents next = at_.held;
  const auto known = next.secrets.find(payload_key_name);
  if (known != next.secrets.end() && known->second.size() >= versions_max)
    return error{
        errc::limit,
        fmt::format("a sealed store has at most {} keys of payloads, and rows may need each of them", versions_max),
        ""};
  const auto key = random_secret(key_bytes);
  if (!key) return key.failure();
  auto number = put(next, payload_key_name, *key, payload_key_settings(), versions_max, now_ms);
  if (!number) return number;
  if (auto written = replace(std::move(next)); !written) return written.failure();
  return number;
}

} // namespace pawl::storage
