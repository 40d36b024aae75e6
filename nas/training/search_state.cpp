#include "nas/training/search_state.h"

#include <sstream>

namespace qalam::nas {

namespace {

using Json = nlohmann::json;

Json SpaceIdentity(const CellSpace& space) {
  return {space.name,
          space.operations,
          space.input_nodes,
          space.computed_nodes,
          space.kept_inputs,
          static_cast<int>(space.output),
          static_cast<int>(space.reduction)};
}

Json ShapeIdentity(const NetworkShape& shape) {
  return {{"inputChannels", shape.input_channels},
          {"classes", shape.classes},
          {"cells", shape.cells},
          {"initialChannels", shape.initial_channels},
          {"stemMultiplier", shape.stem_multiplier}};
}

}  // namespace

Json SharedIdentity(const std::string& method, const SearchContext& context) {
  return {{"method", method},
          {"space", SpaceIdentity(context.space)},
          {"network", ShapeIdentity(context.settings.network)},
          {"partialChannels", context.settings.partial_channels}};
}

Json SearchIdentity(const std::string& method, const SearchContext& context, const DataSet& data) {
  const SearchSettings& settings = context.settings;
  Json identity = SharedIdentity(method, context);
  identity["data"] = {data.name, data.training.size(), data.validation.size(), data.hash};
  identity["seed"] = settings.seed;
  identity["epochs"] = settings.epochs;
  identity["batchSize"] = settings.batch_size;
  identity["learningRate"] = settings.learning_rate;
  identity["minimumLearningRate"] = settings.minimum_learning_rate;
  identity["momentum"] = settings.momentum;
  identity["weightDecay"] = settings.weight_decay;
  identity["gradientClip"] = settings.gradient_clip;
  identity["augmentation"] = {settings.augmentation.crop_padding, settings.augmentation.flip,
                              settings.augmentation.cutout};
  identity["architectureLearningRate"] = settings.architecture_learning_rate;
  identity["architectureWeightDecay"] = settings.architecture_weight_decay;
  identity["warmUpEpochs"] = settings.warm_up_epochs;
  identity["temperatures"] = {settings.first_temperature, settings.last_temperature};
  identity["candidates"] = settings.candidates;
  identity["controller"] = {settings.controller_steps, settings.controller_samples,
                            settings.controller_learning_rate};
  identity["mostSkips"] = settings.most_skips;
  identity["eigenvalueRatio"] = settings.eigenvalue_ratio;
  return identity;
}

std::string PackSearch(const SearchContext& context, const SearchMethod& method,
                       bool with_optimizer) {
  torch::serialize::OutputArchive archive, network, optimizer, own;
  context.network->save(network);
  archive.write("network", network);
  method.Save(own);
  archive.write("method", own);
  if (with_optimizer) {
    context.optimizer->save(optimizer);
    archive.write("optimizer", optimizer);
  }
  std::ostringstream bytes;
  archive.save_to(bytes);
  return bytes.str();
}

Status UnpackSearch(const std::string& state, bool with_optimizer, const SearchContext& context,
                    SearchMethod& method) {
  try {
    torch::serialize::InputArchive archive, network, optimizer, own;
    archive.load_from(state.data(), state.size(), context.device);
    archive.read("network", network);
    Supernet shared = context.network;
    shared->load(network);
    archive.read("method", own);
    method.Load(own);
    if (with_optimizer) {
      archive.read("optimizer", optimizer);
      context.optimizer->load(optimizer);
    }
    return {};
  } catch (const c10::Error& error) {
    return DataLoss("the checkpoint's state does not fit: {}", error.what_without_backtrace());
  }
}

}  // namespace qalam::nas
