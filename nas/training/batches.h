// Images cut into batches, as a network takes them.
#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>

#include "nas/data/image_set.h"

namespace qalam::nas {

struct Batch {
  torch::Tensor images;  // float [n, channels, height, width]
  torch::Tensor labels;  // int64 [n]
};

class Batches {
 public:
  // `set` must not be empty. Batches are handed out on `device`.
  Batches(ImageSet set, Normalization normalization, int64_t batch_size, torch::Device device);

  // Whole batches an epoch, at least one. A set smaller than a batch makes one batch.
  int64_t count() const { return std::max<int64_t>(1, set_.size() / batch_size_); }

  // Begins an epoch: the order depends on (seed, epoch) alone. What makes no whole batch is left
  // out of this epoch.
  void Shuffle(uint64_t seed, int64_t epoch);
  // Batch `index` modulo count() of the epoch; of the set's own order before any Shuffle.
  Batch Get(int64_t index) const;

  // All images in their own order, in parts of about `size`; parts differ by at most one image, so
  // that no normalisation sees a lone one.
  std::vector<Batch> All(int64_t size) const;
  // One of these parts alone; `index` counts on past the last one to the first.
  Batch Part(int64_t index, int64_t size) const;

  int64_t size() const { return set_.size(); }

 private:
  Batch Take(const torch::Tensor& indices) const;
  int64_t PartCount(int64_t size) const {
    return std::max<int64_t>(1, (set_.size() + size - 1) / size);
  }

  ImageSet set_;
  Normalization normalization_;
  int64_t batch_size_;
  torch::Device device_;
  torch::Tensor order_;
};

}  // namespace qalam::nas
