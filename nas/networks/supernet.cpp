#include "nas/networks/supernet.h"

namespace qalam::nas {

SupernetImpl::SupernetImpl(const CellSpace& space, const NetworkShape& shape,
                           const std::vector<CellPlan>& plans, int64_t partial_channels)
    : stem_(register_module("stem", MakeStem(shape))) {
  for (const CellPlan& plan : plans) {
    const auto name = fmt::format("cell{}", cells_.size());
    cells_.push_back(nullptr);
    reductions_.push_back(nullptr);
    is_reduction_.push_back(plan.reduction);
    if (plan.reduction && !space.has_reduction_cell()) {
      reductions_.back() =
          register_module(name, ResidualReduction(plan.newer_channels, plan.output_channels, true));
    } else {
      cells_.back() = register_module(name, SuperCell(space, plan, partial_channels));
    }
  }
  classifier_ =
      register_module("classifier", Classifier(space, plans.back().output_channels, shape.classes));
}

torch::Tensor SupernetImpl::forward(const torch::Tensor& images, const ArchitectureChoice& choice) {
  const ScalarChoice normal(choice.normal), reduction(choice.reduction);
  torch::Tensor newer = stem_->forward(images);
  torch::Tensor older = newer;
  for (size_t i = 0; i < cells_.size(); ++i) {
    torch::Tensor output =
        cells_[i] ? cells_[i]->forward(older, newer, is_reduction_[i] ? reduction : normal)
                  : reductions_[i]->forward(newer);
    older = std::move(newer);
    newer = std::move(output);
  }
  return classifier_->forward(newer);
}

StatusOr<Supernet> MakeSupernet(const CellSpace& space, const NetworkShape& shape,
                                int64_t partial_channels) {
  RETURN_IF_ERROR(CheckCellSpace(space));
  for (const auto& name : space.operations) {
    if (!IsOperation(name)) {
      return InvalidArgument("unknown operation {}; should be {}", name, OperationForms());
    }
  }
  if (partial_channels < 1 || shape.initial_channels % partial_channels != 0) {
    return InvalidArgument("the part of the channels, 1/{}, should divide {} initial channels",
                           partial_channels, shape.initial_channels);
  }
  ASSIGN_OR_RETURN(const auto plans, PlanCells(space, shape));
  return Supernet(space, shape, plans, partial_channels);
}

}  // namespace qalam::nas
