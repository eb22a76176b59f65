// Calling asynchronous executors, and the answers that come later.
#include "nodes/attempt_context.hpp"

#include <atomic>

namespace pawl {
namespace nodes {

// All that an asynchronous attempt needs for as long as somebody may ask for it.
struct shared_attempt {
  shared_attempt(std::shared_ptr<const execution> what, execution_limits allowed, granted_secrets granted)
      : run(std::move(what)), limits(std::move(allowed)), secrets(std::move(granted)), inside(*run, limits, secrets),
        context(inside) {}

  std::shared_ptr<const execution> run;
  execution_limits limits;
  granted_secrets secrets;
  attempt inside;
  attempt_context context;
};

} // namespace nodes

class PAWL_LOCAL completion::state {
public:
  state(std::shared_ptr<nodes::shared_attempt> of, std::function<void(nodes::executed)> done)
      : of_(std::move(of)), done_(std::move(done)) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (!answered_) give(outcome::fail("the executor dropped its completion without an answer", "NoAnswer"));
  }

  bool answer(outcome given) {
    if (answered_.exchange(true)) return false;
    const bool wanted = !nodes::is_stopping(*of_->run) && !nodes::is_unheard(*of_->run);
    nodes::count_if_late(*of_->run);
    give(std::move(given));
    return wanted;
  }
  bool is_cancelled() const { return nodes::is_cancelled(*of_->run); }

private:
  void give(outcome given) { done_(of_->inside.answer(std::move(given))); }

  std::shared_ptr<nodes::shared_attempt> of_;
  std::function<void(nodes::executed)> done_;
  std::atomic<bool> answered_{false};
};

bool completion::complete(outcome answer) const { return state_->answer(std::move(answer)); }
bool completion::is_cancelled() const { return state_->is_cancelled(); }

namespace nodes {

void execute_async(std::shared_ptr<const execution> run, const execution_limits& limits, granted_secrets secrets,
                   std::function<void(executed)> done) {
  if (is_stopping(*run)) return done(abandoned_attempt());
  auto of = std::make_shared<shared_attempt>(std::move(run), limits, std::move(secrets));
  if (!of->inside.data()) return done(*of->inside.data_failure());
  const auto state = std::make_shared<completion::state>(of, std::move(done));
  const completion answer(state);
  const auto thrown =
      thrown_by([&] { of->inside.type().execute_async(std::shared_ptr<node_context>(of, &of->context), answer); });
  if (thrown) answer.complete(*thrown);
}

} // namespace nodes
} // namespace pawl
