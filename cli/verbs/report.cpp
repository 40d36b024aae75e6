#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "api/grpc_status.h"
#include "cli/channel.h"
#include "cli/connection.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

// A server that is being started again is waited for so long.
constexpr std::chrono::seconds kReportPatience(60);

struct ReportOptions {
  std::vector<std::string> metrics;
  int64_t step = -1;
};

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

StatusOr<v1::MetricPoint> ReportedPoint(const std::string& text, int64_t step) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return InvalidArgument("\"{}\" should be NAME=VALUE", text);
  }
  v1::MetricPoint point;
  point.set_metric(text.substr(0, equals));
  point.set_step(step);
  const std::string value = text.substr(equals + 1);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (*end == '\0') {
    point.set_value(number);
  } else {
    point.set_text(value);
  }
  return point;
}

StatusOr<int> Report(CommonOptions common, const ReportOptions& options) {
  common.server = FromEnvironment("QALAM_ADDRESS");
  const std::string trial = FromEnvironment("QALAM_TRIAL");
  if (common.server.empty() || trial.empty()) {
    return FailedPrecondition(
        "this process is no trial: QALAM_ADDRESS and QALAM_TRIAL are not in its environment");
  }
  v1::ReportMetricsRequest request;
  auto* points = request.add_trials();
  points->mutable_trial()->set_namespace_(FromEnvironment("QALAM_NAMESPACE"));
  points->mutable_trial()->set_name(trial);
  for (const auto& text : options.metrics) {
    ASSIGN_OR_RETURN(*points->add_points(), ReportedPoint(text, options.step));
  }
  ASSIGN_OR_RETURN(const auto channel, OpenChannel(common));
  const auto stub = v1::ExperimentService::NewStub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + kReportPatience);
  v1::ReportMetricsReply reply;
  RETURN_IF_ERROR(FromGrpc(stub->ReportMetrics(&context, request, &reply)));
  if (reply.should_stop_size() > 0) std::puts("this trial should stop");
  return 0;
}

}  // namespace

void AddReport(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "report", "From within a trial: report its metrics",
                           "qalam report loss=0.25 accuracy=0.9 --step 3");
  auto options = std::make_shared<ReportOptions>();
  verb->add_option("NAME=VALUE", options->metrics, "Metrics of the trial that runs this")
      ->required();
  verb->add_option("--step", options->step, "The step that they belong to")
      ->check(CLI::NonNegativeNumber);
  verb->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return Report(common, *options); };
  });
}

}  // namespace qalam
