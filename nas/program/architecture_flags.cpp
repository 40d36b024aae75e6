#include "nas/program/architecture_flags.h"

#include "base/files.h"
#include "nas/architecture/edge_parameters.h"
#include "nas/networks/cell_network.h"
#include "nas/networks/chain_network.h"
#include "nas/operations/operation.h"

namespace qalam::nas {

namespace {

// Else a verb that builds no network would take what the others refuse.
Status CheckOperations(const Genotype& genotype) {
  for (const auto* cell : {&genotype.normal, &genotype.reduction}) {
    for (const CellEdge& edge : *cell) {
      // Without making it: its weights would be drawn from the stream of the network's.
      if (IsOperation(edge.operation)) continue;
      return InvalidArgument("unknown operation {}; should be {}", edge.operation,
                             OperationForms());
    }
  }
  return {};
}

StatusOr<Genotype> ReadGenotypeFlag(const std::string& flag) {
  std::string text = flag;
  const size_t begins = text.find_first_not_of(" \n\t");
  const bool is_text = begins != std::string::npos &&
                       (text[begins] == '{' || text.rfind("Genotype", begins) == begins);
  if (!is_text) {
    ASSIGN_OR_RETURN(text, ReadFile(flag, kMostGenotypeBytes));
  }
  const bool is_json = text.find_first_not_of(" \n\t") == text.find('{');
  auto genotype = is_json && !text.empty() && text.find('{') != std::string::npos
                      ? ParseGenotype(text)
                      : ParseKatibGenotype(text);
  if (!genotype.ok() && !is_text) return WithContext(genotype.status(), flag);
  return genotype;
}

StatusOr<Genotype> ReadEdgeFlags(const ArchitectureFlags& flags) {
  ASSIGN_OR_RETURN(const CellSpace space,
                   FindCellSpace(flags.space.empty() ? "nas-bench-201" : flags.space));
  EdgeAssignments assignments;
  for (const auto& edge : flags.edges) {
    const size_t equals = edge.find('=');
    if (equals == std::string::npos) {
      return InvalidArgument("--edge {}: should be NAME=OPERATION", edge);
    }
    const auto [at, fresh] = assignments.emplace(edge.substr(0, equals), edge.substr(equals + 1));
    if (!fresh) return InvalidArgument("--edge {}: {} is given twice", edge, at->first);
  }
  return GenotypeOf(space, assignments);
}

}  // namespace

void AddArchitectureFlags(CLI::App* verb, ArchitectureFlags& flags) {
  verb->add_option("--genotype", flags.genotype,
                   "Cells: a file or text, in JSON or in the form Genotype(normal=...)");
  verb->add_option("--edge", flags.edges,
                   "Cells: NAME=OPERATION, once for each of what `qalam-nas parameters` prints; "
                   "also several, with commas between")
      ->delimiter(',');
  verb->add_option("--space", flags.space,
                   "The space of --edge: nas-bench-201 (as by default) or darts");
  verb->add_option("--architecture", flags.architecture,
                   "A chain: the parameter architecture of Katib's ENAS");
  verb->add_option("--nn-config,--nn_config", flags.network_config,
                   "A chain: the parameter nn_config of Katib's ENAS");
}

StatusOr<Architecture> ReadArchitecture(const ArchitectureFlags& flags) {
  const bool chain = !flags.architecture.empty() || !flags.network_config.empty();
  const int given =
      (flags.genotype.empty() ? 0 : 1) + (flags.edges.empty() ? 0 : 1) + (chain ? 1 : 0);
  if (given != 1) {
    return InvalidArgument(
        "an architecture should be given by one of --genotype, --edge, or --architecture with "
        "--nn-config");
  }
  if (!flags.genotype.empty()) {
    ASSIGN_OR_RETURN(Genotype genotype, ReadGenotypeFlag(flags.genotype));
    RETURN_IF_ERROR(CheckOperations(genotype));
    return Architecture(std::move(genotype));
  }
  if (!flags.edges.empty()) {
    ASSIGN_OR_RETURN(Genotype genotype, ReadEdgeFlags(flags));
    return Architecture(std::move(genotype));
  }
  ASSIGN_OR_RETURN(ChainNetwork network,
                   ParseChainNetwork(flags.architecture, flags.network_config));
  return Architecture(std::move(network));
}

nlohmann::json ArchitectureJson(const Architecture& architecture) {
  if (const auto* genotype = std::get_if<Genotype>(&architecture)) {
    return nlohmann::json::parse(PrintGenotype(*genotype));
  }
  const auto& chain = std::get<ChainNetwork>(architecture);
  nlohmann::json layers = nlohmann::json::array();
  for (const auto& layer : chain.layers) {
    layers.push_back({{"operation", layer.operation.type},
                      {"parameters", layer.operation.parameters},
                      {"skips", layer.skips}});
  }
  return {{"inputSizes", chain.input_sizes},
          {"outputSizes", chain.output_sizes},
          {"layers", std::move(layers)}};
}

void AddNetworkFlags(CLI::App* verb, NetworkFlags& flags) {
  verb->add_option("--cells", flags.cells, "Cells: how many are stacked")->capture_default_str();
  verb->add_option("--channels", flags.channels, "Cells: channels of the first ones' nodes")
      ->capture_default_str();
  verb->add_option("--stem-multiplier", flags.stem_multiplier,
                   "Cells: the stem's channels over those; 0: 3 for DARTS' cells, else 1")
      ->capture_default_str();
}

nlohmann::json NetworkDescription(const Architecture& architecture, const NetworkFlags& flags) {
  nlohmann::json description = {{"architecture", ArchitectureJson(architecture)}};
  if (std::holds_alternative<Genotype>(architecture)) {
    description["cells"] = flags.cells;
    description["channels"] = flags.channels;
    description["stemMultiplier"] = flags.stem_multiplier;
  }
  return description;
}

StatusOr<std::shared_ptr<ImageNetwork>> BuildNetwork(const Architecture& architecture,
                                                     const NetworkFlags& flags,
                                                     const ImageSet& data, bool auxiliary_head) {
  const int64_t channels = data.images.size(1);
  if (const auto* genotype = std::get_if<Genotype>(&architecture)) {
    return MakeCellNetwork(
        *genotype,
        {channels, data.classes, flags.cells, flags.channels,
         flags.stem_multiplier == 0 ? UsualStemMultiplier(genotype->space) : flags.stem_multiplier},
        auxiliary_head);
  }
  const auto& chain = std::get<ChainNetwork>(architecture);
  ASSIGN_OR_RETURN(const FeatureShape input, ChainInput(chain));
  const auto& images = data.images;
  if (input.channels != channels || input.height != images.size(2) ||
      input.width != images.size(3)) {
    return InvalidArgument(
        "nn_config is for images of {} x {} and {} channels; the data's are {} x {} and {}",
        input.height, input.width, input.channels, images.size(2), images.size(3), channels);
  }
  if (chain.output_sizes.back() < data.classes) {
    return InvalidArgument("nn_config is for {} classes; the data has {}",
                           chain.output_sizes.back(), data.classes);
  }
  return MakeChainNetwork(chain);
}

}  // namespace qalam::nas
