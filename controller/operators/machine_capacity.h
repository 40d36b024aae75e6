#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/operators/slots.h"

namespace qalam {

// What of the machine is handed out to trials that say what they take. What is not said here is
// found out: every core that this process may run on, all memory, every GPU.
struct CapacityOptions {
  std::optional<double> cpus;
  std::optional<uint64_t> memory_bytes;
  std::optional<int> gpus;
  bool IsGiven() const { return cpus || memory_bytes || gpus; }
};

// All but the GPUs: see GpuNames.
Room CapacityWithoutGpus(const CapacityOptions& options);

// How CUDA_VISIBLE_DEVICES names them: those that it names to this process, else as many as
// nvidia-smi lists, if that program is there; of those the first `given`, which may also be more
// than were found. Runs a program that may take seconds: ask once.
std::vector<std::string> GpuNames(std::optional<int> given);

}  // namespace qalam
