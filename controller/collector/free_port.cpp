#include "controller/collector/free_port.h"

#include <cerrno>

#include "base/files.h"
#include "controller/collector/socket_address.h"

namespace qalam::collector {

StatusOr<int> FreePort(const std::string& host) {
  const auto wanted = SocketAddress::Of(host, 0);
  if (!wanted) return InvalidArgument("{} is no address", host);
  const FileDescriptor bound(socket(wanted->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  SocketAddress got;
  socklen_t size = got.size();
  if (!bound.valid() || bind(bound.get(), wanted->get(), wanted->size()) != 0 ||
      getsockname(bound.get(), got.get(), &size) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot find a free port of {}", host));
  }
  return got.port();
}

}  // namespace qalam::collector
