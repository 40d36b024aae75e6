#include "nas/program/metric_lines.h"

#include <fmt/core.h>

#include <cstdio>

namespace qalam::nas {

void PrintStep(int64_t step, double loss) {
  fmt::print("step={} loss={:.6g}\n", step, loss);
  std::fflush(stdout);
}

void PrintEpoch(int64_t epoch, double training_loss, double validation_accuracy,
                double dominant_eigenvalue) {
  fmt::print("epoch={} Train-Loss={:.6g} Validation-Accuracy={:.6g}", epoch, training_loss,
             validation_accuracy);
  if (dominant_eigenvalue != 0) fmt::print(" Dominant-Eigenvalue={:.6g}", dominant_eigenvalue);
  fmt::print("\n");
  std::fflush(stdout);
}

void PrintCost(const NetworkCost& cost) {
  fmt::print("Parameters={} FLOPs={} Latency-Ms={:.4g}\n", cost.parameters, cost.multiply_adds,
             cost.latency_ms);
  std::fflush(stdout);
}

}  // namespace qalam::nas
