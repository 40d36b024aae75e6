// The token of each trial: made from the trial's uid with the database's key, so that none is kept.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "db/store.h"
#include "server/identity/identity.h"

namespace qalam {

// "qalam-trial_UID_HASH".
std::string MakeTrialToken(const std::string& server_key, const std::string& trial_uid);
bool IsTrialToken(std::string_view bearer);
// UNAUTHENTICATED when it is none of this database, or when the trial has ended or is gone.
StatusOr<IdentityPtr> IdentifyTrial(Store& store, const std::string& server_key,
                                    std::string_view bearer);

}  // namespace qalam
