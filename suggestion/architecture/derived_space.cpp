#include "suggestion/architecture/derived_space.h"

#include "suggestion/architecture/chain_form.h"
#include "suggestion/architecture/nas_description.h"
#include "suggestion/architecture/one_shot_form.h"

namespace qalam {

namespace {

bool IsOneShot(const ExperimentSpec& spec) { return spec.algorithm.name == kOneShotAlgorithm; }

}  // namespace

std::vector<AlgorithmCatalog::AlgorithmFault> CheckNasConfig(const ExperimentSpec& spec) {
  const nas::ChainDescription description = DescribeChain(*spec.nas_config);
  std::vector<AlgorithmCatalog::AlgorithmFault> faults;
  for (const auto& fault : IsOneShot(spec) ? CheckOneShot(description) : CheckChain(description)) {
    faults.push_back({fault.operation, fault.message, AlgorithmCatalog::Part::kNasConfig});
  }
  if (IsOneShot(spec) && !spec.parameters.empty()) {
    faults.push_back(
        {-1,
         fmt::format("the algorithm {} takes no parameters beside nasConfig", kOneShotAlgorithm),
         AlgorithmCatalog::Part::kNasConfig});
  }
  return faults;
}

StatusOr<std::shared_ptr<const DerivedForm>> DeriveForm(const ExperimentSpec& spec) {
  const auto faults = CheckNasConfig(spec);
  if (!faults.empty()) return InvalidArgument("nasConfig: {}", faults.front().message);
  const nas::ChainDescription description = DescribeChain(*spec.nas_config);
  if (IsOneShot(spec)) {
    return MakeOneShotForm(description, spec.algorithm.settings);
  }
  ASSIGN_OR_RETURN(auto chain, nas::ChainSpace::Create(description));
  return MakeChainForm(std::move(chain));
}

}  // namespace qalam
