#include "controller/kubernetes/cancellation.h"

namespace qalam::kubernetes {

void Cancellation::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  changed_.SignalAll();
  while (stop_ != nullptr) {
    // A request that has not yet got to its socket does not notice: it is told again.
    stop_();
    changed_.WaitFor(&mutex_, absl::Milliseconds(5));
  }
}

bool Cancellation::IsCancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

bool Cancellation::SleepFor(Duration duration) const {
  absl::MutexLock lock(&mutex_);
  return !changed_.WaitFor(&mutex_, duration, [this] {
    mutex_.AssertReaderHeld();
    return cancelled_;
  });
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
  cancellation_->changed_.SignalAll();
}

}  // namespace qalam::kubernetes
