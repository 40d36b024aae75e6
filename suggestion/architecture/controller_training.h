#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nas/architecture/architecture_controller.h"

namespace qalam {

// What a finished trial teaches the controller.
struct ControllerExperience {
  int64_t number = 0;
  double violation = 0;  // of constraints in all; 0 when they hold
  double loss = 0;       // infinite for a trial that failed
  std::vector<int> actions;
};

struct ControllerTrainingOptions {
  double baseline_decay = 0.999;
  int steps = 50;  // of reinforcement, each generation
  uint64_t seed = 0;
};

// An architecture controller trained on a set of experiences; a function of the set alone.
//
// Experiences in the order of their numbers are cut into generations. At the end of each, all that
// is known is ranked, so that no scale or outlier matters: those that keep the constraints first,
// then by loss; the reward is a power of the share that an architecture beats. Rewards less their
// moving average, as parts of their spread, are the advantages of a given number of steps, on small
// batches of old and new experiences.
//
// An experience that comes late, with a number among those that were trained on, has the controller
// trained again from the checkpoint before it.
class ControllerTraining {
 public:
  ControllerTraining(nas::ArchitectureController untrained,
                     const ControllerTrainingOptions& options);

  void Add(ControllerExperience experience);
  // Trained on every generation that is complete.
  const nas::ArchitectureController& Current();
  // What the controllers that are kept take in memory.
  size_t StateBytes() const { return checkpoints_.size() * state_bytes_; }

 private:
  struct Checkpoint {
    size_t end;  // of the experiences it was trained on
    nas::ArchitectureController controller;
  };
  std::vector<double> Advantages(size_t end) const;
  void TrainGeneration(size_t begin, size_t end, nas::ArchitectureController& controller) const;
  void PlaceLateOnes();
  void ThinOut();

  const ControllerTrainingOptions options_;
  const size_t state_bytes_;  // of one controller
  // By number, but for those that came after a greater one since they were last put in order.
  std::vector<ControllerExperience> experiences_;
  std::optional<int64_t> first_late_;    // the least number among those
  std::vector<Checkpoint> checkpoints_;  // by end; the first is untrained
};

}  // namespace qalam
