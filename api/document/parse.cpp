#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "api/document/characters.h"
#include "api/document/reader.h"
#include "api/document/stray_text.h"
#include "api/document/surrogate_pairs.h"
#include "api/encoding.h"
#include "api/experiment.h"

namespace qalam {

namespace document {
namespace {

constexpr size_t kMaxBytes = 4 << 20;
constexpr int kMaxDepth = 64;
// What aliases may unfold to; a document that is written out has far fewer values than bytes.
constexpr size_t kMaxNodes = 1 << 20;
constexpr int64_t kMaxTrials = std::numeric_limits<int32_t>::max();

// The names of every algorithm that Katib has: a document that names one is well-formed, whether or
// not this version can run it.
const std::vector<std::string>& KatibAlgorithms() {
  static const std::vector<std::string> names = {
      "random",    "grid", "sobol", "tpe",  "multivariate-tpe", "bayesianoptimization", "cmaes",
      "hyperband", "pbt",  "enas",  "darts"};
  return names;
}

// Before yaml-cpp sees the text: its parser and its nodes recurse, and deep nesting would end the
// process. Flow brackets and indentation both nest.
bool IsTooDeep(const std::string& text) {
  int flow = 0;
  char quote = 0;
  for (size_t line = 0; line < text.size();) {
    size_t end = std::min(text.find('\n', line), text.size());
    size_t dashes = 0;
    bool leading = true;
    for (size_t i = line; i < end; ++i) {
      const char c = text[i];
      if (quote != 0) {
        if (c == '\\' && quote == '"')
          ++i;
        else if (c == quote)
          quote = 0;
        continue;
      }
      if (leading && c == '-' && i + 1 < end && text[i + 1] == ' ') ++dashes;
      if (c != ' ' && c != '-') leading = false;
      if ((c == '"' || c == '\'') &&
          (i == line || std::string(" [{,:").find(text[i - 1]) != std::string::npos)) {
        quote = c;
      }
      if (c == '[' || c == '{') ++flow;
      if ((c == ']' || c == '}') && flow > 0) --flow;
      if (c == '#' && (i == line || text[i - 1] == ' ')) break;
    }
    const size_t indent = std::min(text.find_first_not_of(' ', line), end) - line;
    if (flow > kMaxDepth || dashes > kMaxDepth || indent > 8 * kMaxDepth) return true;
    line = end + 1;
  }
  return false;
}

// Counts what a walk would visit. Aliases make a small text a huge or an endless tree.
bool IsTooLarge(const YAML::Node& node, size_t& visited, int depth) {
  if (++visited > kMaxNodes || depth > kMaxDepth) return true;
  if (node.IsSequence()) {
    for (const auto& item : node) {
      if (IsTooLarge(item, visited, depth + 1)) return true;
    }
  } else if (node.IsMap()) {
    for (const auto& entry : node) {
      if (IsTooLarge(entry.first, visited, depth + 1)) return true;
      if (IsTooLarge(entry.second, visited, depth + 1)) return true;
    }
  }
  return false;
}

// yaml-cpp reads the escapes \N and \_ as the bytes 0x85 and 0xa0, which alone are no UTF-8: makes
// the characters of them. Returns where text is that could not be printed as it is.
std::optional<YAML::Mark> MendText(YAML::Node node) {
  if (node.IsScalar()) {
    if (CheckEncoding(node.Scalar(), "")) node = ForeignBytesAsCharacters(node.Scalar());
    if (HasNoncharacter(node.Scalar())) return node.Mark();
  }
  for (const auto& entry : node) {
    auto found = MendText(node.IsMap() ? entry.first : entry);
    if (!found && node.IsMap()) found = MendText(entry.second);
    if (found) return found;
  }
  return std::nullopt;
}

void ReadCounts(Reader& reader, const Field& spec, ExperimentSpec& result) {
  const Field parallel = Reader::Child(spec, "parallelTrialCount");
  const Field most = Reader::Child(spec, "maxTrialCount");
  const Field failed = Reader::Child(spec, "maxFailedTrialCount");
  const auto parallel_count = reader.Int(parallel, 1, kMaxTrials);
  result.max_trial_count = reader.Int(most, 1, kMaxTrials);
  // What is filled in is written down, and must be allowed when it is read again.
  const int64_t usual_count = std::min<int64_t>(3, result.max_trial_count.value_or(3));
  result.parallel_trial_count =
      parallel_count.value_or(result.trial_runner == TrialRunner::kClient ? 0 : usual_count);
  result.max_failed_trial_count = reader.Int(failed, 0, kMaxTrials);
  if (result.max_trial_count && parallel_count && *parallel_count > *result.max_trial_count) {
    reader.AddFault(parallel, fmt::format("{} should not be above maxTrialCount, which is {}",
                                          *parallel_count, *result.max_trial_count));
  }
  if (result.max_trial_count && result.max_failed_trial_count &&
      *result.max_failed_trial_count > *result.max_trial_count) {
    reader.AddFault(failed, fmt::format("{} should not be above maxTrialCount, which is {}",
                                        *result.max_failed_trial_count, *result.max_trial_count));
  }
}

void CheckAlgorithm(Reader& reader, const Field& root, const ExperimentSpec& spec,
                    const AlgorithmCatalog& catalog) {
  const Field field = Reader::Child(root, "algorithm");
  std::vector<std::string> names = catalog.Names();
  const auto known = [&](const auto& list) {
    return std::find(list.begin(), list.end(), spec.algorithm.name) != list.end();
  };
  const bool is_available = known(names);
  if (!is_available && !known(KatibAlgorithms())) {
    for (const auto& name : KatibAlgorithms()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    reader.AddFault(Reader::Child(field, "algorithmName"),
                    fmt::format("unknown algorithm name {}{}; allowed: {}", spec.algorithm.name,
                                DidYouMean(spec.algorithm.name, names), OneOf(names)));
  }
  // The list that a fault's index counts in, and what a fault about no item is put to.
  using Part = AlgorithmCatalog::Part;
  const Field warm_start = Reader::Child(root, "warmStart");
  const Field nas = Reader::Child(root, "nasConfig");
  const Field stopping = Reader::Child(root, "earlyStopping");
  const Field parameters = Reader::Child(root, "parameters");
  const std::map<Part, std::pair<Field, Field>> places = {
      {Part::kSettings, {Reader::Child(field, "algorithmSettings"), field}},
      {Part::kConstraints,
       {Reader::Child(root, "constraints"), Reader::Child(root, "constraints")}},
      {Part::kInitialTrials,
       {Reader::Child(root, "initialTrials"), Reader::Child(root, "initialTrials")}},
      {Part::kWarmStart, {Reader::Child(warm_start, "trials"), warm_start}},
      {Part::kNasConfig, {Reader::Child(nas, "operations"), nas}},
      {Part::kEarlyStopping, {Reader::Child(stopping, "algorithmSettings"), stopping}},
      {Part::kParameters, {parameters, parameters.present() ? parameters : nas}}};
  const bool nas_is_read = !reader.HasFaultIn(nas);
  const bool parameters_are_read = !reader.HasFaultIn(parameters);
  const bool spec_is_read = !reader.HasFaultIn(root);
  for (const auto& fault : catalog.Check(spec)) {
    // Without the algorithm nothing else can be said of what it is given.
    if (!is_available && fault.part != Part::kEarlyStopping) continue;
    // What was left out for a fault of its own would be found missing here.
    if (fault.part == Part::kNasConfig && !nas_is_read) continue;
    // Nor is a fault told twice that was found at its own place.
    const bool is_told = fault.index < 0 ? !spec_is_read : !parameters_are_read;
    if (fault.part == Part::kParameters && is_told) continue;
    const auto& [list, whole] = places.at(fault.part);
    const auto items = reader.Items(list);
    const auto index = static_cast<size_t>(fault.index);
    Field place = fault.index >= 0 && index < items.size() ? items[index] : whole;
    if (!fault.field.empty()) place = Reader::Child(place, fault.field);
    reader.AddFault(place, fault.message);
  }
}

ExperimentSpec ReadSpec(Reader& reader, const Field& root, const AlgorithmCatalog& catalog) {
  ExperimentSpec spec;
  const Field field = Reader::Child(root, "spec");
  if (!reader.Require(root, field, "the experiment itself") ||
      !reader.CheckMap(
          field, {"objective", "parameters", "algorithm", "earlyStopping", "parallelTrialCount",
                  "maxTrialCount", "maxFailedTrialCount", "maxDuration", "resumePolicy",
                  "metricsCollectorSpec", "nasConfig", "trialTemplate", "trialRunner", "seed",
                  "constraints", "initialTrials", "warmStart"})) {
    return spec;
  }
  spec.objective = ReadObjective(reader, field);
  const Field parameters = Reader::Child(field, "parameters");
  const Field nas = Reader::Child(field, "nasConfig");
  spec.parameters = ReadParameters(reader, parameters);
  spec.nas_config = ReadNasConfig(reader, nas);
  if (!nas.present()) {
    if (reader.Require(field, parameters, "the search space") && spec.parameters.empty()) {
      reader.AddFault(parameters, "is empty; at least one parameter is needed");
    }
  }
  spec.algorithm = ReadAlgorithm(reader, Reader::Child(field, "algorithm"));
  spec.early_stopping = ReadEarlyStopping(reader, Reader::Child(field, "earlyStopping"));
  const std::vector<std::pair<std::string, TrialRunner>> runners = {
      {"Operator", TrialRunner::kOperator}, {"Client", TrialRunner::kClient}};
  spec.trial_runner =
      reader.Choice(Reader::Child(field, "trialRunner"), runners).value_or(TrialRunner::kOperator);
  ReadCounts(reader, field, spec);
  spec.max_duration_seconds = reader.Seconds(Reader::Child(field, "maxDuration"));
  const std::vector<std::pair<std::string, ResumePolicy>> policies = {
      {"Never", ResumePolicy::kNever},
      {"LongRunning", ResumePolicy::kLongRunning},
      {"FromVolume", ResumePolicy::kFromVolume}};
  spec.resume_policy =
      reader.Choice(Reader::Child(field, "resumePolicy"), policies).value_or(ResumePolicy::kNever);
  spec.metrics_collector = ReadCollector(reader, field, spec);
  if (const auto seed =
          reader.Int(Reader::Child(field, "seed"), 0, std::numeric_limits<int64_t>::max())) {
    spec.seed = static_cast<uint64_t>(*seed);
  }
  spec.constraints = ReadConstraints(reader, Reader::Child(field, "constraints"), spec);
  spec.initial_trials = ReadInitialTrials(reader, Reader::Child(field, "initialTrials"), spec);
  spec.warm_start = ReadWarmStart(reader, Reader::Child(field, "warmStart"), spec);
  spec.trial_template = ReadTrialTemplate(reader, field, spec);
  CheckAlgorithm(reader, field, spec, catalog);
  return spec;
}

ExperimentDocument ReadDocument(Reader& reader, const Field& root,
                                const AlgorithmCatalog& catalog) {
  ExperimentDocument result;
  // A status comes along with objects read back from a cluster; it is not the user's to say.
  if (!reader.CheckMap(root, {"apiVersion", "kind", "metadata", "spec", "status"})) return result;
  const Field version = Reader::Child(root, "apiVersion");
  const Field kind = Reader::Child(root, "kind");
  const Field metadata = Reader::Child(root, "metadata");
  const std::vector<std::pair<std::string, int>> versions = {{"kubeflow.org/v1beta1", 0}};
  const std::vector<std::pair<std::string, int>> kinds = {{"Experiment", 0}};
  if (reader.Require(root, version, "kubeflow.org/v1beta1")) reader.Choice(version, versions);
  if (reader.Require(root, kind, "Experiment")) reader.Choice(kind, kinds);
  if (reader.Require(root, metadata, "the experiment's name")) {
    result.metadata = ReadMetadata(reader, metadata);
  }
  result.spec = ReadSpec(reader, root, catalog);
  return result;
}

ParseResult OneFault(const std::string& source, int line, int column, std::string message) {
  return {{}, {{source, line, column, "", std::move(message)}}};
}

ParseResult FaultAt(const std::string& text, size_t at, const std::string& source,
                    std::string message) {
  const size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return OneFault(source, 1 + static_cast<int>(std::count(text.begin(), text.begin() + at, '\n')),
                  1 + static_cast<int>(at - line_begin), std::move(message));
}

std::string WhyNotYaml(const YAML::Exception& error) {
  const std::string prefix = YAML::ErrorMsg::INVALID_UNICODE;
  const auto code =
      error.msg.starts_with(prefix) ? WholeNumber(error.msg.substr(prefix.size())) : std::nullopt;
  if (code && *code >= 0xd800 && *code < 0xe000) {
    return fmt::format(
        "is not YAML: \\u{:x} is half of a character, as only JSON has it; write the character "
        "itself or one escape, e.g. \\U0001F600",
        *code);
  }
  return "is not YAML: " + error.msg;
}

}  // namespace
}  // namespace document

ParseResult ParseDocuments(const std::string& given, const std::string& source_name,
                           const AlgorithmCatalog& catalog) {
  using document::OneFault;
  if (given.size() > document::kMaxBytes) {
    return OneFault(source_name, 0, 0, "is larger than the 4 MiB allowed");
  }
  if (const auto fault = CheckEncoding(given, source_name)) return {{}, {*fault}};
  // To yaml-cpp it begins an escape wherever it stands.
  if (const size_t zero = given.find('\0'); zero != std::string::npos) {
    return document::FaultAt(given, zero, source_name, "is a zero byte, which no YAML has");
  }
  const auto [text, half] = document::JoinSurrogatePairs(given);
  if (half) {
    return document::FaultAt(
        given, *half, source_name,
        fmt::format("{} is half of a character; \\ud800 to \\udbff should be followed by "
                    "\\udc00 to \\udfff",
                    given.substr(*half, 6)));
  }
  if (document::IsTooDeep(text)) {
    return OneFault(
        source_name, 0, 0,
        fmt::format("is nested deeper than the {} levels allowed", document::kMaxDepth));
  }
  ParseResult result;
  document::Reader reader(source_name);
  std::set<std::pair<std::string, std::string>> names;
  try {
    if (const auto stray = document::FindStrayText(text)) {
      return OneFault(source_name, stray->line + 1, stray->column + 1,
                      "is not YAML: what begins here belongs to nothing; a bracket, brace or quote "
                      "before it closes too early");
    }
    for (const auto& node : YAML::LoadAll(text)) {
      if (!node.IsDefined() || node.IsNull()) continue;  // "---" with nothing after it
      size_t visited = 0;
      if (document::IsTooLarge(node, visited, 0)) {
        return OneFault(source_name, node.Mark().line + 1, node.Mark().column + 1,
                        "is nested too deep, or its aliases unfold to too much");
      }
      if (const auto place = document::MendText(node)) {
        return OneFault(source_name, place->line + 1, place->column + 1,
                        "holds a code that is no character, such as U+FFFF; leave it out");
      }
      const document::Field root{node, ""};
      result.documents.push_back(document::ReadDocument(reader, root, catalog));
      const Metadata& metadata = result.documents.back().metadata;
      if (!metadata.name.empty() && !names.emplace(metadata.name_space, metadata.name).second) {
        reader.AddFault(document::Reader::Child(document::Reader::Child(root, "metadata"), "name"),
                        fmt::format("an earlier document has the name \"{}\" too", metadata.name));
      }
    }
  } catch (const YAML::Exception& error) {
    return OneFault(source_name, error.mark.line + 1, error.mark.column + 1,
                    document::WhyNotYaml(error));
  }
  result.faults = reader.TakeFaults();
  if (result.documents.empty() && result.faults.empty()) {
    return OneFault(source_name, 1, 1, "holds no document; a kind: Experiment is needed");
  }
  if (!result.faults.empty()) result.documents.clear();
  return result;
}

std::string Fault::ToString() const {
  std::string text = source;
  if (line > 0) text += fmt::format(":{}:{}", line, column);
  if (!field.empty()) text += ": " + field;
  return text + ": " + message;
}

}  // namespace qalam
