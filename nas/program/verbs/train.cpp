#include <memory>

#include "nas/program/architecture_flags.h"
#include "nas/program/compute.h"
#include "nas/program/data_flags.h"
#include "nas/program/metric_lines.h"
#include "nas/program/verbs/verbs.h"
#include "nas/training/train_network.h"

namespace qalam::nas {

namespace {

struct TrainFlags {
  ArchitectureFlags architecture;
  NetworkFlags network;
  DataFlags data;
  ComputeOptions compute;
  TrainingSettings training;
  std::string checkpoint;
  int64_t checkpoint_steps = 0;
};

void AddTrainingFlags(CLI::App* verb, TrainingSettings& training) {
  const auto add = [verb](const char* name, auto& value, const char* help) {
    verb->add_option(name, value, help)->capture_default_str();
  };
  add("--epochs,--num_epochs", training.epochs, "Passes over the training images");
  add("--batch-size", training.batch_size, "Images a step");
  add("--learning-rate", training.learning_rate, "At first; falls to 0 by half a cosine");
  add("--momentum", training.momentum, "Share of the last step that is kept (Nesterov)");
  add("--weight-decay", training.weight_decay, "Of the squared weights");
  add("--gradient-clip", training.gradient_clip, "The gradient's largest norm; 0: no limit");
  add("--label-smoothing", training.label_smoothing, "Probability spread over all classes");
  add("--drop-path", training.drop_path, "Chance at the last epoch that a cell's edge is left out");
  add("--auxiliary-weight", training.auxiliary_weight,
      "Of a second classifier's loss inside the network; 0: none");
}

Status Train(const TrainFlags& flags) {
  ASSIGN_OR_RETURN(const torch::Device device, PrepareDevice(flags.compute));
  ASSIGN_OR_RETURN(const Architecture architecture, ReadArchitecture(flags.architecture));
  ASSIGN_OR_RETURN(const DataSet data, ReadData(flags.data, flags.compute.seed));
  ASSIGN_OR_RETURN(const auto network, BuildNetwork(architecture, flags.network, data.training,
                                                    flags.training.auxiliary_weight > 0));
  TrainingPlan plan{.settings = flags.training,
                    .network = NetworkDescription(architecture, flags.network),
                    .device = device,
                    .checkpoint = flags.checkpoint,
                    .checkpoint_steps = flags.checkpoint_steps,
                    .on_step = PrintStep,
                    .on_epoch = [](const TrainingReport& report) {
                      PrintEpoch(report.epoch, report.training_loss, report.validation_accuracy);
                    }};
  plan.settings.seed = flags.compute.seed;
  ASSIGN_OR_RETURN(const TrainingReport report, TrainNetwork(*network, data, plan));
  fmt::print("Validation-Accuracy={:.6g}\n", report.validation_accuracy);
  PrintCost(MeasureCost(*network, data.training.images.sizes().slice(1)));
  return {};
}

}  // namespace

void AddTrain(CLI::App& app, Action* chosen) {
  CLI::App* verb = NewVerb(app, "train", "Train an architecture from scratch",
                           "qalam-nas train --genotype genotype.json --data digits");
  const auto flags = std::make_shared<TrainFlags>();
  AddArchitectureFlags(verb, flags->architecture);
  AddNetworkFlags(verb, flags->network);
  AddDataFlags(verb, flags->data);
  AddTrainingFlags(verb, flags->training);
  AddAugmentationFlags(verb, flags->training.augmentation);
  AddComputeFlags(verb, flags->compute);
  verb->add_option("--checkpoint", flags->checkpoint,
                   "A folder for the training's state; what it holds is gone on with");
  verb->add_option("--checkpoint-steps", flags->checkpoint_steps,
                   "Keep the state every so many steps too, not after each epoch alone")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->callback([chosen, flags] { *chosen = [flags] { return Train(*flags); }; });
}

}  // namespace qalam::nas
