#include "server/http/compression.h"

#include <zlib.h>

#include <stdexcept>

namespace qalam::http {

namespace {
// zlib's sign for gzip's header around the largest window.
constexpr int kGzipWindow = 15 + 16;
}  // namespace

std::string Gzip(std::string_view plain, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string compressed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  return compressed;
}

StatusOr<std::string> Gunzip(std::string_view compressed, size_t most_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  std::string plain;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  int result = Z_OK;
  while (result == Z_OK && plain.size() <= most_bytes) {
    char buffer[1 << 14];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    result = inflate(&stream, Z_NO_FLUSH);
    plain.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (plain.size() > most_bytes) return ResourceExhausted("more than {} bytes", most_bytes);
  if (result != Z_STREAM_END) return InvalidArgument("it is not whole gzip data");
  return plain;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  const size_t at = accept_encoding.find("gzip");
  if (at == std::string_view::npos) return false;
  // "gzip;q=0" refuses it.
  const auto rest = accept_encoding.substr(at + 4, accept_encoding.find(',', at) - at - 4);
  const size_t quality = rest.find("q=0");
  return quality == std::string_view::npos ||
         rest.find_first_of("123456789", quality + 3) != std::string_view::npos;
}

}  // namespace qalam::http
