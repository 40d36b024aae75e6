#include "nas/networks/network_plan.h"

namespace qalam::nas {

namespace {

// Beyond any published network; a slip of the finger must not ask for all the memory.
constexpr int64_t kMostCells = 100;
constexpr int64_t kMostInitialChannels = 1024;
constexpr int64_t kLargestStemMultiplier = 64;

Status CheckShape(const NetworkShape& shape) {
  const auto check = [](const char* name, int64_t value, int64_t most) -> Status {
    if (value >= 1 && value <= most) return {};
    return InvalidArgument("{} should be 1 to {}, not {}", name, most, value);
  };
  RETURN_IF_ERROR(check("the number of cells", shape.cells, kMostCells));
  RETURN_IF_ERROR(
      check("the number of initial channels", shape.initial_channels, kMostInitialChannels));
  return check("the stem multiplier", shape.stem_multiplier, kLargestStemMultiplier);
}

}  // namespace

int64_t UsualStemMultiplier(const CellSpace& space) { return space.input_nodes == 2 ? 3 : 1; }

StatusOr<std::vector<CellPlan>> PlanCells(const CellSpace& space, const NetworkShape& shape) {
  RETURN_IF_ERROR(CheckShape(shape));
  std::vector<CellPlan> plans;
  int64_t older = shape.stem_multiplier * shape.initial_channels;
  int64_t newer = older;
  int64_t channels = shape.initial_channels;
  bool follows_reduction = false;
  for (int64_t i = 0; i < shape.cells; ++i) {
    const bool reduction = i == shape.cells / 3 || i == 2 * shape.cells / 3;
    if (reduction) channels *= 2;
    const bool is_block = reduction && !space.has_reduction_cell();
    const int64_t nodes =
        space.output == CellOutput::kConcatenation && !is_block ? space.computed_nodes : 1;
    const int64_t output = channels * nodes;
    plans.push_back({reduction, follows_reduction, older, newer, channels, output});
    older = newer;
    newer = output;
    follows_reduction = reduction;
  }
  return plans;
}

}  // namespace qalam::nas
