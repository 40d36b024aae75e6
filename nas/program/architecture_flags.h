// Which architecture a verb works on, and how large its network is.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "nas/architecture/chain_architecture.h"
#include "nas/architecture/genotype.h"
#include "nas/data/image_set.h"
#include "nas/networks/image_network.h"
#include "nas/networks/network_plan.h"

namespace qalam::nas {

struct ArchitectureFlags {
  std::string genotype;                      // a text or the path of a file that holds one
  std::string space;                         // of `edges`
  std::vector<std::string> edges;            // NAME=VALUE
  std::string architecture, network_config;  // Katib's texts for chains
};
void AddArchitectureFlags(CLI::App* verb, ArchitectureFlags& flags);

using Architecture = std::variant<Genotype, ChainNetwork>;
// INVALID_ARGUMENT unless exactly one is given and sound.
StatusOr<Architecture> ReadArchitecture(const ArchitectureFlags& flags);
nlohmann::json ArchitectureJson(const Architecture& architecture);

// Of networks of cells; chains carry their own sizes. The defaults suit the 8x8 digits.
struct NetworkFlags {
  int64_t cells = 5;
  int64_t channels = 16;
  int64_t stem_multiplier = 0;  // 0: 3 for cells of two inputs, as DARTS has it, else 1
};
void AddNetworkFlags(CLI::App* verb, NetworkFlags& flags);

// What makes two networks of the same weights' shapes different, for checkpoints.
nlohmann::json NetworkDescription(const Architecture& architecture, const NetworkFlags& flags);

// A fresh network for the images of `data`. INVALID_ARGUMENT when a chain is for others.
StatusOr<std::shared_ptr<ImageNetwork>> BuildNetwork(const Architecture& architecture,
                                                     const NetworkFlags& flags,
                                                     const ImageSet& data, bool auxiliary_head);

}  // namespace qalam::nas
