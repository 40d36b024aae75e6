#include "server/database_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace qalam {

namespace {

std::string LockPath(const std::string& database_path) { return database_path + ".lock"; }

std::string ReadAddress(int fd) {
  char buffer[512];
  const ssize_t got = pread(fd, buffer, sizeof(buffer), 0);
  std::string text(buffer, got > 0 ? got : 0);
  return text.substr(0, text.find('\n'));
}

}  // namespace

StatusOr<DatabaseLock> DatabaseLock::Acquire(const std::string& database_path) {
  const auto parent = std::filesystem::path(database_path).parent_path();
  if (!parent.empty()) RETURN_IF_ERROR(MakeDirectories(parent));
  const std::string path = LockPath(database_path);
  FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoStatus(errno, fmt::format("cannot create {}", path));
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return FailedPrecondition("another qalam already runs trials on {} (reach it at {})",
                              database_path, ReadAddress(file.get()));
  }
  // The address of one that has died must not be believed.
  if (ftruncate(file.get(), 0) != 0)
    return ErrnoStatus(errno, fmt::format("cannot write {}", path));
  return DatabaseLock(std::move(file));
}

Status DatabaseLock::Publish(const std::string& address) {
  const std::string text = address + "\n";
  if (pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return ErrnoStatus(errno, "cannot write the lock file");
  }
  return absl::OkStatus();
}

std::string DatabaseLock::HolderOf(const std::string& database_path) {
  const FileDescriptor file(open(LockPath(database_path).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return "";
  if (flock(file.get(), LOCK_SH | LOCK_NB) == 0) return "";  // nobody holds it; closing lets go
  return ReadAddress(file.get());
}

}  // namespace qalam
