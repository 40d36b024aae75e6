#include <cmath>

#include "bench/samplers/optimizer.h"
#include "bench/samplers/parameters.h"

namespace qalam::bench {

namespace {

class PeerOptimizer final : public Optimizer {
 public:
  PeerOptimizer(JsonProcess& process, const SearchSpace& space)
      : process_(process), space_(space), cpu_at_start_(process.CpuSeconds()) {}

  StatusOr<std::optional<Point>> Ask() override {
    ASSIGN_OR_RETURN(const Json answer, process_.Request({{"op", "ask"}}));
    if (!answer.contains("parameters")) return std::optional<Point>();
    asked_ = answer.value("id", Json());
    ASSIGN_OR_RETURN(Point point, ParsePoint(space_, answer["parameters"]));
    return std::optional<Point>(std::move(point));
  }

  Status Tell(double loss) override {
    const Json values = Json::array({std::isfinite(loss) ? Json(loss) : Json()});
    return process_.Request({{"op", "tell"}, {"id", asked_}, {"values", values}}).status();
  }

  double CpuSeconds() const override { return process_.CpuSeconds() - cpu_at_start_; }

 private:
  JsonProcess& process_;
  const SearchSpace& space_;
  const double cpu_at_start_;
  Json asked_;
};

}  // namespace

StatusOr<std::unique_ptr<Optimizer>> CreatePeerOptimizer(JsonProcess& process,
                                                         const SearchSpace& space,
                                                         const RunRequest& request) {
  RETURN_IF_ERROR(process
                      .Request({{"op", "start"},
                                {"seed", request.seed},
                                {"budget", request.budget},
                                {"objectives", 1},
                                {"parameters", DescribeParameters(space)}})
                      .status());
  return std::make_unique<PeerOptimizer>(process, space);
}

}  // namespace qalam::bench
