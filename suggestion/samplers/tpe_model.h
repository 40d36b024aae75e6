#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "base/random.h"
#include "suggestion/samplers/tpe_history.h"
#include "suggestion/surrogate/parzen_mixture.h"

namespace qalam {

// How a set of good points becomes a density.
struct ParzenShape {
  bool correlated = false;  // whether kernels lean the way the good points do
  bool weigh_by_loss = true;
  // How far a kernel's centre moves towards the good points' mean; 0 to 1.
  double pull = 0;
};

// The densities of the good (l) and of the bad (g) for one group of parameters, and the draw that
// makes l / g large: Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter
// optimization", NIPS 2011, section 4, with joint kernels (Falkner, Klein, Hutter, "BOHB", ICML
// 2018). Beyond those papers:
// - a good point weighs as much as it improves on the best bad one, which makes l / g the expected
//   improvement itself (Song, Yu, Neiswanger, Ermon, ICML 2022);
// - bandwidths follow the spread of the points and narrow faster with their number than by Scott's
//   rule; a uniform point is mixed into the spread of the good, so that they neither vanish with
//   one good point nor stay wide as the good gather;
// - kernels shrink towards the mean of the good, which keeps the spread from being counted twice
//   (West, J. R. Stat. Soc. B 55, 1993);
// - optionally, kernels share the good points' correlations, shrunk for small sets.
class TpeModel {
 public:
  // `ordered`: observations in which the group is active, best first; `good_count` of them are
  // good, and no good one may have an infinite loss. `space` and `group` are referred to.
  TpeModel(const SearchSpace& space, const std::vector<size_t>& group,
           std::span<const Observation* const> ordered, size_t good_count, const ParzenShape& shape,
           double prior_weight);

  // Counts a point without a result as bad (the constant liar of Ginsbourger, Le Riche, Carraro,
  // 2010). `coordinates` spans the whole space; nothing happens if the group is not active in it.
  void AddPending(const Eigen::VectorXd& coordinates);

  // The best of `candidates` draws from the good: the group's entries of `coordinates` are set,
  // each number on a value of its parameter.
  void Draw(int candidates, RandomStream& stream, Eigen::VectorXd& coordinates) const;

 private:
  ParzenKernels GoodKernels(std::span<const Observation* const> good, double reference,
                            const ParzenShape& shape, double prior_weight) const;
  ParzenKernels BadKernels(std::span<const Observation* const> bad, double prior_weight) const;
  ParzenKernels Gather(std::span<const Observation* const> observations, double prior_weight) const;
  double NarrowestBandwidth(size_t parameter) const;
  bool HasCoarseSteps(size_t parameter) const;

  const SearchSpace& space_;
  const std::vector<size_t>& group_;
  ParzenMixture good_, bad_;
};

}  // namespace qalam
