// Shared, lock-protected tables of the actors.
#include "actors/services.hpp"

#include <caf/all.hpp>

namespace pawl::actors {

void node_pools::set(const type_ptr& type, std::vector<caf::actor> members) {
  std::lock_guard lock(mutex_);
  places_[type] = pools_.size();
  pools_.push_back({type, std::move(members), 0});
}

caf::actor node_pools::pick(const type_ptr& type) {
  std::lock_guard lock(mutex_);
  const auto at = places_.find(type);
  if (at == places_.end()) return nullptr;
  pool& p = pools_[at->second];
  return p.members[p.turn++ % p.members.size()];
}

bool node_pools::replace(const caf::actor_addr& dead, const std::function<caf::actor(const type_ptr&)>& make) {
  std::lock_guard lock(mutex_);
  for (pool& p : pools_)
    for (caf::actor& member : p.members)
      if (member.address() == dead) {
        member = make(p.type);
        return true;
      }
  return false;
}

std::vector<caf::actor> node_pools::members() const {
  std::lock_guard lock(mutex_);
  std::vector<caf::actor> all;
  for (const pool& p : pools_)
    all.insert(all.end(), p.members.begin(), p.members.end());
  return all;
}

std::vector<caf::actor> node_pools::clear() {
  std::vector<caf::actor> all = members();
  std::lock_guard lock(mutex_);
  pools_.clear();
  places_.clear();
  return all;
}

void secret_desks::set(const std::string& source, caf::actor desk) {
  std::lock_guard lock(mutex_);
  desks_[source] = std::move(desk);
}

caf::actor secret_desks::find(const std::string& source) const {
  std::lock_guard lock(mutex_);
  const auto at = desks_.find(source);
  return at == desks_.end() ? nullptr : at->second;
}

std::optional<std::string> secret_desks::source_of(const caf::actor_addr& dead) const {
  std::lock_guard lock(mutex_);
  for (const auto& [source, desk] : desks_)
    if (desk.address() == dead) return source;
  return std::nullopt;
}

std::vector<caf::actor> secret_desks::clear() {
  std::lock_guard lock(mutex_);
  std::vector<caf::actor> all;
  for (auto& [source, desk] : std::exchange(desks_, {}))
    all.push_back(desk);
  return all;
}

result<void> store_slot::reopen() {
  std::lock_guard lock(mutex_);
  if (!open_) return {}; // a store in memory would come back empty: it stays open
  store_.reset();
  auto opened = open_();
  if (!opened) return opened.failure();
  store_ = std::move(*opened);
  return {};
}

void store_slot::close() {
  std::lock_guard lock(mutex_);
  store_.reset();
}

// The supervisor hears of it before it hears that the store actor has died, and so does not open the store again.
void services::halt(const error& why) {
  if (!halted->set(why)) return;
  log("the runtime stops: " + to_string(why));
  stopping->store(true);
  room->close();
  slot.close();
  when_halted();
  caf::anon_send(supervisor.get(), stop_all{std::chrono::milliseconds(0), reply<void>([](const result<void>&) {})});
}

} // namespace pawl::actors
