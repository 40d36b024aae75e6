#include "nas/methods/architecture_weights.h"

#include <algorithm>
#include <cmath>

namespace qalam::nas {

namespace {

// So small that no operation is ahead, but no two are equal (DARTS, published program).
constexpr double kFirstDeviation = 1e-3;

torch::Tensor DrawLogits(std::vector<int64_t> sizes, RandomStream stream, torch::Device device) {
  torch::Tensor logits = torch::zeros(sizes, torch::kFloat);
  auto* values = logits.data_ptr<float>();
  for (int64_t i = 0; i < logits.numel(); ++i) {
    values[i] = static_cast<float>(kFirstDeviation * stream.Normal());
  }
  return logits.to(device).set_requires_grad(true);
}

// Softmax over the edges into each node by itself.
torch::Tensor EdgeSoftmax(const CellSpace& space, const torch::Tensor& logits) {
  std::vector<torch::Tensor> nodes;
  for (int node = space.input_nodes; node < space.input_nodes + space.computed_nodes; ++node) {
    nodes.push_back(logits.narrow(0, space.EdgeIndex(node, 0), node).softmax(0));
  }
  return torch::cat(nodes);
}

CellChoice MixCell(const CellSpace& space, const torch::Tensor& operations,
                   const torch::Tensor& edges) {
  if (!operations.defined()) return {};
  return {operations.softmax(1), edges.defined() ? EdgeSoftmax(space, edges) : edges, {}};
}

struct RankedEdge {
  double strength;
  CellEdge edge;
};

// The edge's heaviest operation, `skipped` aside.
RankedEdge Strongest(const CellSpace& space, const torch::Tensor& weights, int node, int source,
                     std::string_view skipped) {
  const float* row = weights.data_ptr<float>() + space.EdgeIndex(node, source) * weights.size(1);
  RankedEdge best{-1, {node, source, ""}};
  for (size_t i = 0; i < space.operations.size(); ++i) {
    if (space.operations[i] == skipped || row[i] <= best.strength) continue;
    best.strength = row[i];
    best.edge.operation = space.operations[i];
  }
  return best;
}

// The heaviest edge into the node when none is not allowed.
CellEdge StrongestInto(const CellSpace& space, const torch::Tensor& weights, int node) {
  RankedEdge best = Strongest(space, weights, node, 0, "none");
  for (int source = 1; source < node; ++source) {
    RankedEdge other = Strongest(space, weights, node, source, "none");
    if (other.strength > best.strength) best = std::move(other);
  }
  return best.edge;
}

std::vector<CellEdge> DeriveCell(const CellSpace& space, const CellChoice& choice) {
  const torch::Tensor operations = choice.operations.detach().cpu().contiguous();
  const torch::Tensor edges =
      choice.edges.defined() ? choice.edges.detach().cpu().contiguous() : torch::Tensor();
  std::vector<CellEdge> cell;
  for (int node = space.input_nodes; node < space.input_nodes + space.computed_nodes; ++node) {
    std::vector<RankedEdge> ranked;
    for (int source = 0; source < node; ++source) {
      ranked.push_back(
          Strongest(space, operations, node, source, space.kept_inputs > 0 ? "none" : ""));
      if (edges.defined()) {
        ranked.back().strength *= edges.data_ptr<float>()[space.EdgeIndex(node, source)];
      }
    }
    if (space.kept_inputs > 0 && ranked.size() > static_cast<size_t>(space.kept_inputs)) {
      std::stable_sort(ranked.begin(), ranked.end(), [](const RankedEdge& a, const RankedEdge& b) {
        return a.strength > b.strength;
      });
      ranked.resize(space.kept_inputs);
      std::sort(ranked.begin(), ranked.end(), [](const RankedEdge& a, const RankedEdge& b) {
        return a.edge.source < b.edge.source;
      });
    }
    const size_t before = cell.size();
    for (auto& [strength, edge] : ranked) {
      if (edge.operation != "none") cell.push_back(std::move(edge));
    }
    // A node that nothing reaches would make a network that says the same of every image.
    if (cell.size() == before) cell.push_back(StrongestInto(space, operations, node));
  }
  return cell;
}

}  // namespace

std::vector<torch::Tensor> ArchitectureWeights::All() const {
  std::vector<torch::Tensor> all;
  for (const auto& tensor : {normal, reduction, normal_edges, reduction_edges}) {
    if (tensor.defined()) all.push_back(tensor);
  }
  return all;
}

ArchitectureWeights DrawArchitectureWeights(const CellSpace& space, uint64_t seed, bool with_edges,
                                            torch::Device device) {
  ArchitectureWeights weights;
  const auto operations = static_cast<int64_t>(space.operations.size());
  const auto draw = [&](torch::Tensor& cell, torch::Tensor& edges, std::string_view name) {
    const int64_t count = space.edge_count();
    cell = DrawLogits({count, operations}, RandomStream(seed, 0, name), device);
    if (with_edges) edges = DrawLogits({count}, RandomStream(seed, 1, name), device);
  };
  draw(weights.normal, weights.normal_edges, "nas.normal");
  if (space.has_reduction_cell()) {
    draw(weights.reduction, weights.reduction_edges, "nas.reduction");
  }
  return weights;
}

ArchitectureChoice MixedChoice(const CellSpace& space, const ArchitectureWeights& weights) {
  return {MixCell(space, weights.normal, weights.normal_edges),
          MixCell(space, weights.reduction, weights.reduction_edges)};
}

torch::Tensor AddGumbelNoise(const torch::Tensor& logits, RandomStream& stream) {
  torch::Tensor noise = torch::zeros(logits.sizes(), torch::kFloat);
  auto* values = noise.data_ptr<float>();
  for (int64_t i = 0; i < noise.numel(); ++i) {
    // 1 - u, for u may be 0 but not 1.
    values[i] = static_cast<float>(-std::log(-std::log(1 - stream.Uniform() * (1 - 1e-12))));
  }
  return logits + noise.to(logits.device());
}

Genotype DrawGenotype(const CellSpace& space, const ArchitectureWeights& weights,
                      RandomStream& stream) {
  const torch::NoGradGuard no_gradient;
  ArchitectureWeights drawn = weights;
  drawn.normal = AddGumbelNoise(weights.normal, stream);
  if (space.has_reduction_cell()) drawn.reduction = AddGumbelNoise(weights.reduction, stream);
  return DeriveGenotype(space, drawn);
}

Genotype DeriveGenotype(const CellSpace& space, const ArchitectureWeights& weights) {
  const ArchitectureChoice choice = MixedChoice(space, weights);
  Genotype genotype{space, DeriveCell(space, choice.normal), {}};
  if (space.has_reduction_cell()) genotype.reduction = DeriveCell(space, choice.reduction);
  return genotype;
}

}  // namespace qalam::nas
