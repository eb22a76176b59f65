// A source of secrets whose answers a test chooses.
#pragma once

#include <pawl/secrets.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pawl::test {

inline secret_bytes secret(std::string_view text) { return std::move(secret_bytes::copy_of(text).value()); }

/// The secrets of a test, and what was asked of them.
class scripted_provider final : public secret_provider {
public:
  struct entry {
    secret_policy policy;
    std::string value;
    std::optional<std::int64_t> expires_at_ms = std::nullopt;
  };

  explicit scripted_provider(std::map<std::string, entry> entries, std::string source = "test")
      : entries_(std::move(entries)), source_(std::move(source)) {}

  const std::string& source() const override { return source_; }
  result<secret_policy> policy(const std::string& name) override {
    if (auto why = failing()) return *why;
    std::lock_guard lock(mutex_);
    const auto at = entries_.find(name);
    if (at == entries_.end()) return error{errc::not_found, "there is no secret of that name", ""};
    return at->second.policy;
  }
  result<provided_secret> fetch(const std::string& name) override {
    ++fetched;
    std::lock_guard lock(mutex_);
    const entry& e = entries_.at(name);
    if (e.value == "throw") throw std::runtime_error("thrown by the provider");
    return provided_secret{secret(e.value), "v1", e.expires_at_ms};
  }
  void set(const std::string& name, entry e) {
    std::lock_guard lock(mutex_);
    entries_[name] = std::move(e);
  }
  void fail_with(std::optional<errc> code) {
    std::lock_guard lock(mutex_);
    failure_ = code;
  }
  std::atomic<int> fetched{0};

private:
  std::optional<error> failing() {
    std::lock_guard lock(mutex_);
    return failure_ ? std::optional(error{*failure_, "the source is away", ""}) : std::nullopt;
  }

  std::mutex mutex_;
  std::map<std::string, entry> entries_;
  std::string source_;
  std::optional<errc> failure_;
};

} // namespace pawl::test
