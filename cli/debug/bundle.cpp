#include "cli/debug/bundle.h"

#include <absl/time/clock.h>
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace qalam {

StatusOr<Bundle> Bundle::Create(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) {
    return AlreadyExists("{} exists; name one that does not", path);
  }
  if (file < 0) return ErrnoStatus(errno, "cannot write " + path);
  archive* writer = archive_write_new();
  std::string root = std::filesystem::path(path).filename().string();
  root = root.substr(0, root.find(".tar"));
  Bundle bundle(writer, file, std::move(root));
  if (archive_write_add_filter_gzip(writer) != ARCHIVE_OK ||
      archive_write_set_format_pax_restricted(writer) != ARCHIVE_OK ||
      archive_write_open_fd(writer, file) != ARCHIVE_OK) {
    return bundle.Failed();
  }
  return bundle;
}

Bundle::Bundle(Bundle&& other) noexcept
    : writer_(std::exchange(other.writer_, nullptr)),
      file_(std::exchange(other.file_, -1)),
      root_(std::move(other.root_)),
      bytes_(other.bytes_) {}

Bundle::~Bundle() {
  if (writer_ != nullptr) archive_write_free(writer_);
  if (file_ >= 0) close(file_);
}

Status Bundle::Failed() const {
  const char* why = archive_error_string(writer_);
  return Unavailable("cannot write the bundle: {}", why == nullptr ? "unknown" : why);
}

Status Bundle::Add(const std::string& name, std::string_view text) {
  const size_t room = std::min(kMostEntryBytes, kMostBytes - bytes_);
  // Cut first: masking looks at every byte.
  std::string content = WithoutSecrets(std::string(text.substr(0, room)));
  if (text.size() > room) content += "\n(cut here; the rest would make the bundle too large)\n";
  bytes_ += std::min(content.size(), room);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, (root_ + "/" + name).c_str());
  archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0600);
  archive_entry_set_mtime(entry, absl::ToUnixSeconds(absl::Now()), 0);
  const bool is_written = archive_write_header(writer_, entry) == ARCHIVE_OK &&
                          archive_write_data(writer_, content.data(), content.size()) ==
                              static_cast<la_ssize_t>(content.size());
  archive_entry_free(entry);
  return is_written ? absl::OkStatus() : Failed();
}

Status Bundle::Add(const std::string& name, const StatusOr<std::string>& text) {
  return Add(name,
             std::string_view(text.ok() ? *text : "not there: " + Message(text.status()) + "\n"));
}

Status Bundle::Finish() {
  return archive_write_close(writer_) == ARCHIVE_OK ? absl::OkStatus() : Failed();
}

}  // namespace qalam
