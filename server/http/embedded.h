// Files that the build puts into the executable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace qalam::http {

struct EmbeddedFile {
  std::string_view path;  // within its folder: "assets/index-1a2b.js"
  std::string_view gzip;  // the content, compressed
  uint64_t hash;          // of the content
};

// By path. Empty where the UI was not built.
std::span<const EmbeddedFile> WebFiles();
// The YAML files of examples/.
std::span<const EmbeddedFile> ExampleDocuments();

// The content. INTERNAL when it is damaged.
StatusOr<std::string> PlainContent(const EmbeddedFile& file);

}  // namespace qalam::http
