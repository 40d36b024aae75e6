#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <set>
#include <string>
#include <thread>

#include "base/status.h"
#include "base/steady_cond_var.h"
#include "controller/experiment_gate.h"
#include "db/experiment_leases.h"

namespace qalam {

// Keeps this server joined to those that share a database, and takes over what is free. It counts
// on what it holds only until a second before another server could take it, by a clock that also
// runs while the machine sleeps.
class LeaseKeeper final : public ExperimentGate {
 public:
  // `takes_all`: every active experiment that nobody holds, else those alone that are wanted.
  LeaseKeeper(ExperimentLeases& leases, ServerPlace place, bool takes_all)
      : leases_(leases), place_(std::move(place)), takes_all_(takes_all) {}
  ~LeaseKeeper() override { Stop(); }

  // `gained` is called with each experiment that has become this server's, `renewed` after every
  // look at the leases, `changed` with what other servers have committed: that from a thread of its
  // own.
  Status Start(std::function<void(const std::string& experiment_uid)> gained,
               std::function<void()> renewed,
               std::function<void(const RemoteChanges& changes)> changed);
  // Gives all back, so that others need not wait. Idempotent.
  void Stop();

  bool Holds(const std::string& experiment_uid) override;
  void Want(const std::string& experiment_uid) override;

 private:
  Status Renew();
  void KeepRenewing();
  void KeepListening();

  ExperimentLeases& leases_;
  const ServerPlace place_;
  const bool takes_all_;
  std::function<void(const std::string&)> gained_;
  std::function<void()> renewed_;
  std::function<void(const RemoteChanges&)> changed_;

  absl::Mutex mutex_;
  SteadyCondVar wake_;  // of the thread that renews
  std::set<std::string> held_ ABSL_GUARDED_BY(mutex_);
  double held_until_ ABSL_GUARDED_BY(mutex_) = 0;  // seconds since boot
  std::set<std::string> wanted_ ABSL_GUARDED_BY(mutex_);
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;  // something is wanted that is not held
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread renewing_, listening_;
};

}  // namespace qalam
