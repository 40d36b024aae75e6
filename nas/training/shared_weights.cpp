#include "nas/training/shared_weights.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

namespace qalam::nas {

StatusOr<SharedWeights> SharedWeights::Hold(const std::string& folder,
                                            const std::function<void()>& on_wait) {
  RETURN_IF_ERROR(MakeDirectories(folder));
  const std::string path = folder + "/shared.lock";
  FileDescriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock.valid()) return FailedPrecondition("{}: {}", path, std::strerror(errno));
  int mode = LOCK_EX | LOCK_NB;
  while (flock(lock.get(), mode) != 0) {
    if (errno == EWOULDBLOCK) {
      if (on_wait) on_wait();
      mode = LOCK_EX;
    } else if (errno != EINTR) {
      return FailedPrecondition("{} cannot be locked: {}", path, std::strerror(errno));
    }
  }
  return SharedWeights(folder, std::move(lock));
}

StatusOr<std::optional<Checkpoint>> SharedWeights::Find(const nlohmann::json& identity) const {
  return FindCheckpoint(Path(), identity);
}

Status SharedWeights::Leave(const nlohmann::json& identity, int64_t searches,
                            std::string state) const {
  return WriteCheckpoint(Path(), {identity, {{"searches", searches}}, std::move(state)});
}

int64_t SearchesOf(const std::optional<Checkpoint>& shared) {
  if (!shared || !shared->progress.is_object()) return 0;
  return shared->progress.value("searches", int64_t{0});
}

}  // namespace qalam::nas
