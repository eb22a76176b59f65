// The answer that a caller outside the actors waits for. Exactly one answer comes: the first; and when the last copy of
// the reply goes unanswered (an actor died with it), the caller gets an error instead of waiting for ever.
#pragma once

#include <pawl/result.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace pawl::actors {

template <class T> class reply {
public:
  using receiver = std::function<void(result<T>)>;

  reply() = default;
  explicit reply(receiver receive) : state_(std::make_shared<state>(std::move(receive))) {}

  void operator()(result<T> answer) const {
    if (state_) state_->answer(std::move(answer));
  }
  explicit operator bool() const { return state_ != nullptr; }

private:
  struct state {
    explicit state(receiver r) : receive(std::move(r)) {}
    ~state() {
      if (answered) return;
      try {
        receive(error{errc::stopped, "the runtime stopped before it answered; ask again after the next open", ""});
      } catch (const std::bad_alloc&) {
        receive(error{errc::stopped, "out of memory", ""}); // short enough for no heap
      }
    }
    void answer(result<T> given) {
      if (!answered.exchange(true)) receive(std::move(given));
    }
    receiver receive;
    std::atomic<bool> answered{false};
  };
  std::shared_ptr<state> state_;
};

} // namespace pawl::actors
