#include <cstdio>
#include <memory>

#include "base/files.h"
#include "nas/networks/torch_script.h"
#include "nas/program/architecture_flags.h"
#include "nas/program/data_flags.h"
#include "nas/program/verbs/verbs.h"
#include "nas/training/train_network.h"

namespace qalam::nas {

namespace {

struct ExportFlags {
  ArchitectureFlags architecture;
  NetworkFlags network;
  DataFlags data;
  std::string checkpoint, output;
  bool auxiliary_head = false;
  uint64_t seed = 1;
};

Status Export(const ExportFlags& flags) {
  ASSIGN_OR_RETURN(const Architecture architecture, ReadArchitecture(flags.architecture));
  ASSIGN_OR_RETURN(const DataSet data, ReadData(flags.data, flags.seed));
  ASSIGN_OR_RETURN(const auto network,
                   BuildNetwork(architecture, flags.network, data.training, flags.auxiliary_head));
  RETURN_IF_ERROR(LoadTrainedWeights(*network, flags.checkpoint,
                                     NetworkDescription(architecture, flags.network)));
  const auto normalization = Normalization::Of(data.training);
  RETURN_IF_ERROR(MakeDirectories(flags.output));
  RETURN_IF_ERROR(WriteTorchScript(*network, normalization, data.training.images.sizes().slice(1),
                                   flags.output + "/network.pt"));
  RETURN_IF_ERROR(WriteFileAtomically(flags.output + "/architecture.json",
                                      ArchitectureJson(architecture).dump() + "\n",
                                      /*durable=*/false));
  const double accuracy = ValidationAccuracy(*network, data.validation, normalization, torch::kCPU);
  std::printf("Validation-Accuracy=%.6g\n", accuracy);
  return {};
}

}  // namespace

void AddExport(CLI::App& app, Action* chosen) {
  CLI::App* verb =
      NewVerb(app, "export", "Write a trained network for Python's torch",
              "qalam-nas export --genotype genotype.json --checkpoint trained --output exported\n"
              "  python3 -c 'import torch; print(torch.jit.load(\"exported/network.pt\"))'");
  const auto flags = std::make_shared<ExportFlags>();
  AddArchitectureFlags(verb, flags->architecture);
  AddNetworkFlags(verb, flags->network);
  AddDataFlags(verb, flags->data);
  verb->add_option("--checkpoint", flags->checkpoint, "The folder that `train` was given")
      ->required();
  verb->add_option("--output", flags->output,
                   "A folder for network.pt (TorchScript, of raw pixel values) and "
                   "architecture.json")
      ->required();
  verb->add_flag("--auxiliary-head", flags->auxiliary_head,
                 "It was trained with an --auxiliary-weight");
  verb->add_option("--seed", flags->seed, "That it was trained with")->capture_default_str();
  verb->callback([chosen, flags] { *chosen = [flags] { return Export(*flags); }; });
}

}  // namespace qalam::nas
