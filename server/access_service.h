#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "base/clock.h"
#include "server/identity/authority.h"

namespace qalam {

// qalam.v1.AccessService: tokens and the audit log. The references must outlive the service.
std::unique_ptr<grpc::Service> MakeAccessService(Authority& authority, const Clock& clock);

}  // namespace qalam
