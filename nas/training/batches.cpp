#include "nas/training/batches.h"

#include <algorithm>

namespace qalam::nas {

Batches::Batches(ImageSet set, Normalization normalization, int64_t batch_size,
                 torch::Device device)
    : set_(std::move(set)),
      normalization_(std::move(normalization)),
      batch_size_(batch_size),
      device_(device),
      order_(torch::arange(set_.size(), torch::kLong)) {}

void Batches::Shuffle(uint64_t seed, int64_t epoch) {
  order_ = ShuffledOrder(set_.size(), seed, epoch);
}

Batch Batches::Get(int64_t index) const {
  const int64_t begin = index % count() * batch_size_;
  return Take(order_.slice(0, begin, begin + batch_size_));
}

Batch Batches::Part(int64_t index, int64_t size) const {
  const int64_t count = PartCount(size), part = index % count;
  return Take(
      torch::arange(part * set_.size() / count, (part + 1) * set_.size() / count, torch::kLong));
}

std::vector<Batch> Batches::All(int64_t size) const {
  std::vector<Batch> parts;
  for (int64_t i = 0; i < PartCount(size); ++i) parts.push_back(Part(i, size));
  return parts;
}

Batch Batches::Take(const torch::Tensor& indices) const {
  const ImageSet taken = set_.Select(indices);
  return {normalization_.Apply(taken.images).to(device_), taken.labels.to(device_)};
}

}  // namespace qalam::nas
