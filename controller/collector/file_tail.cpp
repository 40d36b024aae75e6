#include "controller/collector/file_tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qalam::collector {

std::string FileTail::Read() {
  constexpr size_t kChunk = 256 << 10;
  std::string data(kChunk, '\0');
  if (file_.valid()) {
    struct stat status;
    if (fstat(file_.get(), &status) == 0 && static_cast<uint64_t>(status.st_size) < offset_) {
      offset_ = 0;
    }
    const ssize_t got = pread(file_.get(), data.data(), kChunk, static_cast<off_t>(offset_));
    if (got > 0) {
      offset_ += got;
      data.resize(got);
      return data;
    }
  }
  // Nothing more in the one that is open: is there another by its name?
  struct stat status;
  if (stat(path_.c_str(), &status) != 0 || (file_.valid() && status.st_ino == inode_)) return "";
  file_ = FileDescriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  inode_ = status.st_ino;
  offset_ = 0;
  return file_.valid() ? Read() : "";
}

}  // namespace qalam::collector
