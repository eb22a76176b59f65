// Looks secrets up in a verified copy of a sealed store.
#include "storage/sealed/sealed_file.hpp"

namespace pawl::storage {

result<sealed_file> sealed_file::read(const std::string& path, const secret_key& key) {
  auto made = sealed::open_file(path, key);
  if (!made) return made.failure();
  return sealed_file(std::move(*made));
}

std::vector<secret_summary> sealed_file::list() const {
  std::vector<secret_summary> made;
  for (const auto& [name, versions] : opened_.held.secrets)
    made.push_back(sealed::summary_of(name, versions));
  return made;
}

std::optional<secret_summary> sealed_file::find(const std::string& name) const {
  const auto found = opened_.held.secrets.find(name);
  if (found == opened_.held.secrets.end()) return std::nullopt;
  return sealed::summary_of(name, found->second);
}

result<secret_bytes> sealed_file::decrypt(const std::string& name, std::int64_t version) const {
  return sealed::decrypt_value(opened_.head, opened_.held, opened_.data_key, name, version);
}

} // namespace pawl::storage
