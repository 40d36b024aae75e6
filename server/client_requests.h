// Requests of clients as the controller takes them, and what is wrong with them.
#pragma once

#include <string>
#include <vector>

#include "api/proto/qalam_v1.pb.h"
#include "base/clock.h"
#include "controller/client_calls.h"

namespace qalam {

// INVALID_ARGUMENT with every fault, one a line.
Status CheckAsk(const v1::AskTrialsRequest& request);
Status CheckTell(const v1::TellTrialRequest& request);
// Of the call as a whole; RESOURCE_EXHAUSTED when it holds too much.
Status CheckTellMany(const v1::TellTrialsRequest& request);
Status CheckRenew(const v1::RenewLeasesRequest& request);

// Of requests without a fault, but for `trial_uid` and `answer`.
AskCall MakeAsk(const v1::AskTrialsRequest& request, Time now);
TellCall MakeTell(const v1::TellTrialRequest& request, Time now);

// INVALID_ARGUMENT for a metric without a name, and for a name or a text that is too long.
Status CheckMetric(const std::string& name, const std::string& text);
// A point as it is stored; `now` where it gives no time. Errors as CheckMetric.
StatusOr<MetricPoint> MakePoint(const v1::MetricPoint& point, Time now);

// One a line, as far as the trailers of a gRPC call hold them: 8 KiB in all, where some bytes take
// three.
std::string ListedFaults(const std::vector<std::string>& faults);

}  // namespace qalam
