#include "suggestion/architecture/chain_form.h"

#include <algorithm>

#include "nas/architecture/chain_architecture.h"
#include "suggestion/search_space.h"

namespace qalam {

namespace {

constexpr char kArchitecture[] = "architecture";
constexpr char kNetworkConfig[] = "nn_config";

Parameter Categorical(std::string name, std::vector<std::string> list) {
  Parameter parameter{.name = std::move(name), .type = ParameterType::kCategorical};
  parameter.feasible_space.list = std::move(list);
  return parameter;
}

class ChainForm final : public DerivedForm {
 public:
  explicit ChainForm(nas::ChainSpace space) : space_(std::move(space)) {}

  std::vector<Parameter> Parameters() const override {
    std::vector<std::string> ids;
    for (size_t id = 0; id < space_.operations().size(); ++id) ids.push_back(std::to_string(id));
    std::vector<Parameter> parameters;
    for (int layer = 0; layer < space_.layer_count(); ++layer) {
      parameters.push_back(Categorical(fmt::format("{}[{}].operation", kArchitecture, layer), ids));
      for (int node = 0; node < layer; ++node) {
        parameters.push_back(
            Categorical(fmt::format("{}[{}].skip[{}]", kArchitecture, layer, node), {"0", "1"}));
      }
    }
    return parameters;
  }

  bool Owns(const std::string& assignment) const override {
    return assignment == kArchitecture || assignment == kNetworkConfig;
  }

  std::vector<Assignment> Format(const Point& point, size_t first) const override {
    nas::ChainArchitecture architecture;
    size_t next = first;
    for (int i = 0; i < space_.layer_count(); ++i) {
      nas::ChainLayer layer{.operation = static_cast<int>(point.values[next++])};
      for (int node = 0; node < i; ++node) layer.skips.push_back(point.values[next++] != 0);
      architecture.layers.push_back(std::move(layer));
    }
    return {{kArchitecture, nas::PrintChainArchitecture(architecture)},
            {kNetworkConfig, nas::PrintNetworkConfig(space_, architecture)}};
  }

  // The ids say it all: nn_config is passed over.
  Status Parse(const std::vector<Assignment>& assignments, size_t first,
               Point& point) const override {
    const auto given =
        std::find_if(assignments.begin(), assignments.end(),
                     [](const Assignment& one) { return one.name == kArchitecture; });
    if (given == assignments.end()) return NotFound("parameter {} has no value", kArchitecture);
    const auto architecture = nas::ParseChainArchitecture(space_, given->value);
    if (!architecture.ok()) {
      return OutOfRange("parameter {}: {}", kArchitecture, Message(architecture.status()));
    }
    size_t next = first;
    for (const auto& layer : architecture->layers) {
      point.values[next++] = layer.operation;
      for (const bool skip : layer.skips) point.values[next++] = skip ? 1 : 0;
    }
    return absl::OkStatus();
  }

  const nas::ChainSpace* chain() const override { return &space_; }

 private:
  const nas::ChainSpace space_;
};

}  // namespace

std::unique_ptr<DerivedForm> MakeChainForm(nas::ChainSpace space) {
  return std::make_unique<ChainForm>(std::move(space));
}

}  // namespace qalam
