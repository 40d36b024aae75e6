#include "cli/operator_flags.h"

namespace qalam {

OperatorChoice OperatorFlags::Choice() const {
  OperatorChoice choice;
  if (!name.empty()) choice.name = name;
  choice.capacity = capacity->Options();
  choice.slurm = slurm;
  choice.kubernetes = kubernetes;
  return choice;
}

bool OperatorFlags::AreGiven() const {
  return !name.empty() || capacity->Options().IsGiven() || slurm.AreGiven() ||
         kubernetes.AreGiven();
}

void AddOperatorFlags(CLI::App& verb, const std::shared_ptr<OperatorFlags>& flags) {
  std::string operators;
  for (const auto& entry : Operators()) {
    operators += fmt::format("{}{} ({})", operators.empty() ? "" : ", ", entry.name, entry.summary);
  }
  verb.add_option("--operator", flags->name,
                  fmt::format("The engine that runs trials: {}; by default {}", operators,
                              kDefaultOperator))
      ->check([](const std::string& name) { return Message(CheckOperatorName(name)); });
  AddCapacityFlags(verb, flags->capacity);
  verb.add_option("--slurm-partition", flags->slurm.partition,
                  "The partition of trials that name none, with --operator slurm");
  verb.add_option("--slurm-account", flags->slurm.account, "Likewise the account");
  verb.add_option("--slurm-qos", flags->slurm.qos, "Likewise the quality of service");
  verb.add_option("--kubeconfig", flags->kubernetes.kubeconfig,
                  "How to reach the cluster; by default as kubectl finds it");
  verb.add_option("--context", flags->kubernetes.context,
                  "Which of the kubeconfig's contexts; by default its current one");
  verb.add_option("--kubernetes-namespace", flags->kubernetes.name_space,
                  "Where all trials run with --operator kubernetes; by default in the experiment's "
                  "namespace, or the context's where that is \"default\"");
  verb.add_option("--collector-image", flags->kubernetes.collector_image,
                  "The image that trials have the metrics collector from; needed with --operator "
                  "kubernetes");
}

}  // namespace qalam
