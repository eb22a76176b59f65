// Weak references to all, strong ones to those used lately.
#include "actors/definitions.hpp"

namespace pawl::actors {

void definitions::set_limit(std::size_t bytes_max) {
  std::lock_guard lock(mutex_);
  kept_bytes_max_ = bytes_max;
}

definitions::workflow_ptr definitions::latest(const std::string& id) {
  dropped gone;
  std::lock_guard lock(mutex_);
  const auto at = latest_.find(id);
  if (at == latest_.end()) return nullptr;
  auto w = at->second.lock();
  if (w) keep(w, gone);
  return w;
}

definitions::workflow_ptr definitions::find(const std::string& hash, const std::string& id) {
  dropped gone;
  std::lock_guard lock(mutex_);
  const auto at = all_.find({hash, id});
  if (at == all_.end()) return nullptr;
  auto w = at->second.lock();
  if (w) keep(w, gone);
  return w;
}

definitions::workflow_ptr definitions::add(workflow_ptr w) {
  dropped gone;
  std::lock_guard lock(mutex_);
  return add_one(std::move(w), gone);
}

void definitions::saved(workflow_ptr w) {
  dropped gone;
  std::lock_guard lock(mutex_);
  ++changes_;
  std::erase_if(all_, [&](const auto& one) { // an id was adopted: its other versions are the owner's too
    if (one.first.second != w->id) return false;
    const auto other = one.second.lock();
    if (!other || other->owner == w->owner) return false;
    drop(other.get(), gone);
    gone.push_back(other);
    return true;
  });
  set_latest(add_one(std::move(w), gone), gone);
}

void definitions::forget_latest(const std::string& id) {
  std::lock_guard lock(mutex_);
  ++changes_;
  latest_.erase(id);
}

std::uint64_t definitions::changes() const {
  std::lock_guard lock(mutex_);
  return changes_;
}

definitions::workflow_ptr definitions::add_latest(workflow_ptr w, std::uint64_t changes) {
  dropped gone;
  std::lock_guard lock(mutex_);
  const auto shared = add_one(std::move(w), gone);
  if (changes == changes_) set_latest(shared, gone);
  return shared;
}

definitions::workflow_ptr definitions::add_one(workflow_ptr w, dropped& gone) {
  std::weak_ptr<const core::workflow>& known = all_[{w->hash, w->id}];
  auto shared = known.lock();
  if (!shared || shared->owner != w->owner) {
    shared = std::move(w);
    known = shared;
  } else {
    gone.push_back(std::move(w));
  }
  keep(shared, gone);
  if (all_.size() >= look_for_dead_at_) forget_dead();
  return shared;
}

void definitions::keep(const workflow_ptr& w, dropped& gone) {
  if (const auto at = places_.find(w.get()); at != places_.end()) {
    kept_.splice(kept_.begin(), kept_, at->second);
  } else {
    kept_.push_front(w);
    places_.emplace(w.get(), kept_.begin());
    kept_bytes_ += memory_bytes_of(*w);
  }
  while (kept_bytes_ > kept_bytes_max_ && kept_.size() > 1)
    drop(kept_.back().get(), gone);
}

void definitions::drop(const core::workflow* w, dropped& gone) {
  const auto at = places_.find(w);
  if (at == places_.end()) return;
  kept_bytes_ -= memory_bytes_of(*w);
  gone.push_back(std::move(*at->second));
  kept_.erase(at->second);
  places_.erase(at);
}

// Nobody starts the one before any more; instances that run hold it.
void definitions::set_latest(const workflow_ptr& w, dropped& gone) {
  std::weak_ptr<const core::workflow>& latest = latest_[w->id];
  if (const auto before = latest.lock(); before && before != w) {
    drop(before.get(), gone);
    gone.push_back(before);
  }
  latest = w;
}

void definitions::forget_dead() {
  std::erase_if(all_, [](const auto& one) { return one.second.expired(); });
  std::erase_if(latest_, [](const auto& one) { return one.second.expired(); });
  look_for_dead_at_ = 64 + 2 * all_.size();
}

} // namespace pawl::actors
