// What the methods share that descend along the gradient by the architecture's weights.
#pragma once

#include "nas/methods/architecture_weights.h"
#include "nas/methods/search_method.h"

namespace qalam::nas {

// Each step first moves the architecture's weights against the gradient of the judging loss, by
// Adam, then the network's weights against that of the training loss (DARTS, algorithm 1).
class GradientMethod : public SearchMethod {
 public:
  torch::Tensor Step(const SearchStep& step) override;
  ArchitectureChoice Judged(int64_t epoch) override;
  Genotype Derive(int64_t epoch) override;
  std::vector<torch::Tensor> ArchitectureVariables() const override { return weights_.All(); }
  torch::Tensor ArchitectureLoss(const Batch& batch) override;
  void Save(torch::serialize::OutputArchive& archive) const override;
  void Load(torch::serialize::InputArchive& archive) override;

 protected:
  GradientMethod(const SearchContext& context, bool with_edges);

  // How the network is computed in a step; `purpose` keeps draws of one step apart.
  virtual ArchitectureChoice Relax(const SearchStep& step, std::string_view purpose);
  // By each of weights_.All(); undefined where nothing depends on it. By default that of the
  // judging loss alone, the first-order approximation (DARTS, section 2.3).
  virtual std::vector<torch::Tensor> ArchitectureGradient(const SearchStep& step);

  const SearchContext& context() const { return context_; }
  const ArchitectureWeights& weights() const { return weights_; }

 private:
  const SearchContext& context_;
  ArchitectureWeights weights_;
  std::unique_ptr<torch::optim::Adam> optimizer_;
};

}  // namespace qalam::nas
