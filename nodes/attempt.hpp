// One attempt of one node from the inside: resolves its data, turns outcomes into events of the pure core. Calls no
// executor itself; used by one thread at a time.
#pragma once

#include "nodes/execute.hpp"
#include "nodes/outcome.hpp"
#include "runtime/core/secret_mask.hpp"

#include <nlohmann/json.hpp>

#include <mutex>

namespace pawl::nodes {

bool is_stopping(const execution& run);
/// Its instance is being ended from outside.
bool is_closing(const execution& run);
/// The flag that executors see: they need not go on.
bool is_cancelled(const execution& run);
/// Nobody hears what it answers.
bool is_unheard(const execution& run);
/// Counts an answer that comes too late to be heard.
void count_if_late(const execution& run);

class attempt {
public:
  using resolved_data = result<std::optional<nlohmann::json>>;

  /// All three must outlive it.
  attempt(const execution& run, const execution_limits& limits, const granted_secrets& secrets = no_secrets);

  const execution& run() const { return run_; }
  const core::registered_type& type() const { return *node_.type; }

  /// The node's data; the first call resolves it, its error stays.
  const resolved_data& data();
  /// When data() failed: the event for it, unless the data was never asked for or is good.
  std::optional<executed> data_failure();
  /// What came of it, without the secrets that it was given.
  executed answer(outcome given);
  executed timed_out();

  std::variant<std::vector<secret_request>, executed> secrets_needed();
  executed failed_for_secret(const secret_request& wanted, const secret_refusal& refusal);
  /// Null where the definition names none. Throws std::invalid_argument for a slot that the type has not, and
  /// std::logic_error when the data says another destination than the one that was allowed.
  secret_handle secret(std::string_view slot);
  /// What is kept out of everything that the executor answers.
  const core::secret_mask& mask();

private:
  using json = nlohmann::json;

  resolved_data resolve();
  executed made(outcome::content::success& s);
  executed made(outcome::content::wait& w);
  executed made(outcome::content::failure& f);
  executed made(outcome::content::given_up&);
  executed failed(const std::string& name, const std::string& message, bool retryable, std::int64_t after_ms = 0);
  result<void> check_data(const json& data) const;
  result<void> check_output(const json& value) const;
  result<void> check_signals(const std::vector<std::string>& names) const;
  result<core::json_ptr> take_payload_schema(const json& document) const;
  retry_policy policy_now();
  std::optional<std::string> destination();
  void take_secrets_out(outcome::content& of);
  // Each says what must be answered instead, if something must.
  std::optional<outcome::content::failure> clean(outcome::content::success& success);
  std::optional<outcome::content::failure> clean(outcome::content::wait& wait);
  std::optional<outcome::content::failure> clean(outcome::content::failure& failure);
  std::optional<outcome::content::failure> clean(outcome::content::given_up& nothing);
  void clean(std::string& text);
  void clean_if(std::optional<json>& value);

  static inline const granted_secrets no_secrets{};

  const execution& run_;
  const execution_limits& limits_;
  const granted_secrets& secrets_;
  const core::workflow_node& node_;
  expression::value root_;
  expression::environment environment_;
  std::optional<resolved_data> data_;
  std::once_flag mask_made_; ///< an asynchronous executor may ask from several threads
  core::secret_mask mask_;
  bool masks_fit_ = true; ///< what was cleaned has not become too long
  bool misfits_ = false;  ///< the data is none that the type takes
};

} // namespace pawl::nodes
