#include "nas/networks/torch_script.h"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/script.h>

#include <algorithm>
#include <sstream>

#include "base/files.h"

namespace qalam::nas {

namespace {

// TorchScript's members have no dots in their names.
std::string MemberName(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

torch::jit::Module MakeScriptModule(ImageNetwork& network, const Normalization& on_cpu) {
  torch::jit::Module module(c10::QualifiedName("__torch__.QalamNetwork"));
  for (const auto& parameter : network.named_parameters()) {
    module.register_parameter(MemberName(parameter.key()), parameter.value(), /*is_buffer=*/false);
  }
  for (const auto& buffer : network.named_buffers()) {
    module.register_buffer(MemberName(buffer.key()), buffer.value());
  }
  module.register_buffer("pixel_mean", on_cpu.mean);
  module.register_buffer("pixel_deviation", on_cpu.deviation);
  return module;
}

// Records what the network does to an image as the module's method `forward`.
void TraceForward(ImageNetwork& network, const Normalization& normalization,
                  torch::IntArrayRef image_shape, torch::jit::Module& module) {
  std::vector<int64_t> sizes = {1};
  sizes.insert(sizes.end(), image_shape.begin(), image_shape.end());
  const auto run = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
    return {network.Forward(normalization.Apply(inputs[0].toTensor())).logits};
  };
  const auto traced = torch::jit::tracer::trace(
      {torch::zeros(sizes)}, run, [](const torch::Tensor&) { return std::string(); },
      /*strict=*/true, /*force_outplace=*/false, &module, {"images"});
  const c10::QualifiedName name(*module.type()->name(), "forward");
  module.type()->addMethod(
      module._ivalue()->compilation_unit()->create_function(name, traced.first->graph));
}

}  // namespace

Status WriteTorchScript(ImageNetwork& network, const Normalization& normalization,
                        torch::IntArrayRef image_shape, const std::string& path) {
  network.to(torch::kCPU);
  network.eval();
  const Normalization on_cpu{normalization.mean.cpu(), normalization.deviation.cpu()};
  std::ostringstream bytes;
  try {
    torch::jit::Module module = MakeScriptModule(network, on_cpu);
    TraceForward(network, on_cpu, image_shape, module);
    module.eval();
    module.save(bytes);
  } catch (const c10::Error& error) {
    return Internal("the network cannot be written as TorchScript: {}",
                    error.what_without_backtrace());
  }
  return WriteFileAtomically(path, bytes.str(), /*durable=*/false);
}

}  // namespace qalam::nas
