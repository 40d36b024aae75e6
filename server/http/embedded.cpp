#include "server/http/embedded.h"

#include "server/http/compression.h"

namespace qalam::http {

StatusOr<std::string> PlainContent(const EmbeddedFile& file) {
  constexpr size_t kMostBytes = 64 << 20;
  const auto plain = Gunzip(file.gzip, kMostBytes);
  if (!plain.ok()) return Internal("the embedded file {} is damaged", file.path);
  return plain;
}

}  // namespace qalam::http
