#include "nas/data/cifar.h"

#include "base/files.h"

namespace qalam::nas {

namespace {

constexpr int64_t kRecordChannels = 3;
// The largest published file holds 154 MB.
constexpr uint64_t kRecordsMostBytes = 1ull << 30;

struct RecordsRead {
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;
};

Status AppendRecords(const std::string& path, const RecordFormat& format, int64_t classes,
                     RecordsRead& read) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kRecordsMostBytes));
  const int64_t pixels = kRecordChannels * format.side * format.side;
  const int64_t length = format.label_bytes + pixels;
  const auto size = static_cast<int64_t>(bytes.size());
  if (size == 0) return InvalidArgument("{}: is empty", path);
  if (size % length != 0) {
    return InvalidArgument("{}: record {} is cut short: {} bytes of {}", path, size / length,
                           size % length, length);
  }
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  read.pixels.reserve(read.pixels.size() + static_cast<size_t>(size / length * pixels));
  for (int64_t i = 0; i < size / length; ++i) {
    const uint8_t* record = data + i * length;
    int64_t label = record[format.label_offset];
    if (format.label_width == 2) label += int64_t{record[format.label_offset + 1]} << 8;
    label -= format.smallest_label;
    if (label < 0 || label >= format.classes) {
      return InvalidArgument("{}: record {} has the label {}; should be {} to {}", path, i,
                             label + format.smallest_label, format.smallest_label,
                             format.smallest_label + format.classes - 1);
    }
    if (label >= classes) continue;
    read.labels.push_back(label);
    read.pixels.insert(read.pixels.end(), record + format.label_bytes, record + length);
  }
  return {};
}

}  // namespace

RecordFormat Cifar10Format() { return {"CIFAR-10", 1, 0, 1, 0, 10, 32}; }
RecordFormat Cifar100Format() { return {"CIFAR-100", 2, 1, 1, 0, 100, 32}; }
RecordFormat ImageNet16Format() { return {"ImageNet-16", 2, 0, 2, 1, 1000, 16}; }

StatusOr<ImageSet> ReadRecords(const std::vector<std::string>& paths, const RecordFormat& format,
                               int64_t classes) {
  RecordsRead read;
  for (const auto& path : paths) RETURN_IF_ERROR(AppendRecords(path, format, classes, read));
  if (read.labels.empty()) {
    return InvalidArgument("{}: no image of the first {} classes", paths.front(), classes);
  }
  const auto count = static_cast<int64_t>(read.labels.size());
  return ImageSet{torch::from_blob(read.pixels.data(),
                                   {count, kRecordChannels, format.side, format.side}, torch::kByte)
                      .clone(),
                  torch::from_blob(read.labels.data(), {count}, torch::kLong).clone(),
                  std::min(classes, format.classes)};
}

}  // namespace qalam::nas
