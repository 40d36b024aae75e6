#include "nas/networks/cell_network.h"

#include "nas/networks/auxiliary_head.h"
#include "nas/networks/cell.h"
#include "nas/networks/network_layers.h"

namespace qalam::nas {

namespace {

class CellNetwork : public ImageNetwork {
 public:
  explicit CellNetwork(const NetworkShape& shape)
      : stem_(register_module("stem", MakeStem(shape))) {}

  Status AddCells(const Genotype& genotype, const std::vector<CellPlan>& plans);
  void AddHeads(const CellSpace& space, const std::vector<CellPlan>& plans, int64_t classes,
                bool auxiliary_head);

  NetworkOutput Forward(const torch::Tensor& images) override;
  void SetDropPath(double probability) override { drop_path_ = probability; }

 private:
  // A cell, or a block between groups of cells.
  struct Stage {
    Cell cell{nullptr};
    ResidualReduction block{nullptr};
  };
  torch::nn::Sequential stem_;
  std::vector<Stage> stages_;
  Classifier classifier_{nullptr};
  AuxiliaryHead auxiliary_{nullptr};
  size_t auxiliary_stage_ = 0;  // whose output the auxiliary head reads
  double drop_path_ = 0;
};

Status CellNetwork::AddCells(const Genotype& genotype, const std::vector<CellPlan>& plans) {
  for (const CellPlan& plan : plans) {
    const std::string name = fmt::format("cell_{}", stages_.size());
    Stage stage;
    if (plan.reduction && !genotype.space.has_reduction_cell()) {
      stage.block = register_module(
          name, ResidualReduction(plan.newer_channels, plan.output_channels, /*affine=*/true));
    } else {
      stage.cell = register_module(name, Cell(genotype.space, plan));
      RETURN_IF_ERROR(stage.cell->AddEdges(plan.reduction ? genotype.reduction : genotype.normal));
    }
    stages_.push_back(std::move(stage));
  }
  return {};
}

void CellNetwork::AddHeads(const CellSpace& space, const std::vector<CellPlan>& plans,
                           int64_t classes, bool auxiliary_head) {
  classifier_ =
      register_module("classifier", Classifier(space, plans.back().output_channels, classes));
  if (!auxiliary_head) return;
  auxiliary_stage_ = 2 * plans.size() / 3;
  auxiliary_ =
      register_module("auxiliary", AuxiliaryHead(plans[auxiliary_stage_].output_channels, classes));
}

NetworkOutput CellNetwork::Forward(const torch::Tensor& images) {
  torch::Tensor newer = stem_->forward(images);
  torch::Tensor older = newer;
  NetworkOutput output;
  for (size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    const torch::Tensor next =
        stage.cell ? stage.cell(older, newer, drop_path_) : stage.block(newer);
    older = newer;
    newer = next;
    if (auxiliary_ && is_training() && i == auxiliary_stage_) output.auxiliary = auxiliary_(newer);
  }
  output.logits = classifier_(newer);
  return output;
}

}  // namespace

StatusOr<std::shared_ptr<ImageNetwork>> MakeCellNetwork(const Genotype& genotype,
                                                        const NetworkShape& shape,
                                                        bool auxiliary_head) {
  RETURN_IF_ERROR(CheckGenotype(genotype));
  ASSIGN_OR_RETURN(const auto plans, PlanCells(genotype.space, shape));
  auto network = std::make_shared<CellNetwork>(shape);
  RETURN_IF_ERROR(network->AddCells(genotype, plans));
  network->AddHeads(genotype.space, plans, shape.classes, auxiliary_head);
  return network;
}

}  // namespace qalam::nas
