// A way to search an architecture by weights that all architectures share.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "nas/methods/search_settings.h"
#include "nas/networks/supernet.h"
#include "nas/training/batches.h"

namespace qalam::nas {

// What a method works on. Its parts outlive the method.
struct SearchContext {
  CellSpace space;
  SearchSettings settings;
  torch::Device device = torch::kCPU;
  Supernet network{nullptr};
  std::shared_ptr<torch::optim::SGD> optimizer;  // of the network's weights
  // By these images architectures are chosen; the network's weights never learn from them.
  const Batches* judges = nullptr;
};

struct SearchStep {
  int64_t number = 0;  // over all epochs
  int64_t epoch = 0;
  double progress = 0;  // share of the epochs that are over, in [0, 1)
  Batch training;       // for the network's weights
  Batch judging;        // for the architecture
};

class SearchMethod {
 public:
  virtual ~SearchMethod() = default;

  // Learns from one batch of each kind; the loss on the training batch. Randomness depends on
  // (seed, step.number) alone, so that a resumed search goes on as the unbroken one would.
  virtual torch::Tensor Step(const SearchStep& step) = 0;
  // After the last step of `epoch`.
  virtual void EndEpoch(int64_t epoch) {}

  // The architecture, or mixture, by which the network is judged after `epoch`.
  virtual ArchitectureChoice Judged(int64_t epoch) = 0;
  // What the search answers after `epoch`.
  virtual Genotype Derive(int64_t epoch) = 0;

  // The weights that the architecture is relaxed to, and the loss by them; none where a method has
  // no such thing.
  virtual std::vector<torch::Tensor> ArchitectureVariables() const { return {}; }
  virtual torch::Tensor ArchitectureLoss(const Batch& batch) { return {}; }

  // All state but the network's weights and their optimiser. Load throws what libtorch throws.
  virtual void Save(torch::serialize::OutputArchive& archive) const {}
  virtual void Load(torch::serialize::InputArchive& archive) {}
};

// The mean cross-entropy of the network's answers.
torch::Tensor LossOf(const SearchContext& context, const Batch& batch,
                     const ArchitectureChoice& choice);
// One step of the network's weights; the loss before it.
torch::Tensor TrainWeights(const SearchContext& context, const Batch& batch,
                           const ArchitectureChoice& choice);
// How well the network answers.
struct Judgement {
  double accuracy = 0;  // share of right answers
  double loss = 0;      // mean cross-entropy

  // More right answers, or as many and surer of them: few images make many equals.
  bool IsBetterThan(const Judgement& other) const {
    return accuracy != other.accuracy ? accuracy > other.accuracy : loss < other.loss;
  }
};
// Normalisations use each batch's own statistics, for running averages would be those of other
// architectures.
Judgement Judge(const SearchContext& context, const std::vector<Batch>& batches,
                const ArchitectureChoice& choice);

// One function a file.
std::unique_ptr<SearchMethod> MakeDarts(const SearchContext& context);
std::unique_ptr<SearchMethod> MakeSecondOrderDarts(const SearchContext& context);
std::unique_ptr<SearchMethod> MakePcDarts(const SearchContext& context);
std::unique_ptr<SearchMethod> MakeGdas(const SearchContext& context);
std::unique_ptr<SearchMethod> MakeEnas(const SearchContext& context);
std::unique_ptr<SearchMethod> MakeRandomSearch(const SearchContext& context);

}  // namespace qalam::nas
