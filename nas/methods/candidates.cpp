#include "nas/methods/candidates.h"

#include <algorithm>
#include <set>

namespace qalam::nas {

namespace {

// Normalisation by a batch's own statistics is the steadier the larger the batch.
constexpr int64_t kJudgingBatch = 512;

}  // namespace

Genotype BestCandidate(const SearchContext& context,
                       const std::function<Genotype(int64_t candidate)>& draw) {
  const std::vector<Batch> batches = context.judges->All(kJudgingBatch);
  std::set<std::string> seen;
  Genotype best;
  double best_accuracy = -1;
  for (int64_t i = 0; i < context.settings.candidates; ++i) {
    Genotype candidate = draw(i);
    if (!seen.insert(PrintGenotype(candidate)).second) continue;
    const double accuracy = AccuracyOf(context, batches, ChoiceOf(candidate));
    if (accuracy <= best_accuracy) continue;
    best_accuracy = accuracy;
    best = std::move(candidate);
  }
  return best;
}

}  // namespace qalam::nas
