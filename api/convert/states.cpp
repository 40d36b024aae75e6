#include "api/convert.h"

namespace qalam {

// Both enumerations are in the same order; the protobuf ones begin with UNSPECIFIED.
v1::ExperimentState ToProto(ExperimentState state) {
  return static_cast<v1::ExperimentState>(static_cast<int>(state) + 1);
}

v1::TrialState ToProto(TrialState state) {
  return static_cast<v1::TrialState>(static_cast<int>(state) + 1);
}

std::optional<ExperimentState> FromProto(v1::ExperimentState state) {
  if (state <= v1::EXPERIMENT_STATE_UNSPECIFIED || state > v1::EXPERIMENT_STOPPED) {
    return std::nullopt;
  }
  return static_cast<ExperimentState>(static_cast<int>(state) - 1);
}

TrialState FromProto(v1::TrialState state) {
  if (state <= v1::TRIAL_STATE_UNSPECIFIED || state > v1::TRIAL_METRICS_UNAVAILABLE) {
    return TrialState::kFailed;
  }
  return static_cast<TrialState>(static_cast<int>(state) - 1);
}

::google::protobuf::Timestamp ToProto(Time time) {
  const int64_t microseconds = absl::ToUnixMicros(time);
  constexpr int64_t kMillion = 1000000;
  ::google::protobuf::Timestamp timestamp;
  // Nanoseconds count forward, also before 1970.
  const int64_t rest = (microseconds % kMillion + kMillion) % kMillion;
  timestamp.set_seconds((microseconds - rest) / kMillion);
  timestamp.set_nanos(static_cast<int32_t>(rest * 1000));
  return timestamp;
}

Time FromProto(const ::google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace qalam
