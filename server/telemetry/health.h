// Whether a server can do its work, part by part.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "controller/controller.h"
#include "controller/operators/operator.h"
#include "db/store.h"

namespace qalam {

struct PartHealth {
  std::string part;  // store, controller or operator
  Status status;     // why it is not ready
};

class Health {
 public:
  // `controller` is null where none runs. All must outlive it.
  Health(Store& store, TrialOperator& trial_operator, const Controller* controller,
         const Clock& clock)
      : store_(store), operator_(trial_operator), controller_(controller), clock_(clock) {}

  // Every part, now.
  std::vector<PartHealth> Check() const;

 private:
  Store& store_;
  TrialOperator& operator_;
  const Controller* const controller_;
  const Clock& clock_;
};

bool IsReady(const std::vector<PartHealth>& parts);

// Asks again and again from a thread of its own, and tells what has changed.
class HealthWatch {
 public:
  HealthWatch(const Health& health, std::function<void(bool is_ready)> tell);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

 private:
  void Run();

  const Health& health_;
  const std::function<void(bool)> tell_;
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace qalam
