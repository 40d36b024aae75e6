#include "controller/collector/rotated_files.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

namespace qalam::collector {

namespace {

// What follows the name: a dot or a hyphen, then a number or a time.
bool IsRotationSuffix(std::string_view suffix) {
  return suffix.size() > 1 && (suffix[0] == '.' || suffix[0] == '-') && suffix[1] >= '0' &&
         suffix[1] <= '9' &&
         suffix.find_first_not_of("0123456789-_.:T", 1) == std::string_view::npos;
}

}  // namespace

RotatedFiles::Identity RotatedFiles::IdentityOf(const FileDescriptor& file) {
  struct statx status {};
  // A file system that does not know the time leaves it 0.
  if (statx(file.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) return {};
  return {status.stx_ino, status.stx_btime.tv_sec, status.stx_btime.tv_nsec};
}

std::vector<RotatedFiles::Found> RotatedFiles::All() const {
  std::vector<Found> found;
  const std::filesystem::path path(path_);
  const std::string name = path.filename().string();
  std::error_code error;
  std::filesystem::directory_iterator entry(path.parent_path(), error), end;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string other = entry->path().filename().string();
    if (!other.starts_with(name) || !IsRotationSuffix(std::string_view(other).substr(name.size())))
      continue;
    FileDescriptor file(open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status;
    if (!file.valid() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    uint64_t number = 0;
    std::from_chars(other.data() + name.size() + 1, other.data() + other.size(), number);
    const Identity identity = IdentityOf(file);
    found.push_back({std::move(file), identity, status.st_mtim, number});
  }
  return found;
}

void RotatedFiles::Know() {
  for (const auto& found : All()) known_.insert(found.identity);
}

std::vector<FileDescriptor> RotatedFiles::TakeNew(const FileDescriptor& named) {
  const Identity of_named = IdentityOf(named);
  auto all = All();
  // Those that are gone need not be known any more.
  std::set<Identity> still_there;
  for (const auto& found : all) {
    if (known_.contains(found.identity)) still_there.insert(found.identity);
  }
  known_ = std::move(still_there);
  std::erase_if(all, [&](const Found& found) {
    // It may have been renamed since it was opened.
    return known_.contains(found.identity) || found.identity == of_named;
  });
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    if (a.changed.tv_sec != b.changed.tv_sec) return a.changed.tv_sec < b.changed.tv_sec;
    if (a.changed.tv_nsec != b.changed.tv_nsec) return a.changed.tv_nsec < b.changed.tv_nsec;
    return a.number > b.number;
  });
  std::vector<FileDescriptor> files;
  for (auto& found : all) files.push_back(std::move(found.file));
  return files;
}

}  // namespace qalam::collector
