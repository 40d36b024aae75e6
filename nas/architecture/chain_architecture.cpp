#include "nas/architecture/chain_architecture.h"

#include "nas/architecture/katib_text.h"

namespace qalam::nas {

namespace {

using Json = nlohmann::ordered_json;

StatusOr<ChainLayer> ReadLayer(const Json& row, size_t index) {
  const auto fault = [&] {
    return InvalidArgument("layer {} of the architecture should be [operation, {} skips of 0 or 1]",
                           index, index);
  };
  if (!row.is_array() || row.size() != index + 1 || !row[0].is_number_integer()) return fault();
  ChainLayer layer{.operation = row[0].get<int>()};
  if (row[0] != Json(layer.operation)) return fault();  // it does not fit an int
  for (size_t k = 0; k < index; ++k) {
    const Json& skip = row[k + 1];
    if (!skip.is_number_integer() || (skip != 0 && skip != 1)) return fault();
    layer.skips.push_back(skip == 1);
  }
  return layer;
}

StatusOr<ChainArchitecture> ReadArchitecture(const std::string& text) {
  ASSIGN_OR_RETURN(const Json json, ParseKatibText(text, "architecture"));
  if (!json.is_array() || json.empty() || json.size() > static_cast<size_t>(kMostChainLayers)) {
    return InvalidArgument("the architecture should be a list of 1 to {} layers", kMostChainLayers);
  }
  ChainArchitecture architecture;
  for (size_t i = 0; i < json.size(); ++i) {
    ASSIGN_OR_RETURN(auto layer, ReadLayer(json[i], i));
    architecture.layers.push_back(std::move(layer));
  }
  return architecture;
}

StatusOr<std::vector<int>> ReadSizes(const Json& config, const char* name) {
  std::vector<int> sizes;
  const Json list = config.value(name, Json::array());
  for (const Json& size : list) {
    if (!size.is_number_integer() || size < 1 || size > (1 << 20)) break;
    sizes.push_back(size.get<int>());
  }
  if (!list.is_array() || sizes.empty() || sizes.size() != list.size()) {
    return InvalidArgument("nn_config: {} should be a list of whole numbers above 0", name);
  }
  return sizes;
}

StatusOr<ChainOperation> ReadOperation(const Json& embedding, int id) {
  const auto entry = embedding.find(std::to_string(id));
  const bool sound = entry != embedding.end() && entry->is_object() &&
                     entry->contains("opt_type") && (*entry)["opt_type"].is_string() &&
                     entry->contains("opt_params") && (*entry)["opt_params"].is_object();
  if (!sound) {
    return InvalidArgument(
        "nn_config: embedding should hold opt_type and opt_params of the operation {}, which the "
        "architecture uses",
        id);
  }
  return ChainOperation{(*entry)["opt_type"].get<std::string>(), (*entry)["opt_params"]};
}

}  // namespace

std::string PrintChainArchitecture(const ChainArchitecture& architecture) {
  Json json = Json::array();
  for (const auto& layer : architecture.layers) {
    Json row = Json::array({layer.operation});
    for (const bool skip : layer.skips) row.push_back(skip ? 1 : 0);
    json.push_back(std::move(row));
  }
  return PrintKatibText(json);
}

std::string PrintNetworkConfig(const ChainSpace& space, const ChainArchitecture& architecture) {
  Json embedding = Json::object();
  for (const auto& layer : architecture.layers) {
    const ChainOperation& operation = space.operations()[static_cast<size_t>(layer.operation)];
    embedding[std::to_string(layer.operation)] = {{"opt_id", layer.operation},
                                                  {"opt_type", operation.type},
                                                  {"opt_params", operation.parameters}};
  }
  return PrintKatibText({{"num_layers", space.layer_count()},
                         {"input_sizes", space.input_sizes()},
                         {"output_sizes", space.output_sizes()},
                         {"embedding", std::move(embedding)}});
}

StatusOr<ChainArchitecture> ParseChainArchitecture(const ChainSpace& space,
                                                   const std::string& text) {
  ASSIGN_OR_RETURN(auto architecture, ReadArchitecture(text));
  if (architecture.layers.size() != static_cast<size_t>(space.layer_count())) {
    return InvalidArgument("the architecture should have {} layers, not {}", space.layer_count(),
                           architecture.layers.size());
  }
  for (const auto& layer : architecture.layers) {
    if (layer.operation < 0 || static_cast<size_t>(layer.operation) >= space.operations().size()) {
      return InvalidArgument("the architecture names the operation {}; there are 0 to {}",
                             layer.operation, space.operations().size() - 1);
    }
  }
  return architecture;
}

StatusOr<ChainNetwork> ParseChainNetwork(const std::string& architecture,
                                         const std::string& nn_config) {
  ASSIGN_OR_RETURN(const auto parsed, ReadArchitecture(architecture));
  ASSIGN_OR_RETURN(const Json config, ParseKatibText(nn_config, "nn_config"));
  if (!config.is_object() || !config.contains("embedding") || !config["embedding"].is_object()) {
    return InvalidArgument("nn_config should be a JSON object with an embedding");
  }
  if (config.value("num_layers", Json()) != Json(parsed.layers.size())) {
    return InvalidArgument("nn_config: num_layers should be {}, as many as the architecture has",
                           parsed.layers.size());
  }
  ChainNetwork network;
  ASSIGN_OR_RETURN(network.input_sizes, ReadSizes(config, "input_sizes"));
  ASSIGN_OR_RETURN(network.output_sizes, ReadSizes(config, "output_sizes"));
  for (const auto& layer : parsed.layers) {
    ASSIGN_OR_RETURN(auto operation, ReadOperation(config["embedding"], layer.operation));
    network.layers.push_back({std::move(operation), layer.skips});
  }
  return network;
}

}  // namespace qalam::nas
