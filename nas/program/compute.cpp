#include "nas/program/compute.h"

namespace qalam::nas {

void AddComputeFlags(CLI::App* verb, ComputeOptions& options) {
  verb->add_option("--device", options.device, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  // More threads than any machine has processors would only exhaust its memory.
  verb->add_option("--threads", options.threads, "Threads to compute with; 0: libtorch's choice")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  verb->add_option("--seed", options.seed, "Of every random choice")->capture_default_str();
}

StatusOr<torch::Device> PrepareDevice(const ComputeOptions& options) {
  if (options.threads > 0) torch::set_num_threads(options.threads);
  torch::manual_seed(options.seed);
  if (options.device == "cpu") return torch::Device(torch::kCPU);
  if (!torch::cuda::is_available()) {
    return InvalidArgument("--device cuda: this machine or this libtorch has no CUDA device");
  }
  return torch::Device(torch::kCUDA);
}

}  // namespace qalam::nas
