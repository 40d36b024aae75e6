#include "suggestion/acquisition/maximize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "suggestion/math/minimize.h"
#include "suggestion/math/sobol_sequence.h"

namespace qalam {

namespace {

using Eigen::Index;

struct Candidate {
  Eigen::VectorXd unit;  // inactive parameters keep a coordinate, should they become active
  Point point;
  double value = -std::numeric_limits<double>::infinity();
};

class Maximizer {
 public:
  Maximizer(const SearchSpace& space, const PointFeatures& features, const Acquisition& acquisition,
            const std::function<bool(const Point&)>& is_free, const MaximizeOptions& options)
      : space_(space),
        features_(features),
        acquisition_(acquisition),
        is_free_(is_free),
        options_(options) {}

  std::vector<Candidate> Spread(int count, RandomStream& stream) const;
  std::vector<Candidate> Near(std::span<const Point> incumbents, int count,
                              RandomStream& stream) const;
  // Fills in the values.
  void Score(std::vector<Candidate>& candidates) const;
  void Climb(Candidate& candidate) const;

 private:
  // Whether gradients move the coordinate: a continuum, or so many steps that one is small.
  bool IsSmooth(size_t i) const {
    constexpr uint64_t kFewSteps = 32;
    return !space_[i].is_categorical() &&
           (space_[i].cardinality() == 0 || space_[i].cardinality() > kFewSteps);
  }
  Candidate At(Eigen::VectorXd unit) const {
    Candidate candidate{std::move(unit), {}};
    candidate.point = space_.FromUnit(candidate.unit);
    return candidate;
  }
  double Perturbed(size_t i, double coordinate, double scale, RandomStream& stream) const;
  bool ClimbSmooth(Candidate& candidate) const;
  bool ClimbStepped(Candidate& candidate) const;
  std::vector<Candidate> Neighbours(const Candidate& candidate) const;

