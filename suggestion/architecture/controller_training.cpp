#include "suggestion/architecture/controller_training.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nas/architecture/reward_baseline.h"

namespace qalam {

namespace {

// A generation is what a few parallel workers bring at a time; in a long history it is a twentieth,
// so that fifty thousand trials make no more than some two hundred.
constexpr size_t kSmallestGeneration = 5;
constexpr size_t kHistoryToGeneration = 20;
size_t GenerationEnd(size_t begin) {
  return begin + std::max(kSmallestGeneration, begin / kHistoryToGeneration);
}

// The cube of the share that is beaten: what is sought is the best, not a good average, so the top
// tenth must differ more than the bottom half (Petersen et al., ICLR 2021, are led by the same).
constexpr double kRewardPower = 3;

// Architectures a step; the first of them from the newest generation.
constexpr size_t kBatch = 4;
constexpr size_t kNewest = 1;

// Checkpoints of an experiment, of which a server has many. A controller of the usual size takes a
// megabyte; of a large one so few are kept that late results cost more training instead.
constexpr size_t kCheckpointBytes = 64 << 20;
constexpr size_t kFewestCheckpoints = 2, kMostCheckpoints = 16;

bool RanksBefore(const ControllerExperience& a, const ControllerExperience& b) {
  return a.violation != b.violation ? a.violation < b.violation : a.loss < b.loss;
}

}  // namespace

ControllerTraining::ControllerTraining(nas::ArchitectureController untrained,
                                       const ControllerTrainingOptions& options)
    : options_(options), state_bytes_(untrained.StateBytes()) {
  checkpoints_.push_back({0, std::move(untrained)});
}

void ControllerTraining::Add(ControllerExperience experience) {
  if (!experiences_.empty() && experience.number < experiences_.back().number) {
    first_late_ = std::min(first_late_.value_or(experience.number), experience.number);
  }
  experiences_.push_back(std::move(experience));
}

void ControllerTraining::PlaceLateOnes() {
  if (!first_late_) return;
  const auto by_number = [](const auto& a, const auto& b) { return a.number < b.number; };
  std::sort(experiences_.begin(), experiences_.end(), by_number);
  const auto place = std::lower_bound(experiences_.begin(), experiences_.end(),
                                      ControllerExperience{.number = *first_late_}, by_number);
  const auto index = static_cast<size_t>(place - experiences_.begin());
  while (checkpoints_.back().end > index) checkpoints_.pop_back();
  first_late_.reset();
}

const nas::ArchitectureController& ControllerTraining::Current() {
  PlaceLateOnes();
  while (true) {
    const size_t begin = checkpoints_.back().end, end = GenerationEnd(begin);
    if (end > experiences_.size()) return checkpoints_.back().controller;
    Checkpoint next{end, checkpoints_.back().controller};
    TrainGeneration(begin, end, next.controller);
    checkpoints_.push_back(std::move(next));
    ThinOut();
  }
}

std::vector<double> ControllerTraining::Advantages(size_t end) const {
  std::vector<size_t> order(end);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return RanksBefore(experiences_[a], experiences_[b]);
  });
  std::vector<double> advantages(end);
  for (size_t first = 0; first < end;) {
    size_t last = first + 1;  // past those that rank alike, which share their middle place
    while (last < end && !RanksBefore(experiences_[order[first]], experiences_[order[last]])) {
      ++last;
    }
    const double beaten = 1 - static_cast<double>(first + last) / (2 * static_cast<double>(end));
    for (; first < last; ++first) advantages[order[first]] = std::pow(beaten, kRewardPower);
  }
  nas::RewardBaseline baseline(options_.baseline_decay);
  for (const double reward : advantages) baseline.Add(reward);
  // All alike, up to rounding: there is nothing to learn.
  constexpr double kNoSpread = 1e-9;
  const double spread = baseline.spread();
  for (double& one : advantages) {
    one = spread > kNoSpread ? (one - baseline.value()) / spread : 0;
  }
  return advantages;
}

void ControllerTraining::TrainGeneration(size_t begin, size_t end,
                                         nas::ArchitectureController& controller) const {
  const auto advantages = Advantages(end);
  RandomStream stream(options_.seed, static_cast<int64_t>(end), "enas.replay");
  for (int step = 0; step < options_.steps; ++step) {
    std::vector<nas::TriedArchitecture> batch;
    for (size_t i = 0; i < kBatch; ++i) {
      const size_t index =
          i < kNewest ? begin + stream.UniformInt(end - begin) : stream.UniformInt(end);
      batch.push_back({experiences_[index].actions, advantages[index]});
    }
    controller.ReinforceStep(batch);
  }
}

// Late experiences have numbers near the newest, so the latest half is kept; of the rest every
// second one. The first, which is untrained, stays.
void ControllerTraining::ThinOut() {
  const size_t most =
      std::clamp(kCheckpointBytes / state_bytes_, kFewestCheckpoints, kMostCheckpoints);
  if (checkpoints_.size() <= most) return;
  size_t place = 0;
  std::erase_if(checkpoints_, [&](const Checkpoint&) {
    const size_t i = place++;
    return i <= most / 2 && i % 2 == 1;
  });
}

}  // namespace qalam
