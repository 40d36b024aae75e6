#include "suggestion/math/scrambled_sobol.h"

#include <algorithm>

#include "base/random.h"

namespace qalam {

namespace {

int SequenceDimensions(size_t dimensions) {
  return static_cast<int>(
      std::min(dimensions, static_cast<size_t>(SobolSequence::MaxDimensions())));
}

}  // namespace

ScrambledSobol::ScrambledSobol(size_t dimensions, uint64_t seed, std::string_view purpose)
    : dimensions_(dimensions),
      seed_(seed),
      purpose_(purpose),
      sequence_(SequenceDimensions(dimensions)) {
  RandomStream stream(seed, 0, purpose_ + ".scramble");
  for (int i = 0; i < SequenceDimensions(dimensions); ++i) scrambles_.push_back(stream());
}

Eigen::VectorXd ScrambledSobol::Point(uint64_t number) const {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(dimensions_));
  RandomStream stream(seed_, static_cast<int64_t>(number), purpose_);
  for (size_t i = 0; i < dimensions_; ++i) {
    const double x =
        i < scrambles_.size()
            ? (OwenScramble(sequence_.Coordinate(number, static_cast<int>(i)), scrambles_[i]) +
               0.5) *
                  0x1.0p-32
            : stream.Uniform();
    unit(static_cast<Eigen::Index>(i)) = x;
  }
  return unit;
}

}  // namespace qalam
