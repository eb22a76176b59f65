// Opens the sources of secrets that a runtime's options name.
#include "runtime/host/secrets.hpp"

#include "nodes/secrets/providers.hpp"
#include "runtime/core/secret_policy.hpp"
#include "storage/sealed/sealed_provider.hpp"

#include <optional>
#include <utility>

namespace pawl::host {
namespace {

// An older sealed store is accepted once: with the first file that is read, when the runtime is opened.
class rollback_guard {
public:
  rollback_guard(actors::services& shared, bool may_accept) : shared_(shared), may_accept_(may_accept) {}

  result<void> accept(const std::string& store_id, std::int64_t generation, const std::string& mac) {
    storage::sealed_write seen{store_id, generation, mac, false, shared_.time.now()};
    const bool may_accept = std::exchange(may_accept_, false);
    auto remembered = write({seen});
    if (remembered || remembered.failure().code != errc::corrupt || !may_accept) return remembered;
    seen.accept_older = true;
    return write({seen, storage::audit_write{accepted(store_id, generation)}});
  }

private:
  secret_audit_entry accepted(const std::string& store_id, std::int64_t generation) {
    secret_audit_entry line;
    line.at_ms = shared_.time.now();
    line.secret = std::string(core::sealed_source) + ":";
    line.version = std::to_string(generation);
    line.allowed = true;
    line.reason = "an older sealed store was accepted (accept_rollback): " + store_id;
    return line;
  }

  result<void> write(const std::vector<storage::change>& changes) {
    std::optional<error> failed = error{errc::storage, "the store is not open", ""};
    (void)shared_.slot.use([&](storage::store& store) {
      failed.reset();
      for (const auto& answer : store.write(changes))
        if (!answer && !failed) failed = answer.failure();
    });
    if (failed) return *failed;
    return {};
  }

  actors::services& shared_;
  bool may_accept_;
};

bool is_source(const std::string& name) {
  return core::parse_secret_reference(name + ":name") && name.find(':') == std::string::npos;
}

result<void> add(actors::services& shared, std::shared_ptr<secret_provider> provider) {
  if (!provider || !is_source(provider->source()))
    return error{errc::invalid_argument, "a provider of secrets has a source of 1 to 32 of a-z, 0-9 and -", ""};
  const std::string source = provider->source();
  shared.providers[source] = std::move(provider);
  return {};
}

result<std::shared_ptr<secret_provider>> open_sealed(const secrets_options& wanted, actors::services& shared) {
  auto guard = std::make_shared<rollback_guard>(shared, wanted.accept_rollback);
  auto sealed = std::make_shared<storage::sealed_provider>(
      wanted.sealed_path, wanted.key, [guard](const std::string& id, std::int64_t generation, const std::string& mac) {
        return guard->accept(id, generation, mac);
      });
  if (auto opened = sealed->open(); !opened) return opened.failure();
  return std::shared_ptr<secret_provider>(std::move(sealed));
}

} // namespace

result<void> open_secrets(const secrets_options& wanted, actors::services& shared) {
  if (!wanted.sealed_path.empty()) {
    auto sealed = open_sealed(wanted, shared);
    if (!sealed) return sealed.failure();
    if (auto added = add(shared, std::move(*sealed)); !added) return added;
  }
  auto built_in = nodes::host_providers(wanted);
  if (!built_in) return built_in.failure();
  for (auto& provider : *built_in)
    if (auto added = add(shared, std::move(provider)); !added) return added;
  for (const auto& provider : wanted.providers)
    if (auto added = add(shared, provider); !added) return added;
  return {};
}

} // namespace pawl::host
