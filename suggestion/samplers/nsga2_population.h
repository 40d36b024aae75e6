// Who lives in NSGA-II's population, as a function of the finished trials alone.
#pragma once

#include <Eigen/Core>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "suggestion/multi_objective/pareto.h"

namespace qalam {

struct Individual {
  int64_t number = 0;
  Eigen::VectorXd genes;
  ObjectiveVector objectives;
  double violation = 0;
};

struct RankedIndividual {
  const Individual* individual = nullptr;
  int rank = 0;
  double crowding = 0;

  // The crowded-comparison operator of Deb et al. 2002, section III.B.
  bool Beats(const RankedIndividual& other) const {
    return rank != other.rank ? rank < other.rank : crowding > other.crowding;
  }
};

// The best `size` of `candidates`: front by front, and from the front that does not fit whole, the
// least crowded. Candidates come in order of number, which settles ties, and so do survivors.
std::vector<RankedIndividual> SelectSurvivors(const std::vector<const Individual*>& candidates,
                                              size_t size);

// Trial numbers are cut into generations of `size`: generation g holds the numbers from g * size
// on, warm-start results those below 0. What survives generation g are the best of those who
// survived g - 1 and of the trials of g that have finished. So nobody waits for a slow trial: when
// it ends it takes its place in its own generation and the later ones are selected anew, which
// makes the population independent of the order in which trials end.
class Nsga2Population {
 public:
  explicit Nsga2Population(size_t size) : size_(size) {}

  // O(1) amortised for results that come about in order.
  void Add(Individual individual);
  size_t count() const { return individuals_.size(); }
  // The survivors of the latest generation, which may be still under way: parents come from these.
  // O(size log size) for each generation with news.
  const std::vector<RankedIndividual>& Survivors();

 private:
  struct Generation {
    std::vector<const Individual*> members;  // by number
    std::vector<RankedIndividual> survivors;
  };

  const size_t size_;
  std::deque<Individual> individuals_;  // a deque does not move what it holds
  std::map<int64_t, Generation> generations_;
  std::optional<int64_t> stale_from_;  // survivors of this generation and later are out of date
  const std::vector<RankedIndividual> nobody_;
};

}  // namespace qalam
