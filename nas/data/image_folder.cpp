#include "nas/data/image_folder.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "nas/data/image_file.h"

namespace qalam::nas {

namespace {

// All images are held in memory, as bytes.
constexpr int64_t kMostPixelBytes = int64_t{8} << 30;

StatusOr<std::vector<std::string>> ImagesIn(const std::string& folder) {
  static const std::set<std::string> kExtensions = {".png", ".ppm", ".pgm"};
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (kExtensions.count(it->path().extension().string()) > 0) {
      paths.push_back(it->path().string());
    }
  }
  if (error) return NotFound("{}: {}", folder, error.message());
  if (paths.empty()) return InvalidArgument("{}: holds no .png, .ppm or .pgm image", folder);
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Grey images beside colored ones become colored.
torch::Tensor StackImages(std::vector<torch::Tensor>& images) {
  const bool color = std::any_of(images.begin(), images.end(),
                                 [](const torch::Tensor& image) { return image.size(0) == 3; });
  for (auto& image : images) {
    if (color && image.size(0) == 1) image = image.expand({3, -1, -1});
  }
  return torch::stack(images);
}

}  // namespace

StatusOr<std::vector<std::string>> FoldersIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_directory(error)) names.push_back(it->path().filename().string());
  }
  if (error) return NotFound("{}: {}", path, error.message());
  std::sort(names.begin(), names.end());
  return names;
}

StatusOr<ImageSet> ReadImageFolder(const std::string& path,
                                   const std::vector<std::string>& classes) {
  std::vector<torch::Tensor> images;
  std::vector<int64_t> labels;
  int64_t bytes = 0;
  std::string first_path;
  for (size_t label = 0; label < classes.size(); ++label) {
    ASSIGN_OR_RETURN(const auto paths, ImagesIn(path + "/" + classes[label]));
    for (const auto& image_path : paths) {
      ASSIGN_OR_RETURN(torch::Tensor image, ReadImageFile(image_path));
      if (first_path.empty()) first_path = image_path;
      if (!images.empty() && image.sizes().slice(1) != images.front().sizes().slice(1)) {
        return InvalidArgument("{}: is {} x {}, but {} is {} x {}; all should be of one size",
                               image_path, image.size(2), image.size(1), first_path,
                               images.front().size(2), images.front().size(1));
      }
      if ((bytes += image.numel()) > kMostPixelBytes) {
        return ResourceExhausted("{}: over {} bytes of pixels", path, kMostPixelBytes);
      }
      images.push_back(std::move(image));
      labels.push_back(static_cast<int64_t>(label));
    }
  }
  if (images.empty()) return InvalidArgument("{}: holds no folder of images", path);
  return ImageSet{StackImages(images), torch::tensor(labels, torch::kLong),
                  static_cast<int64_t>(classes.size())};
}

}  // namespace qalam::nas
