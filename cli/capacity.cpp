#include "cli/capacity.h"

#include "controller/operators/quantity.h"

namespace qalam {

namespace {

constexpr double kLeastBytes = 1;
constexpr double kMostBytes = 0x1p62;

std::string CheckMemory(const std::string& text) {
  const auto bytes = ParseQuantity(text);
  if (bytes && *bytes >= kLeastBytes && *bytes <= kMostBytes) return "";
  return fmt::format("\"{}\" should be an amount of memory, e.g. 512Mi or 16Gi", text);
}

}  // namespace

CapacityOptions CapacityFlags::Options() const {
  CapacityOptions options;
  if (cpus > 0) options.cpus = cpus;
  if (const auto bytes = ParseQuantity(memory))
    options.memory_bytes = static_cast<uint64_t>(*bytes);
  if (gpus >= 0) options.gpus = gpus;
  return options;
}

void AddCapacityFlags(CLI::App& verb, const std::shared_ptr<CapacityFlags>& flags) {
  verb.add_option("--cpus", flags->cpus,
                  "Cores that trials which name what they take share; by default all")
      ->check(CLI::Range(0.001, 1e6));
  verb.add_option("--memory", flags->memory, "Likewise their memory, e.g. 16Gi; by default all")
      ->check(CheckMemory);
  verb.add_option("--gpus", flags->gpus,
                  "Likewise how many GPUs; by default those of CUDA_VISIBLE_DEVICES, or all")
      ->check(CLI::Range(0, 1024));
}

}  // namespace qalam
