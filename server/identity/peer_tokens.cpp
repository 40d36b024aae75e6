#include "server/identity/peer_tokens.h"

#include <absl/strings/numbers.h>

#include "server/identity/keyed_token.h"

namespace qalam {

namespace {

constexpr char kPeerKind[] = "peer";

Status NoPeer(std::string_view why) { return MakeStatus(StatusCode::kUnauthenticated, why); }

}  // namespace

std::string MakePeerToken(const std::string& server_key, Time now) {
  return MakeKeyedToken(server_key, kPeerKind,
                        fmt::format("{}", absl::ToUnixSeconds(now + kPeerTokenLife)));
}

bool IsPeerToken(std::string_view bearer) { return IsKeyedToken(kPeerKind, bearer); }

StatusOr<IdentityPtr> IdentifyPeer(const std::string& server_key, std::string_view bearer,
                                   Time now) {
  const auto ends = SubjectOf(server_key, kPeerKind, bearer);
  int64_t seconds = 0;
  if (!ends || !absl::SimpleAtoi(*ends, &seconds)) {
    return NoPeer("this is no token of a server on this database");
  }
  const Duration left = absl::FromUnixSeconds(seconds) - now;
  if (left <= absl::ZeroDuration() || left > 2 * kPeerTokenLife) {
    return NoPeer("the token of another server has expired; do the clocks of the machines differ?");
  }
  return UncountedAdmin("another server");  // who called that one was counted there
}

}  // namespace qalam
