// The source `sealed`: secrets of a sealed store, whose file may be replaced while the runtime runs. What cannot be
// read, verified or accepted is an error of every fetch; the copy before it is never used instead.
#pragma once

#include "storage/sealed/sealed_file.hpp"

#include <pawl/secrets.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pawl::storage {

class sealed_provider final : public secret_provider {
public:
  /// Asked before a file that was read is used for the first time. An error refuses it; every fetch asks again.
  using acceptance =
      std::function<result<void>(const std::string& store_id, std::int64_t generation, const std::string& mac)>;

  sealed_provider(std::string path, secret_key key, acceptance accept);

  /// Reads the store, at the start. Errors: as sealed_file::read, those of the acceptance.
  result<void> open();

  const std::string& source() const override;
  /// Errors of both: `not_found`, `access`, `corrupt`; `storage` (the file is missing, unreadable: may be retried),
  /// `busy` (the policy has changed since policy() was asked: ask again), those of the acceptance.
  result<secret_policy> policy(const std::string& name) override;
  result<provided_secret> fetch(const std::string& name) override;

private:
  struct answer {
    std::string name;
    secret_policy policy;
  };

  result<void> load();
  result<void> refresh();
  /// Nothing of the current file. Errors: `not_found`.
  result<secret_summary> find(const std::string& name) const;

  std::string path_;
  secret_key key_;
  acceptance accept_;
  std::optional<sealed_file> current_; ///< empty while what is at the path is not usable
  std::string accepted_;               ///< the mac of the file that was accepted last
  std::optional<answer> answered_;
};

} // namespace pawl::storage
