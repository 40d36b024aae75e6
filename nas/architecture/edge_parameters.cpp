#include "nas/architecture/edge_parameters.h"

#include <algorithm>

namespace qalam::nas {

namespace {

constexpr char kNormalPrefix[] = "edge";
constexpr char kReductionPrefix[] = "reduction_edge";

std::string EdgeName(const char* prefix, int node, int which) {
  return fmt::format("{}_{}_{}", prefix, node, which);
}

std::string AtSource(const std::string& operation, int source) {
  return fmt::format("{}@{}", operation, source);
}

// Edges that a derived cell has into `node`.
int EdgesInto(const CellSpace& space, int node) {
  return space.kept_inputs == 0 ? node : std::min(space.kept_inputs, node);
}

void AppendParameters(const CellSpace& space, const char* prefix,
                      std::vector<EdgeParameter>& parameters) {
  for (int i = 0; i < space.computed_nodes; ++i) {
    const int node = space.input_nodes + i;
    std::vector<std::string> values = space.operations;
    if (space.kept_inputs > 0) {
      values.clear();
      for (int source = 0; source < node; ++source) {
        for (const auto& operation : space.RealOperations()) {
          values.push_back(AtSource(operation, source));
        }
      }
    }
    for (int which = 0; which < EdgesInto(space, node); ++which) {
      parameters.push_back({EdgeName(prefix, node, which), values});
    }
  }
}

// `value` is one of the parameter's.
CellEdge ReadEdge(const CellSpace& space, int node, int which, const std::string& value) {
  if (space.kept_inputs == 0) return {node, which, value};
  const size_t at = value.rfind('@');
  return {node, std::stoi(value.substr(at + 1)), value.substr(0, at)};
}

std::vector<CellEdge> ReadEdges(const CellSpace& space, const char* prefix,
                                const EdgeAssignments& assignments) {
  std::vector<CellEdge> cell;
  for (int i = 0; i < space.computed_nodes; ++i) {
    const int node = space.input_nodes + i;
    for (int which = 0; which < EdgesInto(space, node); ++which) {
      const CellEdge edge =
          ReadEdge(space, node, which, assignments.at(EdgeName(prefix, node, which)));
      const bool taken = std::any_of(cell.begin(), cell.end(), [&](const CellEdge& other) {
        return other.node == edge.node && other.source == edge.source;
      });
      if (!taken && edge.operation != "none") cell.push_back(edge);
    }
  }
  SortEdges(cell);
  return cell;
}

void AppendAssignments(const CellSpace& space, const char* prefix,
                       const std::vector<CellEdge>& cell, EdgeAssignments& assignments) {
  for (int i = 0; i < space.computed_nodes; ++i) {
    const int node = space.input_nodes + i;
    std::vector<std::string> kept;
    for (int source = 0; source < node && space.kept_inputs == 0; ++source) {
      kept.push_back("none");
    }
    for (const CellEdge& edge : cell) {
      if (edge.node != node) continue;
      if (space.kept_inputs == 0) kept[edge.source] = edge.operation;
      if (space.kept_inputs > 0) kept.push_back(AtSource(edge.operation, edge.source));
    }
    for (int which = 0; which < EdgesInto(space, node); ++which) {
      assignments[EdgeName(prefix, node, which)] =
          kept[std::min(static_cast<size_t>(which), kept.size() - 1)];
    }
  }
}

}  // namespace

std::vector<EdgeParameter> EdgeParameters(const CellSpace& space) {
  std::vector<EdgeParameter> parameters;
  AppendParameters(space, kNormalPrefix, parameters);
  if (space.has_reduction_cell()) AppendParameters(space, kReductionPrefix, parameters);
  return parameters;
}

StatusOr<Genotype> GenotypeOf(const CellSpace& space, const EdgeAssignments& assignments) {
  RETURN_IF_ERROR(CheckCellSpace(space));
  const auto parameters = EdgeParameters(space);
  for (const auto& [name, values] : parameters) {
    const auto assigned = assignments.find(name);
    if (assigned == assignments.end()) return InvalidArgument("no value for {}", name);
    if (std::find(values.begin(), values.end(), assigned->second) == values.end()) {
      return InvalidArgument("{} should be one of {}; not {}", name, fmt::join(values, ", "),
                             assigned->second);
    }
  }
  for (const auto& [name, value] : assignments) {
    if (std::none_of(
            parameters.begin(), parameters.end(),
            [&name = name](const EdgeParameter& parameter) { return parameter.name == name; })) {
      return InvalidArgument("unknown parameter {}; the space {} has {} to {}", name, space.name,
                             parameters.front().name, parameters.back().name);
    }
  }
  Genotype genotype{.space = space, .normal = ReadEdges(space, kNormalPrefix, assignments)};
  if (space.has_reduction_cell()) {
    genotype.reduction = ReadEdges(space, kReductionPrefix, assignments);
  }
  return genotype;
}

EdgeAssignments AssignmentsOf(const Genotype& genotype) {
  EdgeAssignments assignments;
  AppendAssignments(genotype.space, kNormalPrefix, genotype.normal, assignments);
  if (genotype.space.has_reduction_cell()) {
    AppendAssignments(genotype.space, kReductionPrefix, genotype.reduction, assignments);
  }
  return assignments;
}

}  // namespace qalam::nas
