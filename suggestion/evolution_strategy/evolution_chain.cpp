#include "suggestion/evolution_strategy/evolution_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "suggestion/evolution_strategy/margin.h"
#include "suggestion/evolution_strategy/warm_start.h"

namespace qalam {

namespace {

// States kept: a straggler seldom lags by more than the recent ones; one that does costs at most
// kSpacing updates.
constexpr int64_t kRecent = 8;
constexpr int64_t kSpacing = 32;

// How often a sample is drawn until one lies in the cube; the last is then brought back to the
// faces. More than one, so that a search whose mean is inside seldom sees the faces, where all that
// lies beyond looks alike and a whole generation may rank equal. Few, so that a search that falls
// towards a corner, where hardly a sample is inside, still tries the corner itself. On the BBOB
// functions 3 and 5 do as well; 1 solves a tenth fewer targets, 100 as many fewer.
constexpr int kAttempts = 4;

// Members that rank equal share the weights of their ranks: which of them came first says nothing.
Eigen::VectorXd ShareAmongEqual(const std::vector<const Member*>& ranked, Eigen::VectorXd weights) {
  for (size_t first = 0, end; first < ranked.size(); first = end) {
    end = first + 1;
    while (end < ranked.size() && RanksEqual(*ranked[first], *ranked[end])) ++end;
    const auto count = static_cast<Eigen::Index>(end - first);
    auto shared = weights.segment(static_cast<Eigen::Index>(first), count);
    if (count > 1) shared.setConstant(shared.mean());
  }
  return weights;
}

}  // namespace

EvolutionChain::EvolutionChain(const LatentSpace& space, const EvolutionOptions& options)
    : space_(space), options_(options) {
  for (const auto& number : space.numbers()) smooth_.push_back(!number.grid);
}

void EvolutionChain::AddEarlier(Member member) {
  earlier_.push_back(std::move(member));
  restart_all_ = true;
}

SearchState EvolutionChain::Start() const {
  SearchState state;
  state.plan = FirstRun(options_.population, options_.step_size);
  BeginRun(state);
  WarmStart(earlier_, state.numbers, state.categories);
  return state;
}

void EvolutionChain::BeginRun(SearchState& state) const {
  // The first run begins in the middle, where a user centres the ranges; later ones anywhere.
  Eigen::VectorXd mean = Eigen::VectorXd::Constant(space_.number_count(), 0.5);
  if (state.plan.restart > 0) {
    RandomStream stream(options_.seed, state.plan.restart, "cmaes.mean");
    for (double& coordinate : mean) coordinate = stream.Uniform();
  }
  state.numbers = SearchDistribution(std::move(mean), state.plan.step_size);
  std::vector<int> counts;
  for (const auto& category : space_.categories()) counts.push_back(category.count);
  state.categories = CategoryDistribution(counts);
  state.key = {state.plan.restart, 0};
  state.evaluations = 0;
  state.record_begin = state.record_end;
}

const SearchState& EvolutionChain::Current() {
  const auto changes = ledger_.TakeChanges();
  if (restart_all_) {
    states_.assign(1, {0, Start()});
    restart_all_ = false;
  }
  // Back to the opening of the first generation that has changed.
  const size_t queue_kept =
      changes.first_queued ? ledger_.QueuedBefore(*changes.first_queued) : SIZE_MAX;
  while (states_.size() > 1) {
    const SearchState& last = states_.back().second;
    const bool is_stale =
        (changes.first_key && *changes.first_key < last.key) || last.queue_used > queue_kept;
    if (!is_stale) break;
    states_.pop_back();
  }
  records_.resize(states_.back().second.record_end);
  while (Advance()) KeepStates();
  return states_.back().second;
}

bool EvolutionChain::Advance() {
  const auto& [index, state] = states_.back();
  const int population = state.plan.population;
  if (ledger_.Count(state.key, state.queue_used, population) < static_cast<size_t>(population)) {
    return false;
  }
  auto members = ledger_.Gather(state.key, state.queue_used, population);
  std::sort(members.begin(), members.end(),
            [](const Member* a, const Member* b) { return RanksBefore(*a, *b); });
  SearchState next = state;
  next.queue_used += ledger_.QueueShare(state.queue_used, population);
  Learn(next, members);
  EndGeneration(next, members);
  states_.emplace_back(index + 1, std::move(next));
  return true;
}

void EvolutionChain::KeepStates() {
  if (static_cast<int64_t>(states_.size()) <= kRecent) return;
  const auto old = states_.end() - 1 - kRecent;
  if (old->first % kSpacing != 0) states_.erase(old);
}

const StrategyParameters& EvolutionChain::ParametersFor(int population) {
  auto found = parameters_.find(population);
  if (found == parameters_.end()) {
    const int dimensions = std::max(1, static_cast<int>(space_.number_count()));
    found = parameters_.emplace(population, MakeStrategyParameters(dimensions, population)).first;
  }
  return found->second;
}

LatentPoint EvolutionChain::Draw(const SearchState& state, int64_t number, int draw) const {
  RandomStream stream(options_.seed, number, "cmaes");
  Eigen::VectorXd normal(space_.number_count());
  LatentPoint latent;
  latent.categories.resize(space_.categories().size());
  for (int i = 0; i <= draw; ++i) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      for (double& z : normal) z = stream.Normal();
      latent.numbers = state.numbers.Sample(normal);
      if (IsInside(latent.numbers)) break;
    }
    for (size_t k = 0; k < latent.categories.size(); ++k) {
      latent.categories[k] = state.categories.Draw(k, stream.Uniform());
    }
  }
  return latent;
}

