#include "server/client_trials.h"

#include <absl/synchronization/mutex.h>

#include <atomic>
#include <cmath>

#include "api/convert.h"
#include "base/uid.h"
#include "controller/experiment_run.h"
#include "controller/tell.h"
#include "server/client_requests.h"
#include "server/messages.h"
#include "suggestion/point_faults.h"
#include "suggestion/registry.h"

namespace qalam {

namespace {

// Calls `done` once as many parts have ended as were begun, with the first error.
class Parts {
 public:
  Parts(int count, ClientTrials::Done done) : left_(count), done_(std::move(done)) {}
  void End(const Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      status_.Update(status);
      if (--left_ > 0) return;
    }
    done_(status_);
  }

 private:
  absl::Mutex mutex_;
  int left_ ABSL_GUARDED_BY(mutex_);
  Status status_;
  const ClientTrials::Done done_;
};

v1::ExperimentName ExperimentNameOf(const v1::TrialName& trial) {
  v1::ExperimentName name;
  name.set_namespace_(trial.namespace_());
  name.set_name(ExperimentOfTrial(trial.name()));
  return name;
}

void PutStop(const std::string& reason, std::string message, v1::RenewLeasesReply::Answer& answer) {
  answer.set_should_stop(true);
  answer.set_reason(reason);
  answer.set_message(std::move(message));
}

void PutAnswer(const RenewCall::Answer& found, v1::RenewLeasesReply::Answer& answer) {
  switch (found.outcome) {
    case RenewCall::Outcome::kHeld:
      answer.set_held(true);
      *answer.mutable_expires() = ToProto(found.expires);
      if (!found.stop_reason.empty()) PutStop(found.stop_reason, found.stop_message, answer);
      return;
    case RenewCall::Outcome::kLost:
      return PutStop("LeaseLost",
                     fmt::format("its lease had ended, and \"{}\" has the trial now", found.worker),
                     answer);
    case RenewCall::Outcome::kNotActive:
      return PutStop("TrialEnded", "the trial has ended", answer);
  }
}

}  // namespace

struct ClientTrials::AskState {
  AskState(StillGood still_good, Time begin) : still_good(std::move(still_good)), begin(begin) {}

  const StillGood still_good;
  const Time begin;
  absl::Mutex mutex;
  std::string experiment_uid ABSL_GUARDED_BY(mutex);
  uint64_t id ABSL_GUARDED_BY(mutex) = 0;
};

ClientTrials::ClientTrials(Store& store, Controller* controller, const Clock& clock,
                           DocumentCache& documents)
    : store_(store),
      controller_(controller),
      clock_(clock),
      documents_(documents),
      known_(store),
      readers_(controller == nullptr ? 0 : 1) {}

Status ClientTrials::CheckController() const {
  if (controller_ != nullptr) return absl::OkStatus();
  return FailedPrecondition("no controller runs here; ask a server: qalam serve");
}

std::function<void()> ClientTrials::Ask(const v1::AskTrialsRequest& request,
                                        v1::AskTrialsReply& reply, StillGood still_good,
                                        Done done) {
  Status status = CheckController();
  status.Update(CheckAsk(request));
  if (!status.ok()) {
    done(status);
    return nullptr;
  }
  auto state = std::make_shared<AskState>(std::move(still_good), clock_.Now());
  StartAsk(request, reply, done, state, /*is_second_try=*/false);
  return [this, state] {
    absl::MutexLock lock(&state->mutex);
    if (state->id != 0) controller_->CancelAsk(state->experiment_uid, state->id);
  };
}

void ClientTrials::StartAsk(const v1::AskTrialsRequest& request, v1::AskTrialsReply& reply,
                            const Done& done, const std::shared_ptr<AskState>& state,
                            bool is_second_try) {
  const auto found = known_.Find(request.experiment());
  if (!found.ok()) return done(found.status());
  const auto experiment = *found;
  if (IsTerminal(experiment->state)) {
    reply.set_exhausted(true);
    reply.set_reason(experiment->reason);
    reply.set_message(experiment->message);
    return done(absl::OkStatus());
  }
  AskCall call = MakeAsk(request, clock_.Now());
  if (call.lease.empty()) call.lease = NewUid();
  call.answer = [=, this, &request, &reply, lease = call.lease,
                 seconds = call.lease_seconds](StatusOr<AskAnswer> answer) {
    if (answer.status().code() == StatusCode::kNotFound && !is_second_try) {
      // It was deleted; another may have its name now.
      known_.Forget(*experiment);
      readers_.Run([=, this, &request, &reply] {
        StartAsk(request, reply, done, state, /*is_second_try=*/true);
      });
      return;
    }
    if (!answer.ok()) return done(answer.status());
    if (answer->exhausted) known_.Forget(*experiment);
    for (const auto& trial : answer->trials) *reply.add_trials() = ToMessage(trial, *experiment);
    if (!answer->trials.empty()) {
      reply.set_lease(lease);
      reply.set_lease_seconds(seconds);
    }
    reply.set_exhausted(answer->exhausted);
    reply.set_reason(answer->reason);
    reply.set_message(answer->message);
    if (answer->trials.empty()) return done(absl::OkStatus());
    CheckWaited(*state, done);
  };
  absl::MutexLock lock(&state->mutex);
  state->experiment_uid = experiment->uid;
  state->id = controller_->Ask(experiment->uid, std::move(call));
}

