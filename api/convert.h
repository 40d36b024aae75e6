// Between the documents' values and the protobuf messages. Target api_convert.
#pragma once

#include <optional>

#include "api/experiment.h"
#include "api/proto/api_v1_beta1.pb.h"
#include "api/proto/qalam_v1.pb.h"
#include "api/states.h"
#include "base/clock.h"

namespace qalam {

// What a suggestion service needs of an experiment.
::api::v1::beta1::Experiment ToKatibProto(const ExperimentDocument& document);
// What that leaves out.
v1::ExperimentAdditions ToAdditions(const ExperimentSpec& spec);
// The reverse; INVALID_ARGUMENT for a condition of a parameter that the experiment lacks.
Status AddAdditions(const v1::ExperimentAdditions& additions, ExperimentSpec& spec);
// The reverse; a Katib client sends no trial template. INVALID_ARGUMENT names the first bad field.
StatusOr<ExperimentSpec> FromKatibProto(const ::api::v1::beta1::ExperimentSpec& spec);

v1::ExperimentState ToProto(ExperimentState state);
v1::TrialState ToProto(TrialState state);
// nullopt for unspecified and for one that is not known.
std::optional<ExperimentState> FromProto(v1::ExperimentState state);
TrialState FromProto(v1::TrialState state);  // unspecified becomes kFailed
::google::protobuf::Timestamp ToProto(Time time);
Time FromProto(const ::google::protobuf::Timestamp& time);

}  // namespace qalam