bool EvolutionChain::IsInside(const Eigen::VectorXd& numbers) const {
  for (size_t k = 0; k < smooth_.size(); ++k) {
    const double coordinate = numbers(static_cast<Eigen::Index>(k));
    // The outermost cells of a stepped parameter reach to infinity.
    if (smooth_[k] && (coordinate < 0 || coordinate > 1)) return false;
  }
  return true;
}

LatentPoint EvolutionChain::Latent(const SearchState& state, const Member& member) const {
  if (!space_.IsLossy(member.latent)) return member.latent;
  return space_.Reconcile(Draw(state, member.number, member.draw), member.point);
}

void EvolutionChain::Learn(SearchState& state, const std::vector<const Member*>& ranked) {
  const auto count = static_cast<int>(ranked.size());
  const StrategyParameters& parameters = ParametersFor(count);
  const Eigen::VectorXd weights = ShareAmongEqual(ranked, parameters.weights);
  Eigen::MatrixXd samples(space_.number_count(), count);
  std::vector<LatentPoint> latents;
  std::vector<const std::vector<int>*> chosen;
  latents.reserve(ranked.size());
  for (int k = 0; k < count; ++k) {
    latents.push_back(Latent(state, *ranked[static_cast<size_t>(k)]));
    samples.col(k) = latents.back().numbers;
    chosen.push_back(&latents.back().categories);
  }
  state.numbers.Update(parameters, weights, samples);
  state.categories.Update(weights, chosen);
  // A flat landscape: widen (appendix B.3 of the tutorial).
  const auto seventh_tenth = static_cast<size_t>(std::ceil(0.7 * count)) - 1;
  if (RanksEqual(*ranked.front(), *ranked[seventh_tenth])) {
    state.numbers.ScaleStep(std::exp(0.2 + parameters.sigma_learning / parameters.sigma_damping));
  }
  const auto n = static_cast<double>(space_.number_count());
  KeepNearCube(space_.numbers(), state.numbers);
  ApplyMargin(space_.numbers(), 1 / (n * state.plan.population), state.numbers);
}

void EvolutionChain::EndGeneration(SearchState& state, const std::vector<const Member*>& ranked) {
  ++state.key.generation;
  state.evaluations += static_cast<int64_t>(ranked.size());
  if (options_.restarts == RestartStrategy::kNone) return;
  std::vector<double> losses;
  // Infeasible members count as failed: their losses are of no use.
  for (const Member* member : ranked) {
    losses.push_back(member->violation > 0 ? std::numeric_limits<double>::infinity()
                                           : member->loss);
  }
  records_.push_back(MakeGenerationRecord(losses));
  ++state.record_end;
  const auto run = std::span(records_).subspan(state.record_begin);
  const bool is_spent =
      state.plan.most_evaluations && state.evaluations >= *state.plan.most_evaluations;
  if (!is_spent &&
      StoppingReason(state.numbers, run, state.plan.population, state.plan.step_size, smooth_)
          .empty()) {
    return;
  }
  RandomStream stream(options_.seed, state.plan.restart, "cmaes.restart");
  const RunPlan first = FirstRun(options_.population, options_.step_size);
  state.plan = NextRun(options_.restarts, first, state.plan, state.evaluations, stream);
  BeginRun(state);
}

}  // namespace qalam
