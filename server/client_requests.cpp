#include "server/client_requests.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "api/convert.h"
#include "base/utf8.h"

namespace qalam {

namespace {

constexpr int kMostAsked = 1000;
constexpr int kMostTold = 1000;         // trials of one call
constexpr int kMostToldPoints = 10000;  // of one trial
constexpr int kMostRenewed = 10000;
constexpr size_t kLongestWorker = 253;
constexpr size_t kLongestLease = 128;
constexpr size_t kLongestMessage = 64 << 10;
constexpr double kUsualLease = 60, kShortestLease = 1, kLongestLeaseSeconds = 86400;
constexpr double kLongestWait = 60;

Status AllFaults(const std::vector<std::string>& faults) {
  return faults.empty() ? absl::OkStatus() : InvalidArgument("{}", ListedFaults(faults));
}

TrialState StateOf(const v1::TellTrialRequest& request) {
  return request.state() == v1::TRIAL_STATE_UNSPECIFIED ? TrialState::kSucceeded
                                                        : FromProto(request.state());
}

}  // namespace

std::string ListedFaults(const std::vector<std::string>& faults) {
  constexpr size_t kLongest = 2500;
  std::string text;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (i > 0 && text.size() + faults[i].size() > kLongest) {
      return text + fmt::format("\nand {} faults more", faults.size() - i);
    }
    text += (i > 0 ? "\n" : "") + faults[i];
  }
  return text;
}

Status CheckAsk(const v1::AskTrialsRequest& request) {
  std::vector<std::string> faults;
  if (request.count() < 0 || request.count() > kMostAsked) {
    faults.push_back(
        fmt::format("count should be from 1 to {}, not {}", kMostAsked, request.count()));
  }
  if (request.worker().size() > kLongestWorker) {
    faults.push_back(fmt::format("worker has {} bytes; at most {} are allowed",
                                 request.worker().size(), kLongestWorker));
  }
  if (request.lease().size() > kLongestLease) {
    faults.push_back(fmt::format("lease has {} bytes; at most {} are allowed",
                                 request.lease().size(), kLongestLease));
  }
  // NaN fails every comparison.
  const double lease = request.lease_seconds();
  if (lease != 0 && !(lease >= kShortestLease && lease <= kLongestLeaseSeconds)) {
    faults.push_back(fmt::format("lease_seconds should be from {} to {}, not {}", kShortestLease,
                                 kLongestLeaseSeconds, lease));
  }
  if (!(request.wait_seconds() >= 0 && request.wait_seconds() <= kLongestWait)) {
    faults.push_back(fmt::format("wait_seconds should be from 0 to {}, not {}", kLongestWait,
                                 request.wait_seconds()));
  }
  return AllFaults(faults);
}

Status CheckTell(const v1::TellTrialRequest& request) {
  std::vector<std::string> faults;
  if (request.trial().name().empty()) faults.push_back("the trial's name is missing");
  switch (request.state()) {
    case v1::TRIAL_STATE_UNSPECIFIED:
    case v1::TRIAL_SUCCEEDED:
    case v1::TRIAL_FAILED:
    case v1::TRIAL_KILLED:
    case v1::TRIAL_EARLY_STOPPED:
      break;
    default:
      faults.push_back("state should be SUCCEEDED, FAILED, KILLED or EARLY_STOPPED");
  }
  if (request.message().size() > kLongestMessage) {
    faults.push_back(fmt::format("message has {} bytes; at most {} are allowed",
                                 request.message().size(), kLongestMessage));
  }
  if (request.metrics_size() > kMostToldPoints) {
    faults.push_back(fmt::format("metrics holds {} points; at most {} are allowed",
                                 request.metrics_size(), kMostToldPoints));
    return AllFaults(faults);
  }
  for (const auto& point : request.metrics()) {
    const Status status = MakePoint(point, absl::InfinitePast()).status();
    if (!status.ok()) faults.push_back(Message(status));
  }
  return AllFaults(faults);
}

Status CheckTellMany(const v1::TellTrialsRequest& request) {
  if (request.trials_size() <= kMostTold) return absl::OkStatus();
  return InvalidArgument("one call may tell at most {} trials, not {}", kMostTold,
                         request.trials_size());
}

Status CheckRenew(const v1::RenewLeasesRequest& request) {
  if (request.leases_size() <= kMostRenewed) return absl::OkStatus();
  return InvalidArgument("one call may renew at most {} leases, not {}", kMostRenewed,
                         request.leases_size());
}

AskCall MakeAsk(const v1::AskTrialsRequest& request, Time now) {
  return {.count = std::max(1, request.count()),
          .worker = request.worker(),
          .lease = request.lease(),
          .may_repeat = !request.lease().empty(),
          .lease_seconds = request.lease_seconds() > 0 ? request.lease_seconds() : kUsualLease,
          .deadline = now + absl::Seconds(request.wait_seconds())};
}

TellCall MakeTell(const v1::TellTrialRequest& request, Time now) {
  TellCall call{.lease = request.lease(), .state = StateOf(request), .message = request.message()};
  call.objective_values.assign(request.objective_values().begin(),
                               request.objective_values().end());
  for (const auto& point : request.metrics()) {
    if (auto made = MakePoint(point, now); made.ok()) call.points.push_back(*std::move(made));
  }
  return call;
}

Status CheckMetric(const std::string& name, const std::string& text) {
  if (name.empty()) return InvalidArgument("a metric point has no metric name");
  if (name.size() > kLongestMetricName) {
    return InvalidArgument("a metric's name has {} bytes, more than {}: {}...", name.size(),
                           kLongestMetricName, WholeCharacters(name, 50));
  }
  if (text.size() > kLongestMetricText) {
    return InvalidArgument("the text of metric {} has {} bytes; at most {} are kept", name,
                           text.size(), kLongestMetricText);
  }
  return absl::OkStatus();
}

StatusOr<MetricPoint> MakePoint(const v1::MetricPoint& point, Time now) {
  RETURN_IF_ERROR(CheckMetric(point.metric(), point.text()));
  constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
  return MetricPoint{.metric = point.metric(),
                     .time = point.has_time() ? FromProto(point.time()) : now,
                     .value = point.text().empty() ? point.value() : kNoNumber,
                     .step = point.step(),
                     .text = point.text()};
}

}  // namespace qalam
