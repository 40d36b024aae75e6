#include "controller/operators/free_port.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <random>

#include "base/files.h"

namespace qalam {

namespace {

// Up to where Linux takes ports for outgoing connections from.
constexpr unsigned kFirstPort = 20'000;
constexpr unsigned kPorts = 12'768;

// Without SO_REUSEADDR, so that a port whose last connection is hardly over counts as taken.
bool IsFree(unsigned port) {
  const FileDescriptor socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

StatusOr<int> ChooseFreePort() {
  // Each process begins elsewhere, and none comes back to a port before it has tried all others.
  static std::atomic<unsigned> next = std::random_device()() % kPorts;
  for (unsigned tried = 0; tried < kPorts; ++tried) {
    const unsigned port = kFirstPort + next.fetch_add(1) % kPorts;
    if (IsFree(port)) return static_cast<int>(port);
  }
  return ResourceExhausted("no port from {} to {} is free", kFirstPort, kFirstPort + kPorts - 1);
}

}  // namespace qalam
