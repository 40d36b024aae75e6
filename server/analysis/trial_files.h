// The files that a trial left in its folder. What runs there is the user's program: nothing in the
// folder is trusted, and no link of it is followed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/status.h"

namespace qalam {

struct TrialFile {
  std::string path;  // below the folder, with /
  int64_t size = 0;  // bytes
  Time modified;
};

struct TrialFiles {
  std::vector<TrialFile> files;  // by path; regular files alone
  bool is_complete = true;       // false when there are more or deeper ones
};

inline constexpr size_t kMostTrialFiles = 10000;
inline constexpr int kDeepestTrialFile = 16;  // folders below the trial's

// Empty when the folder is not there (yet).
StatusOr<TrialFiles> ListTrialFiles(const std::string& folder);

struct OpenedTrialFile {
  FileDescriptor descriptor;  // for reading
  int64_t size = 0;
  Time modified;
};

// INVALID_ARGUMENT for a path that is empty, absolute or has a part that is empty, "." or "..";
// NOT_FOUND when there is no regular file, or only through a link.
StatusOr<OpenedTrialFile> OpenTrialFile(const std::string& folder, const std::string& path);

}  // namespace qalam
