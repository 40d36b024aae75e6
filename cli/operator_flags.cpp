#include "cli/operator_flags.h"

namespace qalam {

OperatorChoice OperatorFlags::Choice() const {
  OperatorChoice choice;
  if (!name.empty()) choice.name = name;
  choice.capacity = capacity->Options();
  return choice;
}

bool OperatorFlags::AreGiven() const { return !name.empty() || capacity->Options().IsGiven(); }

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
}

}  // namespace qalam
