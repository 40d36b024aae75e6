// Walks a YAML document and gathers every fault with its place.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/document/names.h"
#include "api/experiment.h"

namespace qalam::document {

// A node and the path of its field, e.g. spec.parameters[2].name.
struct Field {
  YAML::Node node;
  std::string path;
  bool present() const { return node.IsDefined() && !node.IsNull(); }
};

class Reader {
 public:
  explicit Reader(std::string source) : source_(std::move(source)) {}

  void AddFault(const Field& field, std::string message);
  // So many that no further one is kept.
  bool IsFull() const;
  // Whether the field or anything below it has a fault.
  bool HasFaultIn(const Field& field) const;
  // Sorted by place, each once.
  std::vector<Fault> TakeFaults();

  // The field of a map; absent when the map or the field is. `at` is used for the place of faults
  // about an absent field.
  static Field Child(const Field& map, const std::string& name);
  // The path of a field of the map at `path`.
  static std::string Join(const std::string& path, const std::string& name);

  // Faults when it is present and no map, or when it holds names beyond `known`. True when it can
  // be read as a map.
  bool CheckMap(const Field& field, std::initializer_list<const char*> known);
  // Faults when it is absent.
  bool Require(const Field& parent, const Field& field, const std::string& allowed);
  // The items of a list, empty ones too. Faults when it is present and no list or too long to be
  // meant, and for each empty item.
  std::vector<Field> Items(const Field& field);

  // A scalar as it was written; nullopt when absent. Faults when it is a list or a map.
  std::optional<std::string> Text(const Field& field);
  std::optional<int64_t> Int(const Field& field, int64_t min, int64_t max);
  // Finite.
  std::optional<double> Number(const Field& field);
  // A time above 0, "90s", "5m", "2h" or plain seconds, in seconds.
  std::optional<double> Seconds(const Field& field);
  std::optional<bool> Bool(const Field& field);
  // One of the given words, by name; faults say which are allowed and which is nearest.
  template <typename Enum>
  std::optional<Enum> Choice(const Field& field,
                             const std::vector<std::pair<std::string, Enum>>& choices);
  std::map<std::string, std::string> TextMap(const Field& field);
  // Any YAML as JSON: unquoted numbers, booleans and nulls become such. Faults when a map gives a
  // name twice.
  Json Any(const Field& field);

 private:
  Json ToJson(const Field& field);
  void AddChoiceFault(const Field& field, const std::string& found,
                      const std::vector<std::string>& names);

  const std::string source_;
  std::vector<Fault> faults_;
  size_t faults_left_out_ = 0;
};

template <typename Enum>
std::optional<Enum> Reader::Choice(const Field& field,
                                   const std::vector<std::pair<std::string, Enum>>& choices) {
  const auto text = Text(field);
  if (!text) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == *text) return value;
    names.push_back(name);
  }
  AddChoiceFault(field, *text, names);
  return std::nullopt;
}

// What an unquoted scalar stands for to Kubernetes: true, false, null, a number, or text.
Json PlainScalar(const std::string& text);
// The whole text as a finite number.
std::optional<double> FiniteNumber(const std::string& text);
std::optional<int64_t> WholeNumber(const std::string& text);

// One function for each part of the document.
Metadata ReadMetadata(Reader& reader, const Field& field);
Objective ReadObjective(Reader& reader, const Field& spec);
std::vector<Parameter> ReadParameters(Reader& reader, const Field& list);
// Parameters and objective must have been read.
std::vector<std::string> ReadConstraints(Reader& reader, const Field& list,
                                         const ExperimentSpec& so_far);
std::vector<std::vector<Assignment>> ReadInitialTrials(Reader& reader, const Field& list,
                                                       const ExperimentSpec& so_far);
WarmStart ReadWarmStart(Reader& reader, const Field& field, const ExperimentSpec& so_far);
// The names of what a trial is given. Parameters, nasConfig and algorithm must have been read.
std::vector<std::string> AssignmentNames(const ExperimentSpec& spec);
Algorithm ReadAlgorithm(Reader& reader, const Field& field);
std::optional<EarlyStopping> ReadEarlyStopping(Reader& reader, const Field& field);
// The trialRunner must have been read.
MetricsCollector ReadCollector(Reader& reader, const Field& spec, const ExperimentSpec& so_far);
std::optional<NasConfig> ReadNasConfig(Reader& reader, const Field& field);
TrialTemplate ReadTrialTemplate(Reader& reader, const Field& spec, const ExperimentSpec& so_far);

}  // namespace qalam::document
