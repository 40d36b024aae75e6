#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace qalam::collector {

// An IPv4 or IPv6 address with a TCP port.
class SocketAddress {
 public:
  SocketAddress() = default;
  // Nullopt when `host` is no address in numbers.
  static std::optional<SocketAddress> Of(const std::string& host, int port) {
    SocketAddress made;
    auto* four = reinterpret_cast<sockaddr_in*>(&made.address_);
    auto* six = reinterpret_cast<sockaddr_in6*>(&made.address_);
    if (inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
      four->sin_family = AF_INET;
      four->sin_port = htons(static_cast<uint16_t>(port));
      made.size_ = sizeof(*four);
    } else if (inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
      six->sin6_family = AF_INET6;
      six->sin6_port = htons(static_cast<uint16_t>(port));
      made.size_ = sizeof(*six);
    } else {
      return std::nullopt;
    }
    return made;
  }

  int family() const { return address_.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&address_); }
  socklen_t size() const { return size_; }
  int port() const { return ntohs(reinterpret_cast<const sockaddr_in*>(&address_)->sin_port); }

 private:
  sockaddr_storage address_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

}  // namespace qalam::collector
