#include "base/process.h"
#include "db/database.h"
#include "server/database_lock.h"
#include "server/machine_socket.h"
#include "server/server.h"

namespace qalam {

std::string LiveServerAddress(const std::string& database) {
  const auto address = DatabaseAddress::Parse(database);
  if (!address.ok()) return "";
  if (!address->IsPostgres()) return DatabaseLock::HolderOf(database);
  constexpr std::string_view kUnix = "unix:";
  for (const auto& place : JoinedServers(*address)) {
    const std::string& socket = place.private_address;
    // One that was killed is known for a few seconds more.
    if (place.machine == BootId() && socket.starts_with(kUnix) &&
        SocketAnswers(socket.substr(kUnix.size()))) {
      return socket;
    }
  }
  return "";
}

}  // namespace qalam
