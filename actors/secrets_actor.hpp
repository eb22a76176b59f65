// Answers which secret an attempt may have. One actor a source, on a thread of its own where it may have one, since a
// provider may block. Every secret that is given is on disk in the audit before, and so is every refusal that is not
// the same again; messages carry handles, never bytes.
#pragma once

#include "actors/services.hpp"

#include <pawl/secrets.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace pawl::actors {

class secrets_actor final : public caf::event_based_actor {
public:
  secrets_actor(caf::actor_config& config, services_ptr shared, std::shared_ptr<secret_provider> provider);
  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "secrets"; }

private:
  struct answer {
    caf::response_promise to;
    secret_resolved what;
  };

  struct repeated {
    std::int64_t times = 0;
    std::int64_t last_ms = 0;
  };

  secret_resolved decide(const resolve_secret& asked, secret_audit_entry& line);
  bool is_news(const std::string& definition, secret_audit_entry& refusal);
  nodes::secret_handle shared_handle(const std::string& name, secret_bytes bytes);
  void written(const write_done& outcome);

  services_ptr shared_;
  std::shared_ptr<secret_provider> provider_;
  std::deque<answer> unwritten_; ///< in the order in which their lines went to the store
  /// What attempts hold now: many that run at once share one locked copy.
  std::map<std::string, std::weak_ptr<const secret_bytes>> held_;
  std::map<std::array<std::string, 5>, repeated> refusals_; ///< by what is the same about them
};

} // namespace pawl::actors
