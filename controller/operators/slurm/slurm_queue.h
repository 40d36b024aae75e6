// What Slurm says of all jobs at work, asked for in one call for all of them.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/steady_cond_var.h"
#include "controller/operators/slurm/slurm_client.h"

namespace qalam::slurm {

// What the last answer says of a name.
struct Sight {
  bool is_known = false;  // Slurm was asked since the name was tracked
  bool answers = false;   // and has answered
  std::string absence;    // why it has not
  std::vector<QueueEntry> entries;
};

// Thread-safe. Asks from a thread of its own, as long as there is anything to ask for.
class SlurmQueue {
 public:
  // `changed` is called from that thread with the name of each job of which Slurm says something
  // for the first time since it was tracked, or something else than before. `client` must outlive
  // it.
  SlurmQueue(const SlurmClient& client, const SlurmOptions& options,
             std::function<void(const std::string& job_name)> changed);
  ~SlurmQueue();
  SlurmQueue(const SlurmQueue&) = delete;
  SlurmQueue& operator=(const SlurmQueue&) = delete;

  // `job_id` may be 0. A name that is tracked already is asked for anew.
  void Track(const std::string& job_name, int64_t job_id);
  void Forget(const std::string& job_name);
  Sight Look(const std::string& job_name) const;
  // Waits until Slurm was asked since the name was tracked.
  Sight WaitFor(const std::string& job_name);
  // What came of the last question.
  Status LastAnswer() const;
  // Asks soon.
  void Hurry();

 private:
  struct Tracked {
    int64_t job_id = 0;
    uint64_t first_round = 0;  // the first one that asks for it
    std::vector<QueueEntry> entries;
  };

  void Run();
  void Ask();
  // Adds what accounting knows of those that squeue does not.
  void AddAccounted(const std::map<std::string, int64_t>& asked,
                    std::map<std::string, std::vector<QueueEntry>>& found);

  const SlurmClient& client_;
  const absl::Duration interval_, shortest_interval_;
  const std::function<void(const std::string&)> changed_;
  bool has_accounting_ = true;  // as far as is known; of the thread alone
  mutable absl::Mutex mutex_;
  SteadyCondVar wake_;  // the thread, which is in a hurry or to end
  std::map<std::string, Tracked> tracked_ ABSL_GUARDED_BY(mutex_);
  uint64_t rounds_begun_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t rounds_ended_ ABSL_GUARDED_BY(mutex_) = 0;
  Status answer_ ABSL_GUARDED_BY(mutex_);
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace qalam::slurm
