#pragma once

#include "api/proto/qalam_v1.pb.h"

namespace qalam {

// Every algorithm and early stopping rule with its settings, as the registries have them.
void FillAlgorithmList(v1::ListAlgorithmsReply& reply);

}  // namespace qalam
