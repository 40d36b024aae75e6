#pragma once

#include <memory>
#include <string>

#include "base/files.h"
#include "base/status.h"

namespace qalam {

// Held by the one process that runs trials on a database. The kernel lets go of it when the process
// dies, however it dies.
class DatabaseLock {
 public:
  // FAILED_PRECONDITION, with the holder's address, when another process holds it.
  static StatusOr<DatabaseLock> Acquire(const std::string& database_path);
  // Where the process that holds it is reached; empty when none does.
  static std::string HolderOf(const std::string& database_path);
  // Where others reach this process; written into the lock file.
  Status Publish(const std::string& address);

 private:
  explicit DatabaseLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace qalam