void ClientTrials::CheckWaited(const AskState& state, const Done& done) {
  // As long as a token's revocation may go unnoticed anyway.
  constexpr Duration kNoWait = absl::Seconds(1);
  if (clock_.Now() - state.begin < kNoWait) return done(absl::OkStatus());
  // The trials of one that may have none any more are given to others once their lease ends.
  readers_.Run([still_good = state.still_good, done] { done(still_good()); });
}

void ClientTrials::Tell(const v1::TellTrialRequest& request, v1::Trial& reply, Done done) {
  StartTell(request, [&reply, done = std::move(done)](StatusOr<v1::Trial> trial) {
    if (trial.ok()) reply = *std::move(trial);
    done(trial.status());
  });
}

void ClientTrials::TellMany(const v1::TellTrialsRequest& request, v1::TellTrialsReply& reply,
                            Done done) {
  if (const Status status = CheckTellMany(request); !status.ok()) return done(status);
  if (request.trials().empty()) return done(absl::OkStatus());
  const auto parts = std::make_shared<Parts>(request.trials_size(), std::move(done));
  for (int i = 0; i < request.trials_size(); ++i) reply.add_answers();
  for (int i = 0; i < request.trials_size(); ++i) {
    auto* answer = reply.mutable_answers(i);
    StartTell(request.trials(i), [parts, answer](StatusOr<v1::Trial> trial) {
      answer->set_code(static_cast<int>(trial.status().code()));
      if (trial.ok()) {
        *answer->mutable_trial() = *std::move(trial);
      } else {
        answer->set_message(Message(trial.status()));
      }
      parts->End(absl::OkStatus());
    });
  }
}

void ClientTrials::StartTell(const v1::TellTrialRequest& request, const Told& told) {
  Status status = CheckController();
  status.Update(CheckTell(request));
  if (!status.ok()) return told(status);
  const auto by_store = [this, &request, told] {
    readers_.Run([this, &request, told] { TellByStore(request, told); });
  };
  const auto found = known_.Find(ExperimentNameOf(request.trial()));
  const auto number =
      found.ok() ? NumberOfTrial(**found, request.trial().name()) : std::optional<int64_t>();
  if (!number) return by_store();
  TellCall call = MakeTell(request, clock_.Now());
  call.trial_uid = TrialUid(**found, *number);
  call.answer = [experiment = *found, by_store, told](StatusOr<TrialRecord> trial) {
    if (trial.status().code() == StatusCode::kNotFound) return by_store();
    if (!trial.ok()) return told(trial.status());
    told(ToMessage(*trial, *experiment));
  };
  controller_->Tell((*found)->uid, std::move(call));
}

// The trial is not active as far as is known: it has ended, or its experiment is another one.
void ClientTrials::TellByStore(const v1::TellTrialRequest& request, const Told& told) {
  auto found = FindTrial(store_, request.trial());
  if (!found.ok()) return told(found.status());
  TellCall call = MakeTell(request, clock_.Now());
  if (IsTerminal(found->trial.state)) {
    const Status status = CheckAgainstEnd(*found, call);
    return told(status.ok() ? StatusOr<v1::Trial>(ToMessage(found->trial, found->experiment))
                            : status);
  }
  known_.Forget(found->experiment);
  call.trial_uid = found->trial.uid;
  const auto experiment = std::make_shared<const ExperimentRecord>(std::move(found->experiment));
  call.answer = [experiment, told](StatusOr<TrialRecord> trial) {
    if (trial.status().code() == StatusCode::kNotFound) {
      return told(Unavailable("the trial is just ending; try again"));
    }
    if (!trial.ok()) return told(trial.status());
    told(ToMessage(*trial, *experiment));
  };
  controller_->Tell(experiment->uid, std::move(call));
}

Status ClientTrials::CheckAgainstEnd(const FoundTrial& found, const TellCall& call) {
  ASSIGN_OR_RETURN(const auto entry, documents_.Get(found.experiment, false));
  const TrialRecord& trial = found.trial;
  if (IsSameAnswer(entry->document.spec, trial, call)) return absl::OkStatus();
  return FailedPrecondition(
      "trial {} has already ended: {}{} ({})", trial.name, Name(trial.state),
      trial.objective_value ? fmt::format(" with {}", *trial.objective_value) : "", trial.message);
}

