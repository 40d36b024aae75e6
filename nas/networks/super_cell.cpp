#include "nas/networks/super_cell.h"

#include <algorithm>

#include "nas/networks/network_layers.h"

namespace qalam::nas {

namespace {

CellChoice CellChoiceOf(const CellSpace& space, const std::vector<CellEdge>& cell) {
  CellChoice choice;
  choice.selected.assign(space.edge_count(), -1);
  for (const auto& edge : cell) {
    const auto& names = space.operations;
    choice.selected[space.EdgeIndex(edge.node, edge.source)] =
        std::find(names.begin(), names.end(), edge.operation) - names.begin();
  }
  return choice;
}

}  // namespace

ArchitectureChoice ChoiceOf(const Genotype& genotype) {
  return {CellChoiceOf(genotype.space, genotype.normal),
          genotype.space.has_reduction_cell() ? CellChoiceOf(genotype.space, genotype.reduction)
                                              : CellChoice{}};
}

ScalarChoice::ScalarChoice(const CellChoice& choice) : selected(choice.selected) {
  if (choice.operations.defined()) operations = choice.operations.flatten().unbind();
  if (choice.edges.defined()) edges = choice.edges.unbind();
}

SuperCellImpl::SuperCellImpl(const CellSpace& space, const CellPlan& plan, int64_t partial_channels)
    : space_(space), stride_(plan.reduction ? 2 : 1) {
  for (int i = 0; i < space.input_nodes; ++i) {
    inputs_.push_back(
        register_module(fmt::format("input{}", i), MakeCellInput(space, plan, i, false)));
  }
  for (int node = space.input_nodes; node < space.input_nodes + space.computed_nodes; ++node) {
    for (int source = 0; source < node; ++source) {
      const OperationShape shape{plan.node_channels, plan.node_channels,
                                 source < space.input_nodes ? stride_ : 1, false};
      edges_.push_back(register_module(fmt::format("edge{}", edges_.size()),
                                       MixedOperation(space.operations, shape, partial_channels)));
    }
  }
}

torch::Tensor SuperCellImpl::Edge(size_t edge, const torch::Tensor& source,
                                  const ScalarChoice& choice) {
  const size_t operations = space_.operations.size();
  torch::Tensor value;
  if (choice.selected.empty()) {
    value = edges_[edge]->Mix(source, &choice.operations[edge * operations]);
  } else if (const int64_t selected = choice.selected[edge]; selected >= 0) {
    const torch::Tensor weight = choice.operations.empty()
                                     ? torch::Tensor()
                                     : choice.operations[edge * operations + selected];
    value = edges_[edge]->Select(source, selected, weight);
  }
  if (value.defined() && !choice.edges.empty()) value = value * choice.edges[edge];
  return value;
}

torch::Tensor SuperCellImpl::forward(const torch::Tensor& older, const torch::Tensor& newer,
                                     const ScalarChoice& choice) {
  std::vector<torch::Tensor> nodes;
  if (space_.input_nodes == 2) nodes.push_back(inputs_[0]->forward(older));
  nodes.push_back(inputs_.back()->forward(newer));
  size_t edge = 0;
  for (int node = space_.input_nodes; node < space_.input_nodes + space_.computed_nodes; ++node) {
    torch::Tensor sum;
    for (int source = 0; source < node; ++source, ++edge) {
      const torch::Tensor value = Edge(edge, nodes[source], choice);
      if (!value.defined()) continue;
      sum = sum.defined() ? sum + value : value;
    }
    if (!sum.defined()) {
      const auto sizes = nodes[0].sizes();
      sum = torch::zeros({sizes[0], sizes[1], (sizes[2] + stride_ - 1) / stride_,
                          (sizes[3] + stride_ - 1) / stride_},
                         nodes[0].options());
    }
    nodes.push_back(sum);
  }
  if (space_.output == CellOutput::kLastNode) return nodes.back();
  return torch::cat(torch::TensorList(nodes.data() + space_.input_nodes, space_.computed_nodes), 1);
}

}  // namespace qalam::nas
