// What each call needs: one table for gRPC and HTTP. A call without a row is refused.
#pragma once

#include <span>
#include <string_view>

#include "db/access_store.h"

namespace qalam {

// Where the caller must have the row's role.
enum class Reach {
  kOpen,        // nowhere: anybody may call
  kAnywhere,    // in some namespace; the answer holds only what is of such namespaces
  kNamespace,   // in the namespaces of the objects that the call names
  kEverywhere,  // in every namespace
};

struct CallRight {
  std::string_view call;  // "/qalam.v1.ExperimentService/GetTrial", "GET /experiments"
  Role role;
  Reach reach;
  bool by_trials = false;   // also with a trial's own token, where it names that trial alone
  bool is_audited = false;  // what it changed, and for whom, is written down before it is answered
};

std::span<const CallRight> CallRights();
// Null when nobody may make that call.
const CallRight* FindRight(std::string_view call);

}  // namespace qalam
