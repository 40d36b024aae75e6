#include "controller/operators/checkpoint.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "base/log.h"

namespace qalam {

namespace {

namespace fs = std::filesystem;

Status Failed(int error_number, const char* what, const fs::path& path) {
  return ErrnoStatus(error_number, fmt::format("cannot {} {}", what, path.string()));
}

Status WriteAll(int fd, const char* data, size_t size, const fs::path& path) {
  while (size > 0) {
    const ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(errno, "write", path);
    data += written;
    size -= static_cast<size_t>(written);
  }
  return absl::OkStatus();
}

// All from where both stand to the end of `from`.
Status CopyBytes(int from, int to, const fs::path& source, const fs::path& target) {
  // The kernel shares the blocks where the file system can, which makes a copy cost no room.
  constexpr size_t kMost = 1 << 30;
  ssize_t copied;
  do {
    copied = copy_file_range(from, nullptr, to, nullptr, kMost, 0);
  } while (copied > 0 || (copied < 0 && errno == EINTR));
  if (copied < 0 && (errno == ENOSPC || errno == EDQUOT)) return Failed(errno, "write", target);
  // Not every file system can, and some answer 0 for files that only seem to be empty.
  std::array<char, 1 << 16> buffer;
  while (true) {
    const ssize_t got = read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(errno, "read", source);
    if (got == 0) return absl::OkStatus();
    RETURN_IF_ERROR(WriteAll(to, buffer.data(), static_cast<size_t>(got), target));
  }
}

Status CopyRegularFile(const fs::path& source, const fs::path& target) {
  const FileDescriptor from(open(source.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!from.valid() || fstat(from.get(), &status) != 0) return Failed(errno, "read", source);
  const FileDescriptor to(open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!to.valid()) return Failed(errno, "create", target);
  RETURN_IF_ERROR(CopyBytes(from.get(), to.get(), source, target));
  // Training programs find their latest checkpoint by its time.
  const timespec times[] = {status.st_atim, status.st_mtim};
  if (fchmod(to.get(), status.st_mode & 07777) != 0 || futimens(to.get(), times) != 0 ||
      fsync(to.get()) != 0) {
    return Failed(errno, "write", target);
  }
  return absl::OkStatus();
}

// Where the copy of a link leads.
std::string TargetOfLink(const fs::path& link, const fs::path& source, const fs::path& directory) {
  std::error_code error;
  const std::string target = fs::read_symlink(link, error).string();
  const std::string inside = source.string() + "/";
  // Through the old link the trial would write into its parent's checkpoint.
  if (target.starts_with(inside)) return directory.string() + "/" + target.substr(inside.size());
  return target;
}

// `directory` is the name that `target` will have in the end.
Status CopyTree(const fs::path& source, const fs::path& target, const fs::path& directory) {
  std::error_code error;
  fs::recursive_directory_iterator entry(source, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    const fs::path copy = target / entry->path().lexically_relative(source);
    switch (entry->symlink_status().type()) {
      case fs::file_type::regular:
        RETURN_IF_ERROR(CopyRegularFile(entry->path(), copy));
        break;
      case fs::file_type::symlink:
        if (symlink(TargetOfLink(entry->path(), source, directory).c_str(), copy.c_str()) != 0) {
          return Failed(errno, "create", copy);
        }
        break;
      case fs::file_type::directory:
        if (mkdir(copy.c_str(), 0755) != 0) return Failed(errno, "create", copy);
        break;
      default:
        break;
    }
    entry.increment(error);
  }
  if (error) return Failed(error.value(), "read", source);
  return absl::OkStatus();
}

// The folder that is being filled, held against other callers. After a crash it is found half full.
StatusOr<FileDescriptor> HoldPartial(const fs::path& partial) {
  RETURN_IF_ERROR(MakeDirectories(partial.string()));
  FileDescriptor folder(open(partial.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Failed(errno, "open", partial);
  // Some network file systems cannot lock folders. The controller submits a trial once at a time,
  // so that the lock is a second guard only.
  while (flock(folder.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return folder;
}

Status Fill(const fs::path& source, const fs::path& partial, const fs::path& directory) {
  std::error_code error;
  fs::directory_iterator left_over(partial, error);
  while (!error && left_over != fs::directory_iterator()) {
    fs::remove_all(left_over->path(), error);
    if (!error) left_over.increment(error);
  }
  if (error) return Failed(error.value(), "clear", partial);
  RETURN_IF_ERROR(CopyTree(source, partial, directory));
  if (rename(partial.c_str(), directory.c_str()) != 0) return Failed(errno, "create", directory);
  return absl::OkStatus();
}

}  // namespace

Status PrepareCheckpoint(const std::string& source, const std::string& directory) {
  if (FileExists(directory)) return absl::OkStatus();
  if (source.empty()) return MakeDirectories(directory);
  std::error_code error;
  if (fs::status(source, error).type() == fs::file_type::not_found) {
    Logger("operator")
        .Warn("a trial starts afresh, its parent's checkpoint is gone",
              {{"parent", source}, {"folder", directory}});
    return MakeDirectories(directory);
  }
  if (error) return Failed(error.value(), "read", source);
  const std::string partial = directory + ".partial";
  while (true) {
    ASSIGN_OR_RETURN(const FileDescriptor held, HoldPartial(partial));
    // Another caller may have finished while this one waited, and have renamed what is held.
    struct stat mine, named;
    const bool is_named = stat(partial.c_str(), &named) == 0 && fstat(held.get(), &mine) == 0 &&
                          mine.st_ino == named.st_ino;
    if (FileExists(directory)) {
      if (is_named) fs::remove_all(partial, error);
      return absl::OkStatus();
    }
    if (!is_named) continue;
    const Status status = Fill(source, partial, directory);
    // Room is what others may be short of.
    if (!status.ok()) fs::remove_all(partial, error);
    return WithContext(status, "cannot copy the parent's checkpoint");
  }
}

}  // namespace qalam
