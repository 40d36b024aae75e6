#include "server/identity/trial_tokens.h"

#include "server/identity/keyed_token.h"

namespace qalam {

namespace {

constexpr char kTrialKind[] = "trial";

Status NoTrials(std::string_view why) { return MakeStatus(StatusCode::kUnauthenticated, why); }

}  // namespace

std::string MakeTrialToken(const std::string& server_key, const std::string& trial_uid) {
  return MakeKeyedToken(server_key, kTrialKind, trial_uid);
}

bool IsTrialToken(std::string_view bearer) { return IsKeyedToken(kTrialKind, bearer); }

StatusOr<IdentityPtr> IdentifyTrial(Store& store, const std::string& server_key,
                                    std::string_view bearer) {
  const auto uid = SubjectOf(server_key, kTrialKind, bearer);
  if (!uid) return NoTrials("this is no trial's token");
  ASSIGN_OR_RETURN(const auto trials, store.ListTrials({.uid = *uid, .with_metrics = false}));
  if (trials.empty()) return NoTrials("the trial of this token was deleted");
  const TrialRecord& trial = trials.front();
  if (IsTerminal(trial.state)) {
    return NoTrials(fmt::format("the trial {} has ended, and its token with it", trial.name));
  }
  ASSIGN_OR_RETURN(const auto experiments, store.ListExperiments({.uid = trial.experiment_uid}));
  if (experiments.empty()) return NoTrials("the experiment of this token was deleted");
  auto identity = std::make_shared<Identity>();
  identity->name = "trial " + trial.name;
  identity->trial_uid = *uid;
  identity->trial_name = trial.name;
  identity->trial_namespace = experiments.front().name_space;
  return IdentityPtr(std::move(identity));
}

}  // namespace qalam
