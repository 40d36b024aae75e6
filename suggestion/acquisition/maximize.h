#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "suggestion/acquisition/acquisition.h"
#include "suggestion/surrogate/point_features.h"

namespace qalam {

struct MaximizeOptions {
  int candidates = 512;  // scored in one batch; half over the whole space, half near incumbents
  int starts = 4;        // the best of them, improved by local search
  int evaluations = 40;  // of the gradient, at most, for each start and round
  bool gradients = true;
};

// The point of the space where the acquisition is highest, as far as found, among those that are
// free. Smooth coordinates climb by L-BFGS, the others by the best single step, in turn until
// neither helps. `incumbents` are good points to search around, the best first. Nothing when every
// point found is taken.
std::optional<Point> MaximizeAcquisition(const SearchSpace& space, const PointFeatures& features,
                                         const Acquisition& acquisition,
                                         std::span<const Point> incumbents,
                                         const std::function<bool(const Point&)>& is_free,
                                         RandomStream& stream, const MaximizeOptions& options);

}  // namespace qalam
