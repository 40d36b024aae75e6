// Reports metric points to running trials at a steady rate, as their programs would, and prints
// when each batch was acknowledged. Usage: bench_ui_report ADDRESS RATE SECONDS BATCH TRIAL...:
// RATE points a second in batches of BATCH, trial after trial. Prints a JSON object a batch:
// {"trial", "step", "acknowledged"}, the step of its last point and Unix milliseconds.

#include <absl/strings/numbers.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <cmath>
#include <cstdio>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/clock.h"
#include "base/status.h"

namespace qalam {
namespace {

struct Options {
  std::string address;
  double rate = 0;  // points a second, of all trials together
  double seconds = 0;
  int64_t batch = 0;
  std::vector<std::string> trials;
};

v1::ReportMetricsRequest BatchFor(const std::string& trial, int64_t first_step, int64_t count) {
  v1::ReportMetricsRequest request;
  auto* entry = request.add_trials();
  entry->mutable_trial()->set_name(trial);
  for (int64_t step = first_step; step < first_step + count; ++step) {
    auto* point = entry->add_points();
    point->set_metric("probe");
    point->set_value(std::sin(0.01 * static_cast<double>(step)));
    point->set_step(step);
  }
  return request;
}

Status Report(const Options& options) {
  const auto stub = v1::ExperimentService::NewStub(
      grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials()));
  const Time begin = absl::Now();
  const Duration pause = absl::Seconds(static_cast<double>(options.batch) / options.rate);
  const auto batches = static_cast<int64_t>(options.seconds / absl::ToDoubleSeconds(pause));
  for (int64_t i = 0; i < batches; ++i) {
    // Steady on the whole, though single calls may take longer.
    absl::SleepFor(begin + pause * static_cast<double>(i) - absl::Now());
    const auto& trial = options.trials[static_cast<size_t>(i) % options.trials.size()];
    const int64_t round = i / static_cast<int64_t>(options.trials.size());
    const auto request = BatchFor(trial, round * options.batch, options.batch);
    grpc::ClientContext context;
    v1::ReportMetricsReply reply;
    if (const auto status = stub->ReportMetrics(&context, request, &reply); !status.ok()) {
      return Unavailable("{}", status.error_message());
    }
    std::printf("{\"trial\": \"%s\", \"step\": %lld, \"acknowledged\": %.3f}\n", trial.c_str(),
                static_cast<long long>((round + 1) * options.batch - 1),
                static_cast<double>(absl::ToUnixMicros(absl::Now())) / 1000);
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  qalam::Options options;
  if (argc < 6 || !absl::SimpleAtod(argv[2], &options.rate) || options.rate <= 0 ||
      !absl::SimpleAtod(argv[3], &options.seconds) || !absl::SimpleAtoi(argv[4], &options.batch) ||
      options.batch < 1) {
    std::fprintf(stderr, "usage: bench_ui_report ADDRESS RATE SECONDS BATCH TRIAL...\n");
    return 2;
  }
  options.address = argv[1];
  options.trials.assign(argv + 5, argv + argc);
  if (const auto status = qalam::Report(options); !status.ok()) {
    std::fprintf(stderr, "bench_ui_report: %s\n", qalam::Message(status).c_str());
    return 1;
  }
  return 0;
}
