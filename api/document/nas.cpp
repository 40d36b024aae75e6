#include "api/document/reader.h"

namespace qalam::document {

namespace {

// No published architecture search goes deeper, and a slip of the finger must not ask for millions.
constexpr int64_t kMostLayers = 100;
constexpr int64_t kLargestSize = 1 << 20;

std::vector<int> ReadSizes(Reader& reader, const Field& list) {
  std::vector<int> sizes;
  for (const Field& item : reader.Items(list)) {
    if (const auto size = reader.Int(item, 1, kLargestSize))
      sizes.push_back(static_cast<int>(*size));
  }
  return sizes;
}

}  // namespace

std::optional<NasConfig> ReadNasConfig(Reader& reader, const Field& field) {
  if (!reader.CheckMap(field, {"graphConfig", "operations"})) return std::nullopt;
  NasConfig config;
  const Field graph = Reader::Child(field, "graphConfig");
  if (reader.Require(field, graph, "the graph's numLayers, inputSizes and outputSizes") &&
      reader.CheckMap(graph, {"numLayers", "inputSizes", "outputSizes"})) {
    const Field layer_count = Reader::Child(graph, "numLayers");
    reader.Require(graph, layer_count, "how many layers there are");
    const auto layers = reader.Int(layer_count, 1, kMostLayers);
    config.num_layers = static_cast<int>(layers.value_or(0));
    config.input_sizes = ReadSizes(reader, Reader::Child(graph, "inputSizes"));
    config.output_sizes = ReadSizes(reader, Reader::Child(graph, "outputSizes"));
  }
  const Field operations = Reader::Child(field, "operations");
  reader.Require(field, operations, "the operations to choose from");
  for (const Field& item : reader.Items(operations)) {
    if (!reader.CheckMap(item, {"operationType", "parameters"})) continue;
    const Field type = Reader::Child(item, "operationType");
    reader.Require(item, type, "the operation's name");
    config.operations.push_back({reader.Text(type).value_or(""),
                                 ReadParameters(reader, Reader::Child(item, "parameters"))});
  }
  if (operations.present() && config.operations.empty()) {
    reader.AddFault(operations, "at least one operation is needed");
  }
  return config;
}

std::vector<std::string> AssignmentNames(const ExperimentSpec& spec) {
  std::vector<std::string> names;
  for (const auto& parameter : spec.parameters) names.push_back(parameter.name);
  if (!spec.nas_config) return names;
  // What Katib's architecture searches give their trials: an architecture each, or with darts the
  // whole search.
  const auto given =
      spec.algorithm.name == "darts"
          ? std::vector<std::string>{"algorithm-settings", "search-space", "num-layers"}
          : std::vector<std::string>{"architecture", "nn_config"};
  names.insert(names.end(), given.begin(), given.end());
  return names;
}

}  // namespace qalam::document
