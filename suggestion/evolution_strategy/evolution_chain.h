#pragma once

#include <map>
#include <vector>

#include "suggestion/evolution_strategy/category_distribution.h"
#include "suggestion/evolution_strategy/generation_ledger.h"
#include "suggestion/evolution_strategy/restart.h"
#include "suggestion/evolution_strategy/search_distribution.h"
#include "suggestion/evolution_strategy/stopping.h"

namespace qalam {

struct EvolutionOptions {
  int population = 0;
  double step_size = 0;
  RestartStrategy restarts = RestartStrategy::kNone;
  uint64_t seed = 0;
};

// The state of the search at the opening of a generation.
struct SearchState {
  GenerationKey key;
  RunPlan plan;
  SearchDistribution numbers;
  CategoryDistribution categories;
  int64_t evaluations = 0;  // in this run
  size_t queue_used = 0;    // of the ledger's queue
  size_t record_begin = 0;  // of this run in the chain's records
  size_t record_end = 0;
};

// The distributions of a CMA-ES from generation to generation, under evaluations that wait for
// nobody.
//
// The rule. A generation closes once `population` of its trials have ended, and the next one is
// made from all of its trials that have, be they more: its constants are those of their number. So
// parallel workers are never idle, and every trial counts where it was drawn. A straggler that ends
// after its generation has closed still counts there, and the generations since are made anew. The
// state is thus a function of the set of results: order of arrival, cuts into calls and restarts of
// the process, also in mid-generation, change nothing. Kept are the states of the last few
// generations and every so many before, so that a straggler costs but a few updates.
class EvolutionChain {
 public:
  // `space` must outlive this.
  EvolutionChain(const LatentSpace& space, const EvolutionOptions& options);

  void Add(Member member, std::optional<GenerationKey> label) {
    ledger_.Add(std::move(member), label);
  }
  void AddEarlier(Member member);  // a warm start
  // The open generation. Brings the chain up to date with what was added.
  const SearchState& Current();

  // The `draw`-th draw of a trial number. One that falls outside of the cube is replaced a few
  // times; what still lies outside is for the caller to bring back.
  LatentPoint Draw(const SearchState& state, int64_t number, int draw) const;

 private:
  SearchState Start() const;
  void BeginRun(SearchState& state) const;
  bool Advance();
  void KeepStates();
  const StrategyParameters& ParametersFor(int population);
  // Whether all continuous coordinates lie in the cube.
  bool IsInside(const Eigen::VectorXd& numbers) const;
  // The members' latent points in the distribution at hand.
  LatentPoint Latent(const SearchState& state, const Member& member) const;
  void Learn(SearchState& state, const std::vector<const Member*>& ranked);
  void EndGeneration(SearchState& state, const std::vector<const Member*>& ranked);

  const LatentSpace& space_;
  const EvolutionOptions options_;
  std::vector<bool> smooth_;
  GenerationLedger ledger_;
  std::vector<Member> earlier_;
  bool restart_all_ = true;
  std::vector<std::pair<int64_t, SearchState>> states_;  // by how many generations came before
  std::vector<GenerationRecord> records_;
  std::map<int, StrategyParameters> parameters_;
};

}  // namespace qalam
