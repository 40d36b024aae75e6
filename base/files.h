// Small file helpers with errors that name the path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace qalam {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();
  void Close();

 private:
  int fd_ = -1;
};

// The whole file. RESOURCE_EXHAUSTED when it is larger than `max_bytes`.
StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes = 1ull << 30);
// Up to `max_bytes` from `offset`; empty at or past the end.
StatusOr<std::string> ReadFileRange(const std::string& path, uint64_t offset, uint64_t max_bytes);
// Readers see the old content or the new, never a part; `durable` also survives a power cut.
Status WriteFileAtomically(const std::string& path, std::string_view content, bool durable);
// Makes the folder and its parents.
Status MakeDirectories(const std::string& path);
// Whether there is anything by that name, a link that leads nowhere included.
bool FileExists(const std::string& path);

}  // namespace qalam
