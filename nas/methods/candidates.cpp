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
  Judgement best_judgement{-1, 0};
  for (int64_t i = 0; i < context.settings.candidates; ++i) {
    Genotype candidate = draw(i);
    if (!seen.insert(PrintGenotype(candidate)).second) continue;
    const Judgement judgement = Judge(context, batches, ChoiceOf(candidate));
    if (!judgement.IsBetterThan(best_judgement)) continue;
    best_judgement = judgement;
    best = std::move(candidate);
  }
  return best;
}

}  // namespace qalam::nas
