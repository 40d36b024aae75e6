// Records of the store as messages of qalam.v1.
#pragma once

#include "api/proto/qalam_v1.pb.h"
#include "db/store.h"
#include "server/document_cache.h"

namespace qalam {

v1::Trial ToMessage(const TrialRecord& trial, const ExperimentRecord& experiment);
// With counts, incumbent and what the document says; the document itself only when asked for.
StatusOr<v1::Experiment> ToMessage(Store& store, DocumentCache& documents,
                                   const ExperimentRecord& experiment, bool with_document);

}  // namespace qalam
