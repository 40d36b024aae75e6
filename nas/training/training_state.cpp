#include "nas/training/training_state.h"

#include <sstream>

#include "nas/training/checkpoint_file.h"

namespace qalam::nas {

namespace {

using Json = nlohmann::json;

std::string TrainingFile(const std::string& folder) { return folder + "/training.checkpoint"; }

// `optimizer` may be nullptr: the weights alone are read.
Status UnpackTraining(const std::string& path, const std::string& state, ImageNetwork& network,
                      torch::optim::Optimizer* optimizer, torch::Device device) {
  try {
    torch::serialize::InputArchive archive, weights, steps;
    archive.load_from(state.data(), state.size(), device);
    archive.read("network", weights);
    network.load(weights);
    if (optimizer != nullptr) {
      archive.read("optimizer", steps);
      optimizer->load(steps);
    }
    return {};
  } catch (const c10::Error& error) {
    return DataLoss("checkpoint {} does not fit the network: {}", path,
                    error.what_without_backtrace());
  }
}

}  // namespace

Json TrainingIdentity(const TrainingPlan& plan, const DataSet& data) {
  const TrainingSettings& settings = plan.settings;
  Json identity = {{"data", {data.name, data.training.size(), data.validation.size(), data.hash}},
                   {"seed", settings.seed},
                   {"epochs", settings.epochs},
                   {"batchSize", settings.batch_size},
                   {"learningRate", settings.learning_rate},
                   {"momentum", settings.momentum},
                   {"weightDecay", settings.weight_decay},
                   {"gradientClip", settings.gradient_clip},
                   {"labelSmoothing", settings.label_smoothing},
                   {"dropPath", settings.drop_path},
                   {"auxiliaryWeight", settings.auxiliary_weight},
                   {"augmentation",
                    {settings.augmentation.crop_padding, settings.augmentation.flip,
                     settings.augmentation.cutout}}};
  identity.update(plan.network);
  return identity;
}

Status SaveTraining(const TrainingPlan& plan, const DataSet& data, const TrainingProgress& progress,
                    const ImageNetwork& network, const torch::optim::Optimizer& optimizer) {
  torch::serialize::OutputArchive archive, weights, steps;
  network.save(weights);
  archive.write("network", weights);
  optimizer.save(steps);
  archive.write("optimizer", steps);
  std::ostringstream bytes;
  archive.save_to(bytes);
  return WriteCheckpoint(TrainingFile(plan.checkpoint),
                         {TrainingIdentity(plan, data),
                          {{"step", progress.step},
                           {"lossSum", progress.loss_sum},
                           {"epoch", progress.latest.epoch},
                           {"trainingLoss", progress.latest.training_loss},
                           {"validationAccuracy", progress.latest.validation_accuracy}},
                          bytes.str()});
}

StatusOr<TrainingProgress> ResumeTraining(const TrainingPlan& plan, const DataSet& data,
                                          ImageNetwork& network,
                                          torch::optim::Optimizer& optimizer) {
  const std::string path = TrainingFile(plan.checkpoint);
  ASSIGN_OR_RETURN(const auto checkpoint, FindCheckpoint(path, TrainingIdentity(plan, data)));
  if (!checkpoint) return TrainingProgress{};
  RETURN_IF_ERROR(UnpackTraining(path, checkpoint->state, network, &optimizer, plan.device));
  const Json& json = checkpoint->progress;
  try {
    return TrainingProgress{json.at("step").get<int64_t>(),
                            json.at("lossSum").get<double>(),
                            {json.at("epoch").get<int64_t>(), json.at("trainingLoss").get<double>(),
                             json.at("validationAccuracy").get<double>()}};
  } catch (const Json::exception&) {
    return DataLoss("checkpoint {} is of no training", path);
  }
}

Status LoadTrainedWeights(ImageNetwork& network, const std::string& folder,
                          const Json& description) {
  const std::string path = TrainingFile(folder);
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(path, description));
  return UnpackTraining(path, checkpoint.state, network, nullptr, torch::kCPU);
}

}  // namespace qalam::nas
