#include "nas/methods/gradient_method.h"

namespace qalam::nas {

namespace {

// Xu et al., "PC-DARTS: partial channel connections for memory-efficient architecture search",
// ICLR 2020: edge normalisation here; the network passes channels by (MixedOperation).
class PcDarts final : public GradientMethod {
 public:
  explicit PcDarts(const SearchContext& context) : GradientMethod(context, true) {}
};

}  // namespace

std::unique_ptr<SearchMethod> MakePcDarts(const SearchContext& context) {
  return std::make_unique<PcDarts>(context);
}

}  // namespace qalam::nas
