#pragma once

#include <memory>

#include "base/clock.h"
#include "controller/kubernetes/client.h"
#include "server/identity/authority.h"

namespace qalam {

// Bearer tokens of a Kubernetes cluster's users and service accounts. The cluster says by a
// TokenReview whose a token is, and by a SubjectAccessReview what they may do: who may get
// experiments.kubeflow.org in a namespace is a viewer of it, who may create them an editor, who may
// do everything with them an admin. Answers are kept for a short while. `clock` must outlive it.
std::shared_ptr<BearerVerifier> MakeKubernetesVerifier(std::unique_ptr<kubernetes::Client> client,
                                                       const Clock& clock);

// For how long the cluster's answers are taken for what is so.
inline constexpr Duration kReviewKept = absl::Seconds(10);

}  // namespace qalam
