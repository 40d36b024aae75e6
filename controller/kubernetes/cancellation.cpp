#include "controller/kubernetes/cancellation.h"

namespace qalam::kubernetes {

void Cancellation::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  const auto is_over = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stop_ == nullptr; };
  while (stop_ != nullptr) {
    // A request that has not yet got to its socket does not notice: it is told again.
    stop_();
    mutex_.AwaitWithTimeout(absl::Condition(&is_over), absl::Milliseconds(5));
  }
}

bool Cancellation::IsCancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

bool Cancellation::SleepFor(Duration duration) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
}

Cancellation::InFlight::InFlight(Cancellation* cancellation, std::function<void()> stop)
    : cancellation_(cancellation) {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->stop_ = std::move(stop);
}

Cancellation::InFlight::~InFlight() {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->stop_ = nullptr;
}

}  // namespace qalam::kubernetes
