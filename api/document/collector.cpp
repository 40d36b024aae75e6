#include "api/document/reader.h"

namespace qalam::document {

namespace {

const std::vector<std::pair<std::string, CollectorKind>> kKinds = {
    {"StdOut", CollectorKind::kStdOut},
    {"File", CollectorKind::kFile},
    {"TensorFlowEvent", CollectorKind::kTensorFlowEvent},
    {"PrometheusMetric", CollectorKind::kPrometheusMetric},
    {"Custom", CollectorKind::kCustom},
    {"Push", CollectorKind::kPush},
    {"None", CollectorKind::kNone}};

// Katib's default places.
constexpr char kDefaultFile[] = "/var/log/katib/metrics.log";
constexpr char kDefaultEventFolder[] = "/var/log/katib/tfevent/";

void ReadSource(Reader& reader, const Field& source, MetricsCollector& collector) {
  if (!reader.CheckMap(source, {"httpGet", "fileSystemPath", "filter"})) return;
  const Field file = Reader::Child(source, "fileSystemPath");
  if (reader.CheckMap(file, {"path", "kind", "format"})) {
    collector.path = reader.Text(Reader::Child(file, "path")).value_or("");
    const std::vector<std::pair<std::string, std::string>> kinds = {{"File", "File"},
                                                                    {"Directory", "Directory"}};
    collector.path_kind = reader.Choice(Reader::Child(file, "kind"), kinds).value_or("File");
    const std::vector<std::pair<std::string, FileFormat>> formats = {{"TEXT", FileFormat::kText},
                                                                     {"JSON", FileFormat::kJson}};
    collector.format =
        reader.Choice(Reader::Child(file, "format"), formats).value_or(FileFormat::kText);
  }
  const Field filter = Reader::Child(source, "filter");
  if (reader.CheckMap(filter, {"metricsFormat"})) {
    for (const Field& item : reader.Items(Reader::Child(filter, "metricsFormat"))) {
      if (const auto text = reader.Text(item)) collector.metric_formats.push_back(*text);
    }
    if (collector.format == FileFormat::kJson) {
      reader.AddFault(filter, "is allowed only for the TEXT format");
    }
  }
  collector.http_get = reader.Any(Reader::Child(source, "httpGet"));
}

}  // namespace

MetricsCollector ReadCollector(Reader& reader, const Field& spec, const ExperimentSpec& so_far) {
  MetricsCollector collector;
  const bool client = so_far.trial_runner == TrialRunner::kClient;
  if (client) collector.kind = CollectorKind::kPush;
  const Field field = Reader::Child(spec, "metricsCollectorSpec");
  if (!reader.CheckMap(field, {"collector", "source"})) return collector;
  const Field which = Reader::Child(field, "collector");
  if (reader.CheckMap(which, {"kind", "customCollector"})) {
    const Field kind = Reader::Child(which, "kind");
    collector.kind = reader.Choice(kind, kKinds).value_or(collector.kind);
    if (client && collector.kind != CollectorKind::kPush) {
      reader.AddFault(kind,
                      "should be Push where trialRunner is Client: clients tell their metrics");
    }
    collector.custom_collector = reader.Any(Reader::Child(which, "customCollector"));
  }
  const Field custom = Reader::Child(which, "customCollector");
  if (collector.kind == CollectorKind::kCustom) {
    reader.Require(which, custom, "the container that collects");
  } else if (custom.present()) {
    reader.AddFault(custom, "is allowed only for the kind Custom");
  }
  ReadSource(reader, Reader::Child(field, "source"), collector);
  if (collector.path.empty() && collector.kind == CollectorKind::kFile) {
    collector.path = kDefaultFile;
  }
  if (collector.path.empty() && collector.kind == CollectorKind::kTensorFlowEvent) {
    collector.path = kDefaultEventFolder;
    collector.path_kind = "Directory";
  }
  return collector;
}

}  // namespace qalam::document
