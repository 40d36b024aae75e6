#include "controller/collector/file_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace qalam::collector {

namespace {

constexpr size_t kTailChunk = 256 << 10;
constexpr size_t kRemembered = 64;
// In a row, of a file that others come after.
constexpr int kMostFailedReads = 10;

// Nothing when it cannot be read now, which says nothing of what is there.
std::optional<std::string> ReadAt(const FileDescriptor& file, uint64_t offset, size_t size) {
  std::string data(size, '\0');
  const ssize_t got = pread(file.get(), data.data(), size, static_cast<off_t>(offset));
  if (got < 0) return std::nullopt;
  data.resize(got);
  return data;
}

}  // namespace

void FileTail::PassOver() {
  if (rotated_) rotated_->Know();
  struct stat status;
  if (!OpenNamed()) return;
  Advance();
  if (!Ask(status)) return;
  offset_ = status.st_size;
  const size_t remembered = std::min<size_t>(offset_, kRemembered);
  last_ = ReadAt(file_, offset_ - remembered, remembered).value_or("");
  is_passed_over_ = true;
  first_change_ = status.st_mtim;
}

bool FileTail::OpenNamed() {
  struct stat status;
  // Asked first, since to open a pipe waits for its writer.
  if (stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  FileDescriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return false;
  if (rotated_) {
    if (file_.valid()) rotated_->Know(identity_);
    for (auto& older : rotated_->TakeNew(file)) waiting_.push_back(std::move(older));
  }
  waiting_.push_back(std::move(file));
  return true;
}

void FileTail::Advance() {
  // Half a line of a file that was cut short is not completed by the next file either.
  const bool is_cut = next_ == FilePiece::Place::kAnew || IsGivenUp();
  if (rotated_ && file_.valid()) rotated_->Know(identity_);
  file_ = std::move(waiting_.front());
  waiting_.pop_front();
  asked_.reset();
  identity_ = {};
  failed_reads_ = 0;
  offset_ = 0;
  last_.clear();
  is_passed_over_ = false;
  next_ = is_cut ? FilePiece::Place::kAnew : FilePiece::Place::kNextFile;
}

bool FileTail::IsGivenUp() const { return failed_reads_ >= kMostFailedReads; }

bool FileTail::IsReplaced() const {
  struct stat named;
  if (stat(path_.c_str(), &named) != 0 || !S_ISREG(named.st_mode) || named.st_size == 0) {
    return false;
  }
  return !asked_ || named.st_ino != asked_->st_ino || named.st_dev != asked_->st_dev;
}

bool FileTail::Ask(struct stat& status) {
  if (fstat(file_.get(), &status) != 0) return false;
  if (asked_) return true;
  asked_ = status;
  identity_ = RotatedFiles::IdentityOf(file_);
  return true;
}

bool FileTail::IsWrittenAnew(const struct stat& status) const {
  if (static_cast<uint64_t>(status.st_size) < offset_) return true;
  // An earlier trial's file that this one has written again, with the same content.
  return is_passed_over_ && static_cast<uint64_t>(status.st_size) == offset_ &&
         (status.st_mtim.tv_sec != first_change_.tv_sec ||
          status.st_mtim.tv_nsec != first_change_.tv_nsec);
}

std::optional<std::string> FileTail::ReadOn() {
  auto data = TryReadOn();
  if (data) {
    failed_reads_ = 0;
  } else if (errno == ESTALE) {
    // Of a network's file system: it is gone there.
    failed_reads_ = kMostFailedReads;
  } else if (!IsGivenUp()) {
    ++failed_reads_;
  }
  return data;
}

std::optional<std::string> FileTail::TryReadOn() {
  struct stat status;
  if (!Ask(status)) return std::nullopt;
  std::string data;
  bool is_anew = IsWrittenAnew(status);
  if (!is_anew) {
    auto read = ReadAt(file_, offset_ - last_.size(), last_.size() + kTailChunk);
    if (!read) return std::nullopt;
    data = *std::move(read);
    is_anew = !data.starts_with(last_);
    data.erase(0, last_.size());
  }
  if (is_anew) {
    // A writer that kept its place leaves a hole before it.
    offset_ = std::max<off_t>(0, lseek(file_.get(), 0, SEEK_DATA));
    last_.clear();
    is_passed_over_ = false;
    next_ = FilePiece::Place::kAnew;
    auto read = ReadAt(file_, offset_, kTailChunk);
    if (!read) return std::nullopt;
    data = *std::move(read);
  }
  if (data.empty()) return data;
  is_passed_over_ = false;
  offset_ += data.size();
  last_ += data;
  if (last_.size() > kRemembered) last_.erase(0, last_.size() - kRemembered);
  return data;
}

FilePiece FileTail::Read() {
  if (!file_.valid()) {
    if (!OpenNamed()) return {};
    Advance();
  }
  auto data = ReadOn();
  while ((data ? data->empty() : IsGivenUp()) && (!waiting_.empty() || IsReplaced())) {
    if (data) {
      // The writer may have gone on with the old one until just before it began the new one.
      data = ReadOn();
      if (!data || !data->empty()) break;
    }
    if (waiting_.empty() && !OpenNamed()) break;
    Advance();
    data = ReadOn();
  }
  if (!data || data->empty()) return {};
  const auto place = next_;
  next_ = FilePiece::Place::kFollows;
  return {place, *std::move(data)};
}

}  // namespace qalam::collector
