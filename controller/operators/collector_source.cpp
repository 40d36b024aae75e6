#include "controller/operators/collector_source.h"

#include <filesystem>

#include "controller/operators/primary_container.h"

namespace qalam {

namespace {

// The document's check has filled in what was not given.
collector::Endpoint EndpointOf(const Json& http_get) {
  collector::Endpoint endpoint;
  if (!http_get.is_object()) return endpoint;
  const std::string host = http_get.value("host", "localhost");
  endpoint.host = host == "localhost" ? "127.0.0.1" : host;
  endpoint.port = http_get.value("port", 0);
  endpoint.path = http_get.value("path", "/metrics");
  for (const Json& header : http_get.value("httpHeaders", Json::array())) {
    endpoint.headers.emplace_back(header.value("name", ""), header.value("value", ""));
  }
  return endpoint;
}

// Of trial and collector alike: a relative path is taken from where the command runs.
std::string MetricsPath(const MetricsCollector& source, const collector::Job& job) {
  return (std::filesystem::path(job.working_directory) /
          ExpandReferences(source.path, job.environment))
      .string();
}

}  // namespace

Status SetMetricSource(const TrialJob& job, collector::Job& result) {
  const MetricsCollector& given = job.collector;
  if (!given.path.empty()) {
    result.file = MetricsPath(given, result);
    result.environment.emplace("QALAM_METRICS_PATH", result.file);
  }
  switch (given.kind) {
    case CollectorKind::kNone:
    case CollectorKind::kPush:  // the trial reports to the server by itself
      result.source = collector::Source::kNone;
      break;
    case CollectorKind::kStdOut:
      result.source = collector::Source::kStdOut;
      break;
    case CollectorKind::kFile:
      result.source = collector::Source::kFile;
      break;
    case CollectorKind::kTensorFlowEvent:
      result.source = collector::Source::kEvents;
      break;
    case CollectorKind::kPrometheusMetric:
      result.source = collector::Source::kScrape;
      result.endpoint = EndpointOf(given.http_get);
      break;
    case CollectorKind::kCustom: {
      result.source = collector::Source::kCustom;
      ASSIGN_OR_RETURN(auto command, CommandOfContainer(given.custom_collector, "customCollector"));
      result.custom.working_directory = WorkingDirectory(command, job.directory);
      result.custom.arguments = std::move(command.arguments);
      for (auto& variable : command.environment) {
        result.custom.environment[variable.name] = std::move(variable.value);
      }
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace qalam
