#pragma once

#include <cstdint>
#include <string>

#include "base/files.h"

namespace qalam::collector {

// Reads a file that another process writes. It may appear late, grow, be cut short or be replaced;
// after the last two it is read from its beginning.
class FileTail {
 public:
  explicit FileTail(std::string path) : path_(std::move(path)) {}

  // What is new, bounded; empty when there is nothing.
  std::string Read();

 private:
  const std::string path_;
  FileDescriptor file_;
  uint64_t inode_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace qalam::collector
