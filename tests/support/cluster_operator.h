#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "controller/operators/kubernetes/kubernetes_operator.h"
#include "tests/support/kubernetes_cluster.h"

namespace qalam {

inline std::unique_ptr<kubernetes::Client> ClientOfCluster(const KubernetesCluster& cluster) {
  auto access = kubernetes::FindClusterAccess({.kubeconfig = cluster.kubeconfig()}, {});
  if (!access.ok()) throw std::runtime_error(Message(access.status()));
  auto client = kubernetes::Client::Create(*std::move(access));
  if (!client.ok()) throw std::runtime_error(Message(client.status()));
  return *std::move(client);
}

inline std::unique_ptr<TrialOperator> OperatorOfCluster(const KubernetesCluster& cluster,
                                                        const std::string& name_space) {
  return MakeKubernetesOperator(
      ClientOfCluster(cluster),
      {.name_space = name_space, .collector_image = "none", .grace_seconds = 0.3});
}

// A Job of one pod that is not started anew, around the container of a bare manifest.
inline void MakeClusterJob(Json& manifest) {
  manifest["apiVersion"] = "batch/v1";
  manifest["kind"] = "Job";
  manifest["spec"]["backoffLimit"] = 0;
  Json& pod = manifest["spec"]["template"]["spec"];
  pod["restartPolicy"] = "Never";
  pod["terminationGracePeriodSeconds"] = 2;
  pod["containers"][0]["image"] = "none";
}

}  // namespace qalam
