// How long one step of a search takes: first-order DARTS on random images.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "nas/methods/method_table.h"

namespace qalam::nas {
namespace {

struct StepOptions {
  int64_t cells = 6, channels = 16, batch = 64, side = 8, input_channels = 1, classes = 10;
  int64_t steps = 20;
  int threads = 1;
};

// Of all threads together.
double ProcessorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct StepTimes {
  double processor_ms = 0, wall_ms = 0;
};

double MedianOf(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

// Medians; the first steps, which allocate, do not count.
StepTimes MedianStep(SearchMethod& method, const SearchStep& step, int64_t steps) {
  constexpr int64_t kWarmUp = 3;
  std::vector<double> processor, wall;
  for (int64_t i = 0; i < kWarmUp + steps; ++i) {
    const double begin = ProcessorSeconds();
    const auto wall_begin = std::chrono::steady_clock::now();
    method.Step(step);
    if (i < kWarmUp) continue;
    processor.push_back(1000 * (ProcessorSeconds() - begin));
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - wall_begin;
    wall.push_back(passed.count());
  }
  return {MedianOf(processor), MedianOf(wall)};
}

int Measure(const StepOptions& options) {
  torch::set_num_threads(options.threads);
  torch::manual_seed(1);
  SearchContext context;
  context.space = DartsSpace();
  context.settings.warm_up_epochs = 0;
  context.settings.network = {options.input_channels, options.classes, options.cells,
                              options.channels, 3};
  context.network = MakeSupernet(context.space, context.settings.network).value();
  context.optimizer = std::make_shared<torch::optim::SGD>(
      context.network->parameters(),
      torch::optim::SGDOptions(0.025).momentum(0.9).weight_decay(3e-4));
  const auto batch = [&] {
    return Batch{torch::randn({options.batch, options.input_channels, options.side, options.side}),
                 torch::randint(options.classes, {options.batch}, torch::kLong)};
  };
  const SearchStep step{0, 0, 0, batch(), batch()};
  const auto method = FindMethod("darts").value()->make(context);
  const StepTimes times = MedianStep(*method, step, options.steps);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  int64_t parameters = 0;
  for (const auto& weight : context.network->parameters()) parameters += weight.numel();
  std::printf("step_ms=%.3f wall_ms=%.3f peak_mib=%ld parameters=%ld\n", times.processor_ms,
              times.wall_ms, usage.ru_maxrss / 1024, static_cast<long>(parameters));
  return 0;
}

}  // namespace
}  // namespace qalam::nas

int main(int argc, char** argv) {
  qalam::nas::StepOptions options;
  CLI::App app("Times a step of first-order DARTS.");
  app.add_option("--cells", options.cells, "Cells")->capture_default_str();
  app.add_option("--channels", options.channels, "Initial channels")->capture_default_str();
  app.add_option("--batch", options.batch, "Images a step")->capture_default_str();
  app.add_option("--side", options.side, "Height and width")->capture_default_str();
  app.add_option("--steps", options.steps, "Measured steps")->capture_default_str();
  app.add_option("--threads", options.threads, "Threads")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return qalam::nas::Measure(options);
}
