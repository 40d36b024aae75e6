#pragma once

#include <sys/stat.h>

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"

namespace qalam::collector {

// The files that a log file has become by rotation, as logrotate and Python's logging name them:
// NAME.1, NAME-20261128, NAME.2026-11-28_16-30. Those that are packed are not among them.
class RotatedFiles {
 public:
  // An inode's number may be given to another file; together with the time of its birth it is not.
  struct Identity {
    uint64_t inode = 0;
    int64_t born_seconds = 0;
    uint32_t born_nanoseconds = 0;
    auto operator<=>(const Identity&) const = default;
  };
  // All zeros when the file cannot be asked.
  static Identity IdentityOf(const FileDescriptor& file);

  explicit RotatedFiles(std::string path) : path_(std::move(path)) {}

  // What is there now is known.
  void Know();
  // One of which nothing is to be read any more.
  void Know(const Identity& file) { known_.insert(file); }
  // Opens those that are not known, the oldest first. `named` is the one that has the name itself.
  std::vector<FileDescriptor> TakeNew(const FileDescriptor& named);

 private:
  struct Found {
    FileDescriptor file;
    Identity identity;
    timespec changed;
    uint64_t number;  // of NAME.NUMBER: the higher, the older
  };
  std::vector<Found> All() const;

  const std::string path_;
  std::set<Identity> known_;
};

}  // namespace qalam::collector
