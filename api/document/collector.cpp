#include <algorithm>

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
constexpr char kDefaultMetricsPath[] = "/metrics";
constexpr int kDefaultMetricsPort = 8080;

// Bytes that would end a line of a request or a word of its first line.
bool HasBlank(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

bool HasControl(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

Json ReadHeaders(Reader& reader, const Field& list) {
  Json headers = Json::array();
  for (const Field& item : reader.Items(list)) {
    if (!reader.CheckMap(item, {"name", "value"})) continue;
    const Field name = Reader::Child(item, "name"), value = Reader::Child(item, "value");
    reader.Require(item, name, "the header's name");
    const std::string name_text = reader.Text(name).value_or("");
    const std::string value_text = reader.Text(value).value_or("");
    if (HasBlank(name_text) || name_text.find(':') != std::string::npos) {
      reader.AddFault(name, "should hold no blank and no colon");
    }
    if (HasControl(value_text)) reader.AddFault(value, "should be one line");
    headers.push_back({{"name", name_text}, {"value", value_text}});
  }
  return headers;
}

// Kubernetes' HTTPGetAction, with Katib's defaults filled in.
Json ReadHttpGet(Reader& reader, const Field& field) {
  Json found = {{"path", kDefaultMetricsPath}, {"port", kDefaultMetricsPort}};
  if (!reader.CheckMap(field, {"path", "port", "host", "scheme", "httpHeaders"})) return found;
  const Field path = Reader::Child(field, "path");
  if (const auto text = reader.Text(path)) {
    if (!text->starts_with('/') || HasBlank(*text)) {
      reader.AddFault(path, "should begin with / and hold no blank");
    }
    found["path"] = *text;
  }
  if (const auto port = reader.Int(Reader::Child(field, "port"), 0, 65535)) found["port"] = *port;
  const Field host = Reader::Child(field, "host");
  if (const auto text = reader.Text(host)) {
    if (*text != "localhost" && *text != "127.0.0.1" && *text != "::1") {
      reader.AddFault(host,
                      "should be this machine, where the trial runs; allowed: localhost, "
                      "127.0.0.1, ::1");
    }
    found["host"] = *text;
  }
  const std::vector<std::pair<std::string, std::string>> schemes = {{"HTTP", "HTTP"}};
  if (const auto scheme = reader.Choice(Reader::Child(field, "scheme"), schemes)) {
    found["scheme"] = *scheme;
  }
  auto headers = ReadHeaders(reader, Reader::Child(field, "httpHeaders"));
  if (!headers.empty()) found["httpHeaders"] = std::move(headers);
  return found;
}

// Of a container, what a process can be given; the rest is its image's.
void CheckContainer(Reader& reader, const Field& container) {
  if (!container.node.IsMap()) {
    reader.AddFault(container, "should be a container, with command, args and env");
    return;
  }
  for (const char* name : {"command", "args"}) {
    for (const Field& item : reader.Items(Reader::Child(container, name))) reader.Text(item);
  }
  for (const Field& item : reader.Items(Reader::Child(container, "env"))) {
    if (!item.node.IsMap()) {
      reader.AddFault(item, "should have a name and a value");
      continue;
    }
    const Field name = Reader::Child(item, "name");
    reader.Require(item, name, "the variable's name");
    const auto text = reader.Text(name);
    if (text && (text->empty() || text->find('=') != std::string::npos)) {
      reader.AddFault(name, "should hold no =");
    }
    reader.Text(Reader::Child(item, "value"));
  }
}

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
    if (reader.Require(which, custom, "the container that collects"))
      CheckContainer(reader, custom);
  } else if (custom.present()) {
    reader.AddFault(custom, "is allowed only for the kind Custom");
  }
  const Field source = Reader::Child(field, "source");
  ReadSource(reader, source, collector);
  const Field http_get = Reader::Child(source, "httpGet");
  collector.http_get = collector.kind == CollectorKind::kPrometheusMetric
                           ? ReadHttpGet(reader, http_get)
                           : reader.Any(http_get);
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
