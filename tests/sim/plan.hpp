// What the simulated instances run: small random definitions, and executors whose every attempt is decided by seed,
// instance, node, visit and attempt alone, so that the model knows it too.
#pragma once

#include "tests/sim/dice.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::sim {

enum class stage_kind {
  work,  ///< puts out a value
  shaky, ///< the same, after failures
  nap,   ///< sleeps first
  ask,   ///< waits for a payload, maybe with a timeout
  later, ///< asynchronous, may fail, never answer or answer twice
  loop,  ///< an iterator over input.items with a `work` inside
  hear,  ///< waits for a signal, maybe of two names, maybe with a timeout
  date   ///< sleeps until a time of the wall clock
};

/// One node of the chain (a loop: two, the inner one is `id` + "b").
struct stage {
  stage_kind kind = stage_kind::work;
  std::string id;
  int retries_max = 0;       ///< of shaky and later
  int retry_ms = 0;          ///< before each retry
  int time_ms = 0;           ///< of nap and date (from when it begins); the timeout of ask, hear and later, 0: none
  bool hears_two = false;    ///< of hear
  bool goes_on = false;      ///< has an edge `error` to the next stage
  std::string value_of;      ///< the node whose last value its data mentions; empty: none
  bool takes_secret = false; ///< the one that is named as its plan
  bool has_value() const {
    return kind != stage_kind::ask && kind != stage_kind::loop && kind != stage_kind::hear && kind != stage_kind::date;
  }
  bool times_out() const { return (kind == stage_kind::ask || kind == stage_kind::hear) && time_ms > 0; }
  /// The names of the signals that it waits for.
  std::vector<std::string> signals() const;
  std::string body() const { return id + "b"; }
};

struct plan {
  std::string id;
  std::vector<stage> stages;
  int timeout_ms = 0; ///< of an instance; 0: none

  const stage* find(const std::string& node) const; ///< also by the body of a loop
  std::string document() const;
};

plan make_plan(dice& by, std::string id);
nlohmann::json input_of(const plan& of, std::size_t items);
/// What the source `test` has under the plan's id, for its instances alone.
std::string secret_of(const std::string& plan_id);

enum class deed { succeed, fail, fail_for_good, throw_, never, twice };
const char* name_of(deed d);

/// The same answer whenever it is asked.
class script {
public:
  explicit script(std::uint64_t seed) : seed_(seed) {}
  deed deed_of(const stage& s, const std::string& uid, std::int64_t visit, std::int64_t attempt) const;
  nlohmann::json output_of(const std::string& uid, const std::string& node, std::int64_t visit) const;

private:
  std::uint64_t hash(const std::string& uid, const std::string& node, std::int64_t visit) const;
  std::uint64_t seed_;
};

} // namespace pawl::sim
