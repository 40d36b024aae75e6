// Mounts that nobody but the calling process and its children see, and that go with them. Only for
// a forked child: see child_scenario.h.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/files.h"
#include "base/status.h"

namespace qalam {

// PERMISSION_DENIED where neither root nor a user namespace may do it, as in many containers.
inline Status EnterPrivateMounts() {
  const uid_t user = getuid();
  const gid_t group = getgid();
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      return PermissionDenied("a mount namespace of its own: {}", std::strerror(errno));
    }
    // Root in there is the user out here.
    const auto write_map = [](const char* path, const std::string& text) {
      const FileDescriptor file(open(path, O_WRONLY | O_CLOEXEC));
      return write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    };
    if (!write_map("/proc/self/setgroups", "deny") ||
        !write_map("/proc/self/uid_map", fmt::format("0 {} 1", user)) ||
        !write_map("/proc/self/gid_map", fmt::format("0 {} 1", group))) {
      return PermissionDenied("a user namespace of its own: {}", std::strerror(errno));
    }
  }
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return PermissionDenied("private mounts: {}", std::strerror(errno));
  }
  return absl::OkStatus();
}

// An empty disk of this size, in memory, over the folder.
inline Status MountSmallDisk(const std::string& folder, uint64_t bytes) {
  const std::string size = fmt::format("size={},mode=0777", bytes);
  if (mount("qalam-test", folder.c_str(), "tmpfs", 0, size.c_str()) == 0) return absl::OkStatus();
  return PermissionDenied("a small disk: {}", std::strerror(errno));
}

// Takes all that is left of the disk.
inline void FillDisk(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  for (size_t size = 1 << 16; size > 0; size /= 2) {
    const std::string block(size, 'x');
    while (write(file.get(), block.data(), block.size()) == static_cast<ssize_t>(block.size())) {
    }
  }
}

// The folder as it is, but nothing can be written into it.
inline Status MountReadOnly(const std::string& folder) {
  if (mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
      mount("none", folder.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0) {
    return absl::OkStatus();
  }
  return PermissionDenied("a read-only mount: {}", std::strerror(errno));
}

}  // namespace qalam
