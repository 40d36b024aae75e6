// What verbs print of their work: words NAME=VALUE, which the default collector reads. Each line is
// written out at once, so that early stopping sees it.
#pragma once

#include <cstdint>

#include "nas/networks/cost.h"

namespace qalam::nas {

void PrintStep(int64_t step, double loss);
// `dominant_eigenvalue` is left out where it is 0, which stands for none.
void PrintEpoch(int64_t epoch, double training_loss, double validation_accuracy,
                double dominant_eigenvalue = 0);
void PrintCost(const NetworkCost& cost);

}  // namespace qalam::nas
