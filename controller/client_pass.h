// Takes in, within one reconciliation, what clients called: see client_calls.h.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/draft.h"
#include "controller/experiment_run.h"
#include "db/store.h"

namespace qalam {

// Used in this order: TakeCalls, HandOut, and, once the draft is committed and applied, Finish.
// Nothing in `run` changes before Finish, so that a pass that fails is simply made again.
class ClientPass {
 public:
  ClientPass(ExperimentRun& run, Draft& draft, Store& store, Time now)
      : run_(run), draft_(draft), store_(store), now_(now) {}

  // What was told, leases that were renewed or have ended, trials added or stopped by hand; and the
  // end of all trials that clients run, when the experiment ends.
  Status TakeCalls();
  // Lets trials go to those who run them: waiting ones by number, then `proposed`, in order.
  // Returns how many of the proposed were wanted; those are created.
  size_t HandOut(std::vector<TrialRecord> proposed);
  // Answers every call that is done with.
  void Finish();
  // When the run must be looked at again although nothing is heard: a lease ends, or an asker's
  // patience. InfiniteFuture when neither will.
  Time NextWake() const;

 private:
  Status TakeTell(const TellCall& call);
  void TakeRenewal(const RenewCall& call);
  void TakeAddition(const AddCall& call);
  void TakeStop(const StopCall& call);
  Status EndLeases();
  void KillAll();
  size_t HandToOperator(std::vector<TrialRecord> proposed);
  size_t HandToClients(std::vector<TrialRecord> proposed);
  void RepeatAnswers();
  void RefuseOverdue();
  std::vector<TrialRecord> Waiting(int64_t most) const;
  void Give(const AskCall& call, std::vector<TrialRecord> trials);
  void Serve(const AskCall& call, StatusOr<AskAnswer> answer);
  // Answers the call with the value in Finish.
  template <typename Call, typename Value>
  void Reply(const Call& call, Value value);
  bool IsServed(const AskCall& call) const { return served_.contains(call.id); }
  // As the plan will see it, with what is asked for still.
  ExperimentSnapshot Snapshot() const;

  ExperimentRun& run_;
  Draft& draft_;
  Store& store_;
  const Time now_;
  std::set<uint64_t> served_;               // ids of asks
  std::map<std::string, Time> lease_ends_;  // by trial uid: leases that begin or go on
  std::vector<std::function<void()>> replies_;
};

// The experiment has ended, or, with an error, cannot be had: nobody waits any longer.
void AnswerRest(ExperimentRun& run, const Status& status);

}  // namespace qalam