  const SearchSpace& space_;
  const PointFeatures& features_;
  const Acquisition& acquisition_;
  const std::function<bool(const Point&)>& is_free_;
  const MaximizeOptions& options_;
};

std::vector<Candidate> Maximizer::Spread(int count, RandomStream& stream) const {
  std::vector<Candidate> candidates;
  const int dimensions = static_cast<int>(space_.size());
  const int sobol_dimensions = std::min(dimensions, SobolSequence::MaxDimensions());
  const SobolSequence sequence(sobol_dimensions);
  std::vector<uint32_t> scrambles;
  for (int i = 0; i < sobol_dimensions; ++i) scrambles.push_back(stream());
  for (int c = 0; c < count; ++c) {
    Eigen::VectorXd unit(dimensions);
    for (int i = 0; i < dimensions; ++i) {
      unit(i) = i < sobol_dimensions
                    ? (OwenScramble(sequence.Coordinate(c, i), scrambles[i]) + 0.5) * 0x1.0p-32
                    : stream.Uniform();
    }
    candidates.push_back(At(std::move(unit)));
  }
  return candidates;
}

double Maximizer::Perturbed(size_t i, double coordinate, double scale, RandomStream& stream) const {
  if (space_[i].is_categorical()) return stream.Uniform();
  double step = scale * stream.Normal();
  if (space_[i].cardinality() > 0) {
    // At least to the next cell; exact only where cells are even, which is enough here.
    const double cell = 1 / static_cast<double>(space_[i].cardinality());
    if (std::abs(step) < cell) step = std::copysign(cell, step);
  }
  return std::clamp(coordinate + step, 0.0, 1.0);
}

std::vector<Candidate> Maximizer::Near(std::span<const Point> incumbents, int count,
                                       RandomStream& stream) const {
  std::vector<Candidate> candidates;
  if (incumbents.empty()) return candidates;
  const auto dimensions = static_cast<double>(space_.size());
  // Steps from a ten-thousandth of the range, for the last digits, to a third of it.
  constexpr double kLeastScale = 1e-4, kMostScale = 0.3;
  for (int c = 0; c < count; ++c) {
    const Point& incumbent = incumbents[static_cast<size_t>(c) % incumbents.size()];
    Eigen::VectorXd unit = space_.ToUnit(incumbent);
    const double scale = kLeastScale * std::pow(kMostScale / kLeastScale, stream.Uniform());
    // From one coordinate to all of them, about as often each.
    const double share = std::pow(dimensions, -stream.Uniform());
    const size_t always = stream.UniformInt(space_.size());
    for (size_t i = 0; i < space_.size(); ++i) {
      if (stream.Uniform() < share || i == always) {
        auto& coordinate = unit(static_cast<Index>(i));
        coordinate = Perturbed(i, coordinate, scale, stream);
      }
    }
    candidates.push_back(At(std::move(unit)));
  }
  return candidates;
}

void Maximizer::Score(std::vector<Candidate>& candidates) const {
  if (candidates.empty()) return;
  Eigen::MatrixXd columns(features_.size(), static_cast<Index>(candidates.size()));
  for (size_t c = 0; c < candidates.size(); ++c) {
    columns.col(static_cast<Index>(c)) = features_.Encode(candidates[c].point);
  }
  const Eigen::VectorXd values = acquisition_.Values(columns);
  for (size_t c = 0; c < candidates.size(); ++c) {
    candidates[c].value = values(static_cast<Index>(c));
  }
}

void Maximizer::Climb(Candidate& candidate) const {
  // Each round ends higher than it began; more than a few find nothing.
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    const bool climbed = options_.gradients && ClimbSmooth(candidate);
    if (!ClimbStepped(candidate) && (round > 0 || !climbed)) return;
  }
}

bool Maximizer::ClimbSmooth(Candidate& candidate) const {
  std::vector<Index> smooth;
  for (size_t i = 0; i < space_.size(); ++i) {
    if (IsSmooth(i) && !std::isnan(candidate.point.values[i])) {
      smooth.push_back(static_cast<Index>(i));
    }
  }
  if (smooth.empty()) return false;
  Eigen::VectorXd encoded = features_.Encode(candidate.point);
  Eigen::VectorXd start(static_cast<Index>(smooth.size()));
  for (size_t j = 0; j < smooth.size(); ++j) {
    start(static_cast<Index>(j)) = encoded(features_.First(smooth[j]));
  }
  Eigen::VectorXd slopes;
  const Minimum minimum = MinimizeInUnitCube(
      [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
        for (Index j = 0; j < x.size(); ++j) encoded(features_.First(smooth[j])) = x(j);
        const double value = acquisition_.ValueAndGradient(encoded, slopes);
        for (Index j = 0; j < x.size(); ++j) gradient(j) = -slopes(features_.First(smooth[j]));
        return -value;
      },
      start,
      {.max_evaluations = options_.evaluations,
       .gradient_tolerance = 1e-6,
       .value_tolerance = 1e-7});
  Eigen::VectorXd unit = candidate.unit;
  // What is this near to an end of the range is meant to be there.
  constexpr double kSnap = 1e-6;
  for (size_t j = 0; j < smooth.size(); ++j) {
    const double x = minimum.x(static_cast<Index>(j));
    unit(smooth[j]) = x < kSnap ? 0 : x > 1 - kSnap ? 1 : x;
  }
  std::vector<Candidate> moved = {At(std::move(unit))};
  Score(moved);
  if (!(moved[0].value > candidate.value)) return false;
  candidate = std::move(moved[0]);
  return true;
}

std::vector<Candidate> Maximizer::Neighbours(const Candidate& candidate) const {
  std::vector<Candidate> neighbours;
  const auto add = [&](size_t i, uint64_t index) {
    Eigen::VectorXd unit = candidate.unit;
    unit(static_cast<Index>(i)) = space_[i].ToUnit(space_[i].ValueAt(index));
    Candidate neighbour = At(std::move(unit));
    if (is_free_(neighbour.point)) neighbours.push_back(std::move(neighbour));
  };
  for (size_t i = 0; i < space_.size(); ++i) {
    const uint64_t count = space_[i].cardinality();
    const double value = candidate.point.values[i];
    if (count == 0 || std::isnan(value)) continue;
    const uint64_t here = space_[i].IndexOf(value);
    if (space_[i].is_categorical()) {
      for (uint64_t index = 0; index < count; ++index) {
        if (index != here) add(i, index);
      }
      continue;
    }
    // Powers of two reach every value in a logarithmic number of moves.
    for (uint64_t step = 1; step < count; step *= 2) {
      if (here >= step) add(i, here - step);
      if (here + step < count) add(i, here + step);
    }
  }
  return neighbours;
}

bool Maximizer::ClimbStepped(Candidate& candidate) const {
  bool climbed = false;
  const size_t most_moves = 2 * space_.size() + 4;
  for (size_t move = 0; move < most_moves; ++move) {
    std::vector<Candidate> neighbours = Neighbours(candidate);
    Score(neighbours);
    const auto best =
        std::max_element(neighbours.begin(), neighbours.end(),
                         [](const auto& a, const auto& b) { return a.value < b.value; });
    if (best == neighbours.end() || !(best->value > candidate.value)) break;
    candidate = std::move(*best);
    climbed = true;
  }
  return climbed;
}

// The best first; equals stay in order, so that the answer does not depend on the sort.
void SortByValue(std::vector<Candidate>& candidates) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.value > b.value; });
}

}  // namespace

std::optional<Point> MaximizeAcquisition(const SearchSpace& space, const PointFeatures& features,
                                         const Acquisition& acquisition,
                                         std::span<const Point> incumbents,
                                         const std::function<bool(const Point&)>& is_free,
                                         RandomStream& stream, const MaximizeOptions& options) {
  const Maximizer maximizer(space, features, acquisition, is_free, options);
  std::vector<Candidate> candidates = maximizer.Spread(options.candidates / 2, stream);
  for (auto& near : maximizer.Near(incumbents, options.candidates / 2, stream)) {
    candidates.push_back(std::move(near));
  }
  std::erase_if(candidates, [&](const Candidate& c) { return !is_free(c.point); });
  maximizer.Score(candidates);
  SortByValue(candidates);
  const auto starts = std::min(candidates.size(), static_cast<size_t>(options.starts));
  for (size_t c = 0; c < starts; ++c) {
    Candidate climbed = candidates[c];
    maximizer.Climb(climbed);
    candidates.push_back(std::move(climbed));
  }
  SortByValue(candidates);
  for (auto& candidate : candidates) {
    if (is_free(candidate.point)) return std::move(candidate.point);
  }
  return std::nullopt;
}

}  // namespace qalam