void ClientTrials::Renew(const v1::RenewLeasesRequest& request, v1::RenewLeasesReply& reply,
                         Done done) {
  Status status = CheckController();
  status.Update(CheckRenew(request));
  if (!status.ok()) return done(status);
  // One call for each experiment, with the place of each item in the reply.
  struct Group {
    std::shared_ptr<const ExperimentRecord> experiment;
    RenewCall call;
    std::vector<v1::RenewLeasesReply::Answer*> answers;
  };
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (int i = 0; i < request.leases_size(); ++i) reply.add_answers();
  for (int i = 0; i < request.leases_size(); ++i) {
    const auto& lease = request.leases(i);
    auto* answer = reply.mutable_answers(i);
    *answer->mutable_trial() = lease.trial();
    const auto name = ExperimentNameOf(lease.trial());
    auto [entry, is_new] = groups.try_emplace({name.namespace_(), name.name()});
    Group& group = entry->second;
    if (is_new) {
      const auto found = known_.Find(name);
      if (found.ok()) group.experiment = *found;
    }
    const auto number = group.experiment == nullptr
                            ? std::optional<int64_t>()
                            : NumberOfTrial(*group.experiment, lease.trial().name());
    if (!number) {
      PutStop("NotFound", "there is no such trial", *answer);
      continue;
    }
    group.call.items.push_back({TrialUid(*group.experiment, *number), lease.lease()});
    group.answers.push_back(answer);
  }
  std::erase_if(groups, [](const auto& entry) { return entry.second.answers.empty(); });
  if (groups.empty()) return done(absl::OkStatus());
  const auto parts = std::make_shared<Parts>(static_cast<int>(groups.size()), std::move(done));
  for (auto& [name, group] : groups) {
    const auto experiment = group.experiment;
    group.call.answer = [this, parts, experiment, answers = std::move(group.answers)](
                            StatusOr<std::vector<RenewCall::Answer>> found) {
      if (found.status().code() == StatusCode::kNotFound) {
        known_.Forget(*experiment);
        for (auto* answer : answers) PutStop("NotFound", "there is no such trial", *answer);
        return parts->End(absl::OkStatus());
      }
      if (!found.ok()) return parts->End(found.status());
      for (size_t i = 0; i < answers.size(); ++i) PutAnswer((*found)[i], *answers[i]);
      parts->End(absl::OkStatus());
    };
    controller_->Renew(experiment->uid, std::move(group.call));
  }
}

void ClientTrials::Heard(const HeardTrial& heard) {
  if (controller_ == nullptr) return;
  controller_->Renew(heard.experiment_uid,
                     {.items = {{heard.trial_uid, heard.lease}}, .answer = nullptr});
}

StatusOr<std::vector<Assignment>> ClientTrials::CheckPoint(const ExperimentRecord& experiment,
                                                           const v1::AddTrialRequest& request) {
  ASSIGN_OR_RETURN(const auto entry, documents_.Get(experiment, false));
  const ExperimentSpec& spec = entry->document.spec;
  const auto* algorithm = FindAlgorithm(spec.algorithm.name);
  if (algorithm != nullptr && algorithm->capabilities.one_shot) {
    return FailedPrecondition("the trial of {} searches by itself; none can be added",
                              spec.algorithm.name);
  }
  ASSIGN_OR_RETURN(const auto space, SearchSpace::ForExperiment(spec));
  std::vector<Assignment> parameters;
  for (const auto& one : request.parameters()) parameters.push_back({one.name(), one.value()});
  const auto faults = PointFaults(space, parameters);
  if (!faults.empty()) return InvalidArgument("{}", ListedFaults(faults));
  ASSIGN_OR_RETURN(const auto point, space.Parse(parameters));
  return space.Format(point);
}

void ClientTrials::Add(const v1::AddTrialRequest& request, v1::Trial& reply, Done done) {
  if (const Status status = CheckController(); !status.ok()) return done(status);
  auto found = FindExperiment(store_, request.experiment());
  if (!found.ok()) return done(found.status());
  const auto experiment = std::make_shared<const ExperimentRecord>(*std::move(found));
  if (IsTerminal(experiment->state)) {
    return done(FailedPrecondition("experiment {} has already ended: {}", experiment->name,
                                   Name(experiment->state)));
  }
  auto parameters = CheckPoint(*experiment, request);
  if (!parameters.ok()) return done(parameters.status());
  AddCall call{.parameters = *std::move(parameters)};
  call.answer = [experiment, &reply, done = std::move(done)](StatusOr<TrialRecord> trial) {
    if (trial.ok()) reply = ToMessage(*trial, *experiment);
    done(trial.status());
  };
  controller_->AddTrial(experiment->uid, std::move(call));
}

}  // namespace qalam
