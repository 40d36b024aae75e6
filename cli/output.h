#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"

namespace qalam {

// Columns aligned, the first row as the heading.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);
// Every field that is set, in JSON or YAML.
std::string FormatJson(const google::protobuf::Message& message);
std::string FormatYaml(const google::protobuf::Message& message);
// "Succeeded", "EarlyStopped" and so on.
std::string StateName(v1::ExperimentState state);
std::string StateName(v1::TrialState state);
// Six digits are enough to compare by eye.
std::string FormatNumber(double value);
// The main objective: a number, or the trial's text where the metric is none; "-" when there is
// neither.
std::string FormatObjective(const v1::Experiment& experiment, const v1::Trial& trial);
std::string FormatParameters(const v1::Trial& trial);
// The names of the objectives and a trial's values of them, "-" for those it has not; the main one
// first.
std::vector<std::string> ObjectiveNames(const v1::Experiment& experiment);
std::vector<std::string> ObjectiveValues(const v1::Experiment& experiment, const v1::Trial& trial);
// A heading and a row a trial: number, name, state where it is asked for, objectives, parameters.
std::vector<std::vector<std::string>> TrialRows(const v1::Experiment& experiment,
                                                const std::vector<v1::Trial>& trials,
                                                bool with_state);

}  // namespace qalam
