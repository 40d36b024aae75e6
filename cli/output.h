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
std::string FormatParameters(const v1::Trial& trial);

}  // namespace qalam
