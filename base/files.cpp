#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

namespace qalam {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void FileDescriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

StatusOr<std::string> ReadFileRange(const std::string& path, uint64_t offset, uint64_t max_bytes) {
  FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, fmt::format("cannot open {}", path));
  // Most files here are tiny, and zeroing a large buffer for each would cost more than reading it.
  char small[4096];
  constexpr uint64_t kLargeChunk = 1 << 16;
  std::string content;
  while (content.size() < max_bytes) {
    const size_t before = content.size();
    const uint64_t left = max_bytes - before;
    char* target = small;
    uint64_t room = std::min<uint64_t>(sizeof(small), left);
    if (before > 0) {
      room = std::min(kLargeChunk, left);
      content.resize(before + room);
      target = content.data() + before;
    }
    const ssize_t got = pread(fd.get(), target, room, static_cast<off_t>(offset + before));
    const int error_number = errno;
    if (before == 0 && got > 0) {
      content.assign(small, static_cast<size_t>(got));
    } else {
      content.resize(before + std::max<ssize_t>(got, 0));
    }
    if (got < 0 && error_number == EINTR) continue;
    if (got < 0) return ErrnoStatus(error_number, fmt::format("cannot read {}", path));
    if (got == 0) break;
  }
  return content;
}

StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes) {
  ASSIGN_OR_RETURN(std::string content, ReadFileRange(path, 0, max_bytes + 1));
  if (content.size() > max_bytes) {
    return ResourceExhausted("{} is larger than the {} bytes allowed", path, max_bytes);
  }
  return content;
}

Status WriteFileAtomically(const std::string& path, std::string_view content, bool durable) {
  static std::atomic<uint64_t> sequence{0};
  const std::string temporary = fmt::format("{}.{}.{}.tmp", path, getpid(), sequence++);
  FileDescriptor fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return ErrnoStatus(errno, fmt::format("cannot create {}", temporary));
  const auto fail = [&](std::string_view what) {
    const int error_number = errno;
    unlink(temporary.c_str());
    return ErrnoStatus(error_number, fmt::format("cannot {} {}", what, path));
  };
  while (!content.empty()) {
    const ssize_t written = write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail("write");
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (durable && fsync(fd.get()) != 0) return fail("sync");
  fd.Close();
  if (rename(temporary.c_str(), path.c_str()) != 0) return fail("rename into place");
  if (durable) {
    const auto parent = std::filesystem::path(path).parent_path();
    FileDescriptor folder(open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC));
    if (!folder.valid() || fsync(folder.get()) != 0) return fail("sync the folder of");
  }
  return absl::OkStatus();
}

Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return ErrnoStatus(error.value(), fmt::format("cannot create the folder {}", path));
  return absl::OkStatus();
}

bool FileExists(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0;
}

}  // namespace qalam
