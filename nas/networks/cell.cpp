#include "nas/networks/cell.h"

#include "nas/networks/network_layers.h"

namespace qalam::nas {

namespace {

torch::Tensor DropPath(const torch::Tensor& values, double probability) {
  const double kept = 1 - probability;
  const torch::Tensor mask =
      torch::empty({values.size(0), 1, 1, 1}, values.options()).bernoulli_(kept);
  return values * mask / kept;
}

}  // namespace

CellImpl::CellImpl(const CellSpace& space, const CellPlan& plan) : space_(space), plan_(plan) {
  for (int input = 0; input < space.input_nodes; ++input) {
    inputs_.push_back(register_module(fmt::format("input_{}", input),
                                      MakeCellInput(space, plan, input, /*affine=*/true)));
  }
}

Status CellImpl::AddEdges(const std::vector<CellEdge>& edges) {
  for (const CellEdge& edge : edges) {
    if (edge.operation == "none") continue;
    const bool reduces = plan_.reduction && edge.source < space_.input_nodes;
    ASSIGN_OR_RETURN(Operation operation,
                     MakeOperation(edge.operation, {plan_.node_channels, plan_.node_channels,
                                                    reduces ? 2 : 1, /*affine=*/true}));
    register_module(fmt::format("edge_{}_{}", edge.node, edge.source), operation);
    const bool unchanged = operation->ptr(0)->as<torch::nn::Identity>() != nullptr;
    edges_.push_back({edge.node, edge.source, std::move(operation), !unchanged});
  }
  return {};
}

torch::Tensor CellImpl::ComputeNode(int node, const std::vector<torch::Tensor>& values,
                                    double drop_path) {
  torch::Tensor sum;
  for (Edge& edge : edges_) {
    if (edge.node != node) continue;
    torch::Tensor brought = edge.operation->forward(values[edge.source]);
    if (is_training() && drop_path > 0 && edge.droppable) brought = DropPath(brought, drop_path);
    sum = sum.defined() ? sum + brought : brought;
  }
  if (sum.defined()) return sum;
  // Nothing leads here: zeros, of the size that an edge would have brought.
  const int64_t stride = plan_.reduction ? 2 : 1;
  const auto all = torch::indexing::Slice();
  const auto strided = torch::indexing::Slice(torch::indexing::None, torch::indexing::None, stride);
  return torch::zeros_like(values[0].index({all, all, strided, strided}));
}

torch::Tensor CellImpl::forward(const torch::Tensor& older, const torch::Tensor& newer,
                                double drop_path) {
  std::vector<torch::Tensor> values;
  for (int input = 0; input < space_.input_nodes; ++input) {
    const bool is_older = space_.input_nodes == 2 && input == 0;
    values.push_back(inputs_[input]->forward(is_older ? older : newer));
  }
  for (int i = 0; i < space_.computed_nodes; ++i) {
    values.push_back(ComputeNode(space_.input_nodes + i, values, drop_path));
  }
  if (space_.output == CellOutput::kLastNode) return values.back();
  return torch::cat(std::vector<torch::Tensor>(values.begin() + space_.input_nodes, values.end()),
                    1);
}

}  // namespace qalam::nas
