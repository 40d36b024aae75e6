#include "server/analysis/trial_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace qalam {

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Gone, no folder, or a link.
bool IsNotThere(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP;
}

Time Modified(const struct stat& info) { return absl::TimeFromTimespec(info.st_mtim); }

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

class FileWalk {
 public:
  // The folder is open at `descriptor`; `prefix` is empty or ends with a slash.
  Status Visit(FileDescriptor descriptor, const std::string& prefix, int depth) {
    const std::unique_ptr<DIR, CloseFolder> folder(fdopendir(descriptor.get()));
    if (folder == nullptr) return ErrnoStatus(errno, "cannot read the trial's folder");
    descriptor.Release();
    while (true) {
      errno = 0;
      const dirent* const entry = readdir(folder.get());
      if (entry == nullptr) {
        if (errno != 0) return ErrnoStatus(errno, "cannot read the trial's folder");
        return absl::OkStatus();
      }
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (++entries_ > kMostTrialFiles) {
        found_.is_complete = false;
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(VisitEntry(dirfd(folder.get()), name, prefix + name, depth));
    }
  }

  TrialFiles Take() {
    std::sort(found_.files.begin(), found_.files.end(),
              [](const TrialFile& a, const TrialFile& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  // The trial may be at work there: what has gone meanwhile is passed over.
  Status VisitEntry(int folder, const std::string& name, const std::string& path, int depth) {
    struct stat info = {};
    if (fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return absl::OkStatus();
    if (S_ISREG(info.st_mode)) {
      found_.files.push_back({path, static_cast<int64_t>(info.st_size), Modified(info)});
      return absl::OkStatus();
    }
    if (!S_ISDIR(info.st_mode)) return absl::OkStatus();
    if (depth >= kDeepestTrialFile) {
      found_.is_complete = false;
      return absl::OkStatus();
    }
    FileDescriptor inner(openat(folder, name.c_str(), kFolderFlags));
    if (!inner.valid()) {
      // One that may not be read hides its files.
      if (!IsNotThere(errno)) found_.is_complete = false;
      return absl::OkStatus();
    }
    return Visit(std::move(inner), path + "/", depth + 1);
  }

  TrialFiles found_;
  size_t entries_ = 0;  // folders and others included, since they cost as much to look at
};

// INVALID_ARGUMENT when it is not parts of names apart by slashes.
StatusOr<std::vector<std::string>> SplitPath(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '\0') return InvalidArgument("a file's path should not hold a zero byte");
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (const auto& part : parts) {
    if (part.empty() || part == "." || part == "..") {
      return InvalidArgument(
          "a file's path should be relative to the trial's folder, without empty parts, . and ..");
    }
  }
  if (parts.size() > static_cast<size_t>(kDeepestTrialFile) + 1) {
    return InvalidArgument("a file's path should have at most {} parts", kDeepestTrialFile + 1);
  }
  return parts;
}

}  // namespace

StatusOr<TrialFiles> ListTrialFiles(const std::string& folder) {
  FileDescriptor descriptor(open(folder.c_str(), kFolderFlags));
  if (!descriptor.valid()) {
    if (IsNotThere(errno)) return TrialFiles{};
    return ErrnoStatus(errno, "cannot read the trial's folder");
  }
  FileWalk walk;
  RETURN_IF_ERROR(walk.Visit(std::move(descriptor), "", 0));
  return walk.Take();
}

StatusOr<OpenedTrialFile> OpenTrialFile(const std::string& folder, const std::string& path) {
  ASSIGN_OR_RETURN(const auto parts, SplitPath(path));
  // Part by part from an open folder: nothing that is moved or replaced meanwhile leads out.
  FileDescriptor at(open(folder.c_str(), kFolderFlags));
  for (size_t i = 0; i + 1 < parts.size() && at.valid(); ++i) {
    at = FileDescriptor(openat(at.get(), parts[i].c_str(), kFolderFlags));
  }
  OpenedTrialFile opened;
  if (at.valid()) {
    // A pipe must not be waited for.
    opened.descriptor = FileDescriptor(openat(
        at.get(), parts.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  }
  if (!opened.descriptor.valid()) {
    if (IsNotThere(errno) || errno == ENXIO) return NotFound("the trial has no file {}", path);
    return ErrnoStatus(errno, fmt::format("cannot open the trial's file {}", path));
  }
  struct stat info = {};
  if (fstat(opened.descriptor.get(), &info) != 0) {
    return ErrnoStatus(errno, fmt::format("cannot read the trial's file {}", path));
  }
  if (!S_ISREG(info.st_mode)) return NotFound("the trial has no file {}", path);
  opened.size = info.st_size;
  opened.modified = Modified(info);
  return opened;
}

}  // namespace qalam
