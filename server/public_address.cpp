#include "server/public_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <memory>

#include "server/access.h"

namespace qalam {

namespace {

// Of IPv4, or of IPv6 where there is none, in brackets; empty where this machine is alone.
std::string OwnAddress() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return "";
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> addresses(found, freeifaddrs);
  std::string of_version_6;
  for (const ifaddrs* entry = found; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0 ||
        (entry->ifa_flags & IFF_LOOPBACK) != 0) {
      continue;
    }
    char text[INET6_ADDRSTRLEN] = {};
    if (entry->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
      if (inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)) != nullptr) return text;
    }
    if (entry->ifa_addr->sa_family == AF_INET6 && of_version_6.empty()) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
      // A link's own addresses say nothing to whoever is not on it.
      if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)) continue;
      if (inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text)) != nullptr) {
        of_version_6 = fmt::format("[{}]", text);
      }
    }
  }
  return of_version_6;
}

}  // namespace

std::string PublicAddress(const std::vector<std::string>& listen) {
  for (const auto& address : listen) {
    if (IsLoopback(address)) continue;
    const size_t colon = address.rfind(':');
    if (colon == std::string::npos || address.substr(colon) == ":0") continue;
    if (!IsWildcard(address)) return address;
    const std::string own = OwnAddress();
    if (!own.empty()) return own + address.substr(colon);
  }
  return "";
}

}  // namespace qalam
