#include "controller/operators/operator_choice.h"

#include <algorithm>

#include "controller/operators/process_operator.h"

namespace qalam {

namespace {

StatusOr<std::unique_ptr<TrialOperator>> MakeProcess(const OperatorChoice& choice,
                                                     OperatorSurroundings surroundings) {
  return MakeProcessOperator({.collector_path = std::move(surroundings.collector_path),
                              .server_address = std::move(surroundings.server_address),
                              .capacity = choice.capacity,
                              .earlier_folders = std::move(surroundings.earlier_folders)});
}

constexpr OperatorEntry kOperators[] = {
    {"process", "processes of this machine", MakeProcess},
};

const OperatorEntry* FindOperator(const std::string& name) {
  const auto entry = std::find_if(std::begin(kOperators), std::end(kOperators),
                                  [&](const OperatorEntry& other) { return name == other.name; });
  return entry == std::end(kOperators) ? nullptr : entry;
}

}  // namespace

std::span<const OperatorEntry> Operators() { return kOperators; }

Status CheckOperatorName(const std::string& name) {
  if (FindOperator(name) != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (const auto& entry : kOperators) names.emplace_back(entry.name);
  return InvalidArgument("there is no operator \"{}\"; there is: {}", name, fmt::join(names, ", "));
}

StatusOr<std::unique_ptr<TrialOperator>> MakeOperator(const OperatorChoice& choice,
                                                      OperatorSurroundings surroundings) {
  RETURN_IF_ERROR(CheckOperatorName(choice.name));
  return FindOperator(choice.name)->make(choice, std::move(surroundings));
}

}  // namespace qalam
