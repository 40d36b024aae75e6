#include "nas/methods/gradient_method.h"

namespace qalam::nas {

namespace {

// Liu, Simonyan, Yang, "DARTS: differentiable architecture search", ICLR 2019, first order.
class Darts final : public GradientMethod {
 public:
  explicit Darts(const SearchContext& context) : GradientMethod(context, false) {}
};

}  // namespace

std::unique_ptr<SearchMethod> MakeDarts(const SearchContext& context) {
  return std::make_unique<Darts>(context);
}

}  // namespace qalam::nas
