// Progress as it is committed: one instance from a revision on, without a gap, or all instances from now on.
#pragma once

#include <pawl/export.hpp>
#include <pawl/instance.hpp>
#include <pawl/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pawl {

/// Told after the commit that made it true.
struct instance_event {
  std::string instance_id;
  history_entry entry; ///< without the output
  /// After this revision. Of one that was read back from the store: only if it is the instance's last one.
  std::optional<instance_status> status;
  std::string next_node; ///< where it stands now; empty when it completed, or when `status` is not there
  /// Not 0: this is no event but a gap, and nothing else is set. So many events, of whatever instances, were dropped
  /// here because queue_max others were waiting to be taken; what they were is in runtime::history. Never with
  /// subscribe_options::instance_id.
  std::uint64_t missed = 0;
};

struct subscribe_options {
  /// Events of this instance only; it need not exist yet. Never has a gap: what was not kept for a slow subscriber is
  /// read from the store. Ends with the instance: of another one that gets its id after it was removed nothing is told.
  /// Empty: of all instances, from now on.
  std::string instance_id;
  /// With instance_id: only events of a later revision, those that are on disk already first. 0: from the beginning.
  std::int64_t after_revision = 0;
  /// How many events are kept until they are taken; at least 1.
  std::size_t queue_max = 10'000;
};

/// Events of one instance come in the order of its revisions, each once. Events of different instances come in the
/// order of their commits, or nearly. Movable, not copyable; may outlive its runtime. next() is for one thread at a
/// time, close() for any.
class PAWL_API subscription {
public:
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription(); ///< As close(), when no thread is inside next() any more.

  /// The next event; nothing when none came within `timeout`. After the runtime stopped: what is left, then the error
  /// `stopped`. Other errors, with instance_id only: `corrupt`, `storage`; asking again is fine.
  result<std::optional<instance_event>> next(std::chrono::milliseconds timeout);

  /// Makes next() answer `stopped`, also where it waits.
  void close();

  class impl;
  explicit subscription(std::unique_ptr<impl> inner);

private:
  std::unique_ptr<impl> impl_;
};

} // namespace pawl
