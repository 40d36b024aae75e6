#pragma once

#include <grpcpp/support/status.h>

#include "base/status.h"

namespace qalam {

// The one place where absl's and gRPC's codes meet; they are the same numbers by design.
grpc::Status ToGrpc(const Status& status);
Status FromGrpc(const grpc::Status& status);

}  // namespace qalam
