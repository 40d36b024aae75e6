#pragma once

#include "api/proto/qalam_v1.pb.h"
#include "base/status.h"
#include "db/store.h"
#include "server/document_cache.h"
#include "server/identity/identity.h"

namespace qalam {

// One page of qalam.v1.ListExperiments: of the namespaces that the caller may see, or
// PERMISSION_DENIED for one that it may not. INVALID_ARGUMENT for a token that no page of the same
// filter and order has given.
Status ListExperimentPage(Store& store, DocumentCache& documents, const Identity& caller,
                          const v1::ListExperimentsRequest& request,
                          v1::ListExperimentsReply& reply);

}  // namespace qalam
