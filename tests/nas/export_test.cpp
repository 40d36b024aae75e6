#include <torch/script.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nas/architecture/cell_code.h"
#include "nas/networks/cell_network.h"
#include "nas/networks/torch_script.h"
#include "tests/nas/program_run.h"

namespace qalam::nas {
namespace {

// A network whose statistics are not the initial ones.
std::shared_ptr<ImageNetwork> SomewhatTrained(const CellSpace& space) {
  torch::manual_seed(4);
  auto network = MakeCellNetwork(RandomGenotype(space, 2, 5), {3, 4, 3, 4, 3}, false);
  REQUIRE(network.ok());
  for (int i = 0; i < 3; ++i) (*network)->Forward(torch::randn({8, 3, 8, 8}));
  return *network;
}

torch::Tensor CountingPixels(int64_t count) {
  return (torch::arange(count * 3 * 8 * 8, torch::kFloat) * 37)
      .remainder(256)
      .view({count, 3, 8, 8});
}

TEST_CASE("what is exported gives the same logits for batches of any size", "[nas]") {
  const auto space = GENERATE(DartsSpace(), NasBench201Space());
  const auto network = SomewhatTrained(space);
  const Normalization normalization{torch::tensor({100.f, 120.f, 90.f}),
                                    torch::tensor({50.f, 60.f, 70.f})};
  const TemporaryDirectory folder;
  const Status written = WriteTorchScript(*network, normalization, std::vector<int64_t>{3, 8, 8},
                                          folder.File("network.pt"));
  CAPTURE(Message(written));
  REQUIRE(written.ok());
  auto script = torch::jit::load(folder.File("network.pt"));
  const torch::NoGradGuard no_gradients;
  for (const int64_t count : {1, 5}) {
    const auto pixels = CountingPixels(count);
    const auto expected = network->Forward(normalization.Apply(pixels)).logits;
    CHECK(torch::allclose(script.forward({pixels}).toTensor(), expected, 1e-5, 1e-5));
  }
  size_t parameters = 0;
  for (const auto& parameter : script.parameters()) parameters += parameter.requires_grad();
  CHECK(parameters == network->parameters().size());
}

TEST_CASE("Python's torch reads what is exported, trains on it and gives the same logits",
          "[nas][slow]") {
  const auto network = SomewhatTrained(DartsSpace());
  const Normalization normalization{torch::zeros({3}), 100 * torch::ones({3})};
  const TemporaryDirectory folder;
  REQUIRE(WriteTorchScript(*network, normalization, std::vector<int64_t>{3, 8, 8},
                           folder.File("network.pt"))
              .ok());
  std::ofstream(folder.File("run.py"))
      << "import json, sys, torch\n"
         "network = torch.jit.load(sys.argv[1])\n"
         "pixels = (torch.arange(5 * 3 * 8 * 8.0) * 37).remainder(256).view(5, 3, 8, 8)\n"
         "logits = network(pixels)\n"
         "logits.square().sum().backward()\n"
         "gradients = sum(p.grad is not None for p in network.parameters())\n"
         "print(json.dumps({'logits': logits.tolist(), 'gradients': gradients}))\n";
  ProgramRun run({"/usr/bin/python3", folder.File("run.py"), folder.File("network.pt")});
  const int status = run.Wait();
  if (run.Said().find("No module named 'torch'") != std::string::npos) {
    WARN("Debian's python3-torch is not installed");
    return;
  }
  CAPTURE(run.Said());
  REQUIRE(status == 0);
  const auto json = nlohmann::json::parse(run.Said());
  const torch::NoGradGuard no_gradients;
  const auto expected = network->Forward(normalization.Apply(CountingPixels(5))).logits;
  for (int i = 0; i < 5; ++i) {
    for (int k = 0; k < 4; ++k) {
      CHECK(json["logits"][i][k].get<double>() ==
            Approx(expected[i][k].item<double>()).epsilon(1e-4).margin(1e-5));
    }
  }
  CHECK(json["gradients"].get<size_t>() == network->parameters().size());
}

}  // namespace
}  // namespace qalam::nas
