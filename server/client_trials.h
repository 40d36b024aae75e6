// The calls of clients that run trials themselves, and of people who add trials by hand, between
// the messages and the controller.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/proto/qalam_v1.pb.h"
#include "base/clock.h"
#include "controller/controller.h"
#include "controller/worker_pool.h"
#include "db/store.h"
#include "server/document_cache.h"
#include "server/find.h"
#include "server/known_experiments.h"
#include "server/metrics.h"

namespace qalam {

// Thread-safe; no call blocks for longer than a read of the store. Each fills in its reply and then
// calls `done` exactly once, from any thread; request and reply must live until then.
class ClientTrials {
 public:
  using Done = std::function<void(const Status&)>;

  // `controller` is null where none runs: every call is FAILED_PRECONDITION then.
  ClientTrials(Store& store, Controller* controller, const Clock& clock, DocumentCache& documents);

  // Whether the caller, who was allowed to ask, still is. It may read the store.
  using StillGood = std::function<Status()>;

  // What to call when nobody waits for the answer any more; may be empty. `still_good` is asked
  // before a call that has waited is given trials.
  std::function<void()> Ask(const v1::AskTrialsRequest& request, v1::AskTrialsReply& reply,
                            StillGood still_good, Done done);
  void Tell(const v1::TellTrialRequest& request, v1::Trial& reply, Done done);
  void TellMany(const v1::TellTrialsRequest& request, v1::TellTrialsReply& reply, Done done);
  void Renew(const v1::RenewLeasesRequest& request, v1::RenewLeasesReply& reply, Done done);
  void Add(const v1::AddTrialRequest& request, v1::Trial& reply, Done done);
  // The holder of the lease has reported: it lives.
  void Heard(const HeardTrial& heard);

 private:
  using Told = std::function<void(StatusOr<v1::Trial>)>;
  struct AskState;
  struct RenewState;

  Status CheckController() const;
  void StartAsk(const v1::AskTrialsRequest& request, v1::AskTrialsReply& reply, const Done& done,
                const std::shared_ptr<AskState>& state, bool is_second_try);
  // Calls `done` with what `state` says of the caller.
  void CheckWaited(const AskState& state, const Done& done);
  void StartTell(const v1::TellTrialRequest& request, const Told& told);
  void TellByStore(const v1::TellTrialRequest& request, const Told& told);
  Status CheckAgainstEnd(const FoundTrial& found, const TellCall& call);
  StatusOr<std::vector<Assignment>> CheckPoint(const ExperimentRecord& experiment,
                                               const v1::AddTrialRequest& request);

  Store& store_;
  Controller* const controller_;
  const Clock& clock_;
  DocumentCache& documents_;
  KnownExperiments known_;
  // For what reads the store, so that the controller's thread, which answers, does not wait for it.
  WorkerPool readers_;
};

}  // namespace qalam
