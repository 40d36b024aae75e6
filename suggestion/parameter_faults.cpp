#include "suggestion/parameter_faults.h"

#include <map>

#include "suggestion/search_space.h"

namespace qalam {

std::vector<AlgorithmCatalog::AlgorithmFault> CheckParameters(
    const std::vector<Parameter>& parameters) {
  constexpr auto kPart = AlgorithmCatalog::Part::kParameters;
  std::vector<AlgorithmCatalog::AlgorithmFault> faults;
  std::map<std::string, Dimension> sound;
  for (size_t i = 0; i < parameters.size(); ++i) {
    auto dimension = Dimension::Create(parameters[i]);
    if (dimension.ok()) {
      sound.emplace(parameters[i].name, *std::move(dimension));
    } else {
      faults.push_back({static_cast<int>(i), Message(dimension.status()), kPart, "feasibleSpace"});
    }
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].active_when) continue;
    const auto parent = sound.find(parameters[i].active_when->parameter);
    if (parent == sound.end()) continue;
    const Status status = ActiveAt(parameters[i], parent->second).fault;
    if (status.ok()) continue;
    faults.push_back({static_cast<int>(i), Message(status), kPart, "activeWhen"});
  }
  return faults;
}

}  // namespace qalam
