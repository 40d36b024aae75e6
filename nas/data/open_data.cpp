#include "nas/data/open_data.h"

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/random.h"
#include "nas/data/cifar.h"
#include "nas/data/digits.h"
#include "nas/data/image_folder.h"

namespace qalam::nas {

namespace {

std::string DigitsBesideProgram() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "digits.csv" : (program.parent_path() / "digits.csv").string();
}

StatusOr<DataSet> SplitData(const std::string& name, const ImageSet& all,
                            const OpenDataOptions& options) {
  if (all.size() < 2) return InvalidArgument("{}: one image cannot be split", name);
  auto [training, validation] = SplitImages(all, options.training_share, options.seed);
  return DataSet{name, std::move(training), std::move(validation)};
}

StatusOr<DataSet> OpenDigits(const std::string& path, const OpenDataOptions& options) {
  ASSIGN_OR_RETURN(const ImageSet all, ReadDigits(path));
  return SplitData("digits", all, options);
}

// `first`1.bin, `first`2.bin, ... as far as they go.
std::vector<std::string> NumberedFiles(const std::string& first) {
  std::vector<std::string> paths;
  for (int i = 1;; ++i) {
    std::string path = fmt::format("{}{}.bin", first, i);
    if (!FileExists(path)) return paths;
    paths.push_back(std::move(path));
  }
}

StatusOr<DataSet> OpenRecords(const std::vector<std::string>& training,
                              const std::string& validation, const RecordFormat& format,
                              const OpenDataOptions& options) {
  const int64_t classes = options.classes > 0 ? options.classes : format.classes;
  if (classes > format.classes) {
    return InvalidArgument("{} has {} classes, not {}", format.name, format.classes, classes);
  }
  DataSet data{format.name, {}, {}};
  ASSIGN_OR_RETURN(data.training, ReadRecords(training, format, classes));
  ASSIGN_OR_RETURN(data.validation, ReadRecords({validation}, format, classes));
  return data;
}

StatusOr<DataSet> OpenImageFolders(const std::string& path, const OpenDataOptions& options) {
  ASSIGN_OR_RETURN(const auto folders, FoldersIn(path));
  const auto has = [&](const std::string& name) {
    return std::binary_search(folders.begin(), folders.end(), name);
  };
  if (!has("train")) {
    if (folders.empty()) {
      return InvalidArgument(
          "{}: no data found; should hold data_batch_1.bin (CIFAR-10), train.bin (CIFAR-100), "
          "train_data_batch_1.bin (ImageNet-16) or a folder of images for each class",
          path);
    }
    ASSIGN_OR_RETURN(const ImageSet all, ReadImageFolder(path, folders));
    return SplitData(path, all, options);
  }
  ASSIGN_OR_RETURN(const auto classes, FoldersIn(path + "/train"));
  DataSet data{path, {}, {}};
  ASSIGN_OR_RETURN(data.training, ReadImageFolder(path + "/train", classes));
  for (const char* name : {"validation", "val", "test"}) {
    if (!has(name)) continue;
    ASSIGN_OR_RETURN(data.validation, ReadImageFolder(path + "/" + name, classes));
    if (data.validation.images.sizes().slice(1) != data.training.images.sizes().slice(1)) {
      return InvalidArgument("{}/{}: its images are not of the size and channels of {}/train", path,
                             name, path);
    }
    return data;
  }
  const ImageSet all = std::move(data.training);
  return SplitData(path, all, options);
}

StatusOr<DataSet> ReadSource(const std::string& source, const OpenDataOptions& options) {
  if (source == "digits") return OpenDigits(DigitsBesideProgram(), options);
  if (!FileExists(source)) {
    return NotFound("{}: no such data; should be digits, a .csv file or a folder", source);
  }
  std::error_code error;
  if (!std::filesystem::is_directory(source, error)) return OpenDigits(source, options);
  if (const auto files = NumberedFiles(source + "/data_batch_"); !files.empty()) {
    return OpenRecords(files, source + "/test_batch.bin", Cifar10Format(), options);
  }
  if (FileExists(source + "/train.bin")) {
    return OpenRecords({source + "/train.bin"}, source + "/test.bin", Cifar100Format(), options);
  }
  if (const auto files = NumberedFiles(source + "/train_data_batch_"); !files.empty()) {
    return OpenRecords(files, source + "/val_data.bin", ImageNet16Format(), options);
  }
  return OpenImageFolders(source, options);
}

uint64_t HashOfData(const DataSet& data) {
  std::string hashes;
  for (const auto& tensor : {data.training.images, data.training.labels, data.validation.images,
                             data.validation.labels}) {
    const torch::Tensor packed = tensor.contiguous();
    const auto bytes = std::string_view(static_cast<const char*>(packed.data_ptr()),
                                        static_cast<size_t>(packed.nbytes()));
    hashes += fmt::format("{} {};", fmt::join(packed.sizes(), " "), StableHash(bytes));
  }
  return StableHash(hashes);
}

}  // namespace

StatusOr<DataSet> OpenData(const std::string& source, const OpenDataOptions& options) {
  ASSIGN_OR_RETURN(DataSet data, ReadSource(source, options));
  data.hash = HashOfData(data);
  return data;
}

}  // namespace qalam::nas
