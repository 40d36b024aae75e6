#include "nas/data/image_file.h"

#include <png.h>

#include <charconv>
#include <cstring>

#include "base/files.h"

namespace qalam::nas {

namespace {

// A small file can unpack to gigabytes.
constexpr int64_t kLargestSide = 4096;
constexpr uint64_t kImageMostBytes = 64 << 20;

// From [height, width, channels], as files hold it.
torch::Tensor ChannelsFirst(std::vector<uint8_t>& pixels, int64_t height, int64_t width,
                            int64_t channels) {
  return torch::from_blob(pixels.data(), {height, width, channels}, torch::kByte)
      .permute({2, 0, 1})
      .contiguous()
      .clone();
}

Status CheckSides(const std::string& path, int64_t height, int64_t width) {
  if (height >= 1 && width >= 1 && height <= kLargestSide && width <= kLargestSide) return {};
  return InvalidArgument("{}: an image of {} x {} pixels; should be 1 to {} a side", path, width,
                         height, kLargestSide);
}

StatusOr<torch::Tensor> ReadPng(const std::string& path, const std::string& bytes) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  const auto fault = [&] {
    const Status status = InvalidArgument("{}: not a sound PNG: {}", path, image.message);
    png_image_free(&image);
    return status;
  };
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return fault();
  if (const Status status = CheckSides(path, image.height, image.width); !status.ok()) {
    png_image_free(&image);
    return status;
  }
  const bool color = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  image.format = color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  const png_color black = {0, 0, 0};
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(image));
  const int64_t height = image.height, width = image.width;
  if (png_image_finish_read(&image, &black, pixels.data(), 0, nullptr) == 0) return fault();
  return ChannelsFirst(pixels, height, width, color ? 3 : 1);
}

// The next number of a PPM's header; -1 when there is none. '#' begins a comment.
int64_t NextNumber(std::string_view& rest) {
  while (!rest.empty() && (std::isspace(static_cast<unsigned char>(rest[0])) || rest[0] == '#')) {
    const size_t skipped = rest[0] == '#' ? rest.find('\n') : 1;
    if (skipped == std::string_view::npos) return -1;
    rest.remove_prefix(skipped);
  }
  int64_t value = -1;
  const auto [next, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  rest.remove_prefix(next - rest.data());
  return error == std::errc() ? value : -1;
}

StatusOr<torch::Tensor> ReadPortableMap(const std::string& path, const std::string& bytes) {
  const int64_t channels = bytes[1] == '6' ? 3 : 1;
  std::string_view rest = std::string_view(bytes).substr(2);
  const int64_t width = NextNumber(rest);
  const int64_t height = NextNumber(rest);
  const int64_t brightest = NextNumber(rest);
  if (width < 0 || height < 0 || brightest < 1 || brightest > 255) {
    return InvalidArgument("{}: should begin with width, height and a brightest value up to 255",
                           path);
  }
  RETURN_IF_ERROR(CheckSides(path, height, width));
  const auto expected = static_cast<size_t>(width * height * channels);
  if (rest.size() < expected + 1) {
    return InvalidArgument("{}: is cut short: {} bytes of pixels, should be {}", path,
                           rest.empty() ? 0 : rest.size() - 1, expected);
  }
  rest.remove_prefix(1);  // the one blank that ends the header
  std::vector<uint8_t> pixels(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(expected));
  return ChannelsFirst(pixels, height, width, channels);
}

}  // namespace

StatusOr<torch::Tensor> ReadImageFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kImageMostBytes));
  if (bytes.rfind("\x89PNG", 0) == 0) return ReadPng(path, bytes);
  if (bytes.rfind("P6", 0) == 0 || bytes.rfind("P5", 0) == 0) return ReadPortableMap(path, bytes);
  return InvalidArgument("{}: should be a PNG or a binary PPM or PGM image", path);
}

}  // namespace qalam::nas
