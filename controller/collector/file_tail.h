#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/files.h"
#include "controller/collector/rotated_files.h"

namespace qalam::collector {

struct FilePiece {
  enum class Place {
    kFollows,   // on the piece before it
    kNextFile,  // it begins a file; the one before it, if any, was read to its end
    // It begins a file. What came before it has no end: the file was cut short or written anew, or
    // another one can be read no more.
    kAnew,
  };
  Place place = Place::kFollows;
  std::string data;  // empty: there is nothing new
};

// Reads a file that another process writes. It may appear late, grow, be renamed and made anew, or
// be cut short; each byte is given once. Not seen are a file that is removed before the call after
// it was made, and one that is written anew and has, by the next call, grown beyond what was read,
// with the same bytes there.
class FileTail {
 public:
  enum class Rotation { kNone, kFollow };

  // With kNone, what the file may have been renamed to is not looked for.
  FileTail(std::string path, Rotation rotation) : path_(std::move(path)) {
    if (rotation == Rotation::kFollow) rotated_.emplace(path_);
  }

  // Before the first read: what is there now is somebody else's and not given.
  void PassOver();

  // What is new, bounded.
  FilePiece Read();

 private:
  // The file of that name, when it has come; those that it was until then before it.
  bool OpenNamed();
  // To the next one that is open.
  void Advance();
  // Whether `file_` has failed so often, or in such a way, that others need not wait for it.
  bool IsGivenUp() const;
  // Whether the name leads to another file, in which there is something: whoever writes has come
  // from the one to the other by then.
  bool IsReplaced() const;
  // As fstat of `file_`; the first that succeeds says which file it is.
  bool Ask(struct stat& status);
  bool IsWrittenAnew(const struct stat& status) const;
  // Nothing when the file cannot be read now: what comes after it has to wait, for a while.
  std::optional<std::string> ReadOn();
  std::optional<std::string> TryReadOn();

  const std::string path_;
  std::optional<RotatedFiles> rotated_;
  std::deque<FileDescriptor> waiting_;  // to be read after `file_`, in this order
  FileDescriptor file_;
  // Which one `file_` is, since one that is lost cannot be asked. Nothing: it never could, and
  // nothing of it was read.
  std::optional<struct stat> asked_;
  RotatedFiles::Identity identity_;
  int failed_reads_ = 0;  // in a row
  uint64_t offset_ = 0;
  std::string last_;  // the bytes before `offset_`, by which a file that was written anew is told
  // When nothing was read of it yet: as it was at first.
  bool is_passed_over_ = false;
  timespec first_change_{};
  FilePiece::Place next_ = FilePiece::Place::kFollows;
};

}  // namespace qalam::collector
