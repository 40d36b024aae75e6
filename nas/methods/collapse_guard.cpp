#include "nas/methods/collapse_guard.h"

#include <algorithm>

namespace qalam::nas {

namespace {

// Epochs that the eigenvalue is averaged over and compared across: Zela et al., section 4.2.
constexpr size_t kEigenvalueWindow = 5;

}  // namespace

int64_t CountSkips(const std::vector<CellEdge>& cell) {
  return std::count_if(cell.begin(), cell.end(), [](const CellEdge& edge) {
    return edge.operation == "skip_connection" || edge.operation == "skip_connect" ||
           edge.operation == "identity";
  });
}

double CollapseGuard::SmoothedEigenvalue(size_t epoch) const {
  const size_t first = epoch + 1 >= kEigenvalueWindow ? epoch + 1 - kEigenvalueWindow : 0;
  double sum = 0;
  for (size_t i = first; i <= epoch; ++i) sum += eigenvalues_[i];
  return sum / static_cast<double>(epoch + 1 - first);
}

std::optional<CollapseGuard::Stop> CollapseGuard::Observe(const Genotype& derived,
                                                          double eigenvalue) {
  genotypes_.push_back(derived);
  eigenvalues_.push_back(eigenvalue);
  const size_t epoch = genotypes_.size() - 1;
  const int64_t skips = CountSkips(derived.normal);
  if (most_skips_ > 0 && skips > most_skips_ && epoch > 0 &&
      CountSkips(genotypes_[epoch - 1].normal) <= most_skips_) {
    return Stop{fmt::format("{} skip connections in the normal cell", skips),
                genotypes_[epoch - 1]};
  }
  if (watches_eigenvalue() && epoch >= kEigenvalueWindow) {
    const double before = SmoothedEigenvalue(epoch - kEigenvalueWindow);
    const double now = SmoothedEigenvalue(epoch);
    if (now > 0 && before / now < eigenvalue_ratio_) {
      return Stop{fmt::format("the dominant eigenvalue grew from {:.4g} to {:.4g}", before, now),
                  genotypes_[epoch - kEigenvalueWindow]};
    }
  }
  return std::nullopt;
}

nlohmann::json CollapseGuard::Save() const {
  nlohmann::json genotypes = nlohmann::json::array();
  for (const Genotype& genotype : genotypes_) genotypes.push_back(PrintGenotype(genotype));
  return {{"genotypes", genotypes}, {"eigenvalues", eigenvalues_}};
}

Status CollapseGuard::Load(const nlohmann::json& saved) {
  try {
    eigenvalues_ = saved.at("eigenvalues").get<std::vector<double>>();
    genotypes_.clear();
    for (const auto& text : saved.at("genotypes")) {
      ASSIGN_OR_RETURN(Genotype genotype, ParseGenotype(text.get<std::string>()));
      genotypes_.push_back(std::move(genotype));
    }
  } catch (const nlohmann::json::exception& error) {
    return InvalidArgument("the guard's state: {}", error.what());
  }
  if (eigenvalues_.size() != genotypes_.size()) {
    return InvalidArgument("the guard's state: {} eigenvalues of {} epochs", eigenvalues_.size(),
                           genotypes_.size());
  }
  return {};
}

}  // namespace qalam::nas
