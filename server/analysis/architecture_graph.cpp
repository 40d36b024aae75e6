#include "server/analysis/architecture_graph.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "nas/architecture/architecture_graph.h"
#include "nas/architecture/edge_parameters.h"

namespace qalam {

namespace {

using Json = nlohmann::ordered_json;

constexpr char kGenotypeMetric[] = "Best-Genotype";
constexpr char kParameterCountMetric[] = "Parameters";

struct Architecture {
  const char* kind;
  std::vector<nas::ArchitectureGraph> graphs;
};

const MetricSummary* FindSummary(const TrialRecord& trial, const std::string& name) {
  const auto found = std::find_if(trial.metrics.begin(), trial.metrics.end(),
                                  [&](const MetricSummary& metric) { return metric.name == name; });
  return found == trial.metrics.end() ? nullptr : &*found;
}

const std::string* FindParameter(const TrialRecord& trial, const std::string& name) {
  const auto found = std::find_if(trial.parameters.begin(), trial.parameters.end(),
                                  [&](const Assignment& one) { return one.name == name; });
  return found == trial.parameters.end() ? nullptr : &found->value;
}

StatusOr<Architecture> CellsOf(const StatusOr<nas::Genotype>& genotype) {
  if (!genotype.ok()) return genotype.status();
  return Architecture{"cells", nas::GraphsOf(*genotype)};
}

// The values of the space's parameters, beside which a trial may have others; nullopt when it lacks
// one.
std::optional<nas::EdgeAssignments> EdgesOf(const TrialRecord& trial, const nas::CellSpace& space) {
  nas::EdgeAssignments assignments;
  for (const auto& parameter : nas::EdgeParameters(space)) {
    const std::string* const value = FindParameter(trial, parameter.name);
    if (value == nullptr) return std::nullopt;
    assignments[parameter.name] = *value;
  }
  return assignments;
}

StatusOr<Architecture> FindArchitecture(const TrialRecord& trial) {
  const MetricSummary* const genotype = FindSummary(trial, kGenotypeMetric);
  if (genotype != nullptr && !genotype->text.empty()) {
    return CellsOf(nas::ParseKatibGenotype(genotype->text));
  }
  const std::string* const chain = FindParameter(trial, "architecture");
  const std::string* const config = FindParameter(trial, "nn_config");
  if (chain != nullptr && config != nullptr) {
    ASSIGN_OR_RETURN(const auto network, nas::ParseChainNetwork(*chain, *config));
    return Architecture{"chain", {nas::GraphOf(network)}};
  }
  for (const auto& space : {nas::DartsSpace(), nas::NasBench201Space()}) {
    if (const auto edges = EdgesOf(trial, space)) return CellsOf(nas::GenotypeOf(space, *edges));
  }
  return NotFound("trial {} has no neural architecture", trial.name);
}

// In a chain every layer follows the one before it; what else comes in has skipped some.
bool IsSkip(const Architecture& architecture, const nas::GraphLink& link) {
  return architecture.kind == std::string_view("chain") && link.target != link.source + 1;
}

Json GraphJson(const Architecture& architecture, const nas::ArchitectureGraph& graph) {
  Json nodes = Json::array(), edges = Json::array();
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    nodes.push_back({{"id", std::to_string(i)},
                     {"label", graph.vertices[i].label},
                     {"kind", nas::Name(graph.vertices[i].kind)}});
  }
  for (const auto& link : graph.links) {
    edges.push_back({{"from", std::to_string(link.source)},
                     {"to", std::to_string(link.target)},
                     {"kind", IsSkip(architecture, link) ? "skip" : "flow"}});
  }
  return {{"title", graph.name}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

}  // namespace

StatusOr<std::string> ArchitectureJson(const TrialRecord& trial) {
  ASSIGN_OR_RETURN(const auto architecture, FindArchitecture(trial));
  Json graphs = Json::array();
  for (const auto& graph : architecture.graphs) graphs.push_back(GraphJson(architecture, graph));
  Json json = {{"kind", architecture.kind}, {"graphs", std::move(graphs)}};
  const MetricSummary* const count = FindSummary(trial, kParameterCountMetric);
  // A trial may print anything under that name; what is no count is none.
  if (count != nullptr && count->latest >= 0 && count->latest < 0x1p63) {
    json["parameterCount"] = static_cast<int64_t>(count->latest);
  }
  // Labels come from the trial's own output.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qalam
