// Who waits for an instance to get somewhere, and who waits until nothing runs. Coming and going cost the same however
// many wait: callers that poll with short timeouts hold nobody up. Sends no message: it says when the store must be
// asked. Answers in the order of the watchers' numbers.
#pragma once

#include "actors/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::actors {

class watchers {
public:
  /// A question to the store: where does this instance stand? Only the answer to the newest one of an instance counts.
  struct question {
    std::string uid;
    std::uint64_t number = 0;
  };

  /// Answers at once where the instance is known to have got there. `is_live`: somebody will tell how it comes to rest.
  /// Else the first one that waits for it has the store asked; who comes later waits for the same answer, or has it.
  std::optional<question> add(const watch_instance& wanted, bool is_live);
  void add(const watch_idle& wanted);
  /// It gave up; one that nobody knows is no error.
  void forget(std::uint64_t watcher);

  /// The store's answer. While the instance is live it says nothing: it may be older than what runs.
  void answered(const question& asked, const result<rest_summary>& rest, bool is_live);
  /// An instance came to rest, and is live no more.
  void rested(const std::string& uid, const rest_summary& rest);
  void failed(const std::string& uid, const error& why);
  /// An instance is live no more, and nobody said where it stands.
  std::optional<question> gone(const std::string& uid);
  /// The store was opened anew: the questions that the old one did not answer.
  std::vector<question> unanswered();
  /// Nothing runs.
  void idle();
  void clear();

private:
  struct group {
    std::set<std::uint64_t> members;
    std::uint64_t asked = 0;          ///< number of the question on its way; 0: none
    std::optional<rest_summary> rest; ///< where it stands, unless it is live
  };
  using groups = std::unordered_map<std::string, group>;

  question ask(const std::string& uid, group& of);
  void tell(groups::iterator of, const rest_summary& rest);

  std::unordered_map<std::uint64_t, watch_instance> waiting_; ///< for an instance
  groups groups_;                                             ///< by instance; none is empty
  std::map<std::uint64_t, watch_idle> waiting_for_idle_;
  std::uint64_t questions_ = 0;
};

} // namespace pawl::actors
