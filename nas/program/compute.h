// Where a verb computes: the flags --device, --threads and --seed.
#pragma once

#include <torch/torch.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "base/status.h"

namespace qalam::nas {

struct ComputeOptions {
  std::string device = "cpu";  // cpu or cuda
  int threads = 0;             // 0: as many as libtorch takes by itself
  uint64_t seed = 1;
};

void AddComputeFlags(CLI::App* verb, ComputeOptions& options);

// Sets the threads and libtorch's seed. INVALID_ARGUMENT for cuda where there is none.
StatusOr<torch::Device> PrepareDevice(const ComputeOptions& options);

}  // namespace qalam::nas
