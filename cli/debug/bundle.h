#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

struct archive;

namespace qalam {

// A .tar.gz of what helps to find a fault, under a folder of its own. Texts are cut and their
// secrets masked on the way in.
class Bundle {
 public:
  // Of one entry, and of all together.
  static constexpr size_t kMostEntryBytes = 8 << 20;
  static constexpr size_t kMostBytes = 64 << 20;

  // Readable by its owner alone. ALREADY_EXISTS when there is such a file.
  static StatusOr<Bundle> Create(const std::string& path);
  Bundle(Bundle&& other) noexcept;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle();

  Status Add(const std::string& name, std::string_view text);
  // The text, or why there is none.
  Status Add(const std::string& name, const StatusOr<std::string>& text);
  Status Finish();

 private:
  Bundle(archive* writer, int file, std::string root)
      : writer_(writer), file_(file), root_(std::move(root)) {}
  Status Failed() const;

  archive* writer_;
  int file_;
  std::string root_;
  size_t bytes_ = 0;
};

// Without what could let somebody in: tokens, passwords and keys, wherever they stand.
std::string WithoutSecrets(std::string text);

}  // namespace qalam
