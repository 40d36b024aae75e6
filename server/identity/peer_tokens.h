// The token by which servers that share a database pass calls on to each other: made from the
// database's key, so that none is kept.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "server/identity/identity.h"

namespace qalam {

// How long one is good. A call is passed on within milliseconds; the rest is for clocks that
// differ.
inline constexpr Duration kPeerTokenLife = absl::Minutes(1);

// "qalam-peer_SECONDS_HASH", with the time at which it ends.
std::string MakePeerToken(const std::string& server_key, Time now);
bool IsPeerToken(std::string_view bearer);
// Who shows it may do everything: the server that passes a call on has checked it. UNAUTHENTICATED
// when it is none of this database, has ended, or ends later than one that is made now would by
// more than its life.
StatusOr<IdentityPtr> IdentifyPeer(const std::string& server_key, std::string_view bearer,
                                   Time now);

}  // namespace qalam
