// Runs trials as objects of a Kubernetes cluster, of any kind.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kubernetes/client.h"
#include "controller/operators/operator.h"

namespace qalam {

struct KubernetesOperatorOptions {
  // Where all trials run; empty: in their experiment's namespace, where that is "default" in the
  // one that the kubeconfig's context names.
  std::string name_space;
  std::string collector_image;  // has qalam-collector on its PATH
  double grace_seconds = 10;    // between TERM and KILL
  TrialTokenMaker trial_token;  // null: trials have none
  // The object in the cluster that a trial's object belongs to, as an ownerReference; null for
  // none.
  std::function<Json(const TrialJob&)> owner;
};

// The handle is the trial's folder. The job's object is created under the trial's name and watched;
// its conditions say how it ends. The command of the primary container runs under the collector,
// whose records come back through the container's log into the folder, in which they are as with
// processes of this machine.
std::unique_ptr<TrialOperator> MakeKubernetesOperator(std::unique_ptr<kubernetes::Client> client,
                                                      KubernetesOperatorOptions options);

}  // namespace qalam
