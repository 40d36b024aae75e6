// Stops a search before its architecture degenerates.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "nas/architecture/genotype.h"
#include "nas/methods/search_settings.h"

namespace qalam::nas {

class CollapseGuard {
 public:
  explicit CollapseGuard(const SearchSettings& settings)
      : most_skips_(settings.most_skips), eigenvalue_ratio_(settings.eigenvalue_ratio) {}

  bool watches_eigenvalue() const { return eigenvalue_ratio_ > 0; }
  bool active() const { return most_skips_ > 0 || watches_eigenvalue(); }

  struct Stop {
    std::string reason;
    Genotype genotype;  // from before it went wrong
  };
  // After each epoch, in order. `eigenvalue` is read only if watches_eigenvalue().
  // A search whose very first cells have too many skip connections goes on: there is nothing better
  // to go back to.
  std::optional<Stop> Observe(const Genotype& derived, double eigenvalue);

  nlohmann::json Save() const;
  // INVALID_ARGUMENT for what Save did not write.
  Status Load(const nlohmann::json& saved);

 private:
  double SmoothedEigenvalue(size_t epoch) const;

  int64_t most_skips_;
  double eigenvalue_ratio_;
  std::vector<Genotype> genotypes_;  // by epoch
  std::vector<double> eigenvalues_;
};

// Edges that hand their input on as it is.
int64_t CountSkips(const std::vector<CellEdge>& cell);

}  // namespace qalam::nas
