#include "server/machine_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "base/files.h"
#include "base/log.h"
#include "base/random.h"
#include "base/uid.h"

namespace qalam {

namespace {

std::string PrivateFolder() { return fmt::format("/tmp/qalam-{}", geteuid()); }

Status MakePrivate(const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, fmt::format("cannot make {}", folder));
  }
  // Anybody may make it in the temporary folder, or a link by that name.
  struct stat found {};
  if (lstat(folder.c_str(), &found) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot look at {}", folder));
  }
  if (S_ISDIR(found.st_mode) && found.st_uid == geteuid() && (found.st_mode & 077) == 0) {
    return absl::OkStatus();
  }
  return FailedPrecondition("{} is not this user's own, private folder; remove it", folder);
}

// 0, or the error of connecting to the socket.
int TryConnect(const std::string& path) {
  sockaddr_un place{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof(place.sun_path)) return ENAMETOOLONG;
  path.copy(place.sun_path, path.size());
  const FileDescriptor caller(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int result =
      connect(caller.get(), reinterpret_cast<const sockaddr*>(&place), sizeof(place));
  return result == 0 ? 0 : errno;
}

// Left by servers that were killed.
void RemoveDeadSockets(const std::string& folder) {
  // One that is made just now is there a moment before anybody listens.
  constexpr auto kStarting = std::chrono::minutes(1);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.symlink_status(error).type() != std::filesystem::file_type::socket) continue;
    const auto age = std::filesystem::file_time_type::clock::now() - entry.last_write_time(error);
    if (error || age < kStarting) continue;
    if (TryConnect(entry.path().string()) == ECONNREFUSED) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

}  // namespace

bool SocketAnswers(const std::string& path) { return TryConnect(path) == 0; }

StatusOr<MachineSocket> MachineSocket::Create(const std::string& database) {
  const std::string folder = PrivateFolder();
  RETURN_IF_ERROR(MakePrivate(folder));
  RemoveDeadSockets(folder);
  MachineSocket made;
  made.own_path_ = fmt::format("{}/{}.sock", folder, NewUid());
  made.shared_path_ = fmt::format("{}/{:016x}.sock", folder, StableHash(database));
  return made;
}

void MachineSocket::KeepShared() const {
  std::error_code error;
  if (std::filesystem::read_symlink(shared_path_, error) == own_path_ && !error) return;
  if (SocketAnswers(shared_path_)) return;
  // Renamed over it, so that the link is always there.
  const std::string made = own_path_ + ".link";
  std::filesystem::remove(made, error);
  std::filesystem::create_symlink(own_path_, made, error);
  if (!error) std::filesystem::rename(made, shared_path_, error);
  if (error) {
    Logger("server").Warn("trials do not reach this server",
                          {{"path", shared_path_}, {"error", error.message()}});
  }
}

void MachineSocket::Remove() const {
  std::error_code error;
  if (std::filesystem::read_symlink(shared_path_, error) == own_path_ && !error) {
    std::filesystem::remove(shared_path_, error);
  }
  std::filesystem::remove(own_path_, error);
}

}  // namespace qalam
