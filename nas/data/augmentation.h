// Changed copies of the training images, so that a network sees more of them than there are.
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "base/status.h"

namespace qalam::nas {

struct Augmentation {
  int64_t crop_padding = 0;  // zeros put around an image, of which a part of its size is cut out
  bool flip = false;         // left to right, every other image
  int64_t cutout = 0;        // side of a square that is blotted out; 0: none

  bool changes_nothing() const { return crop_padding == 0 && !flip && cutout == 0; }
};

// INVALID_ARGUMENT when a length is negative or larger than an image of this height and width.
Status CheckAugmentation(const Augmentation& augmentation, int64_t height, int64_t width);

// What is done to each image of an epoch, a function of (seed, epoch) and of its place in it alone.
class AugmentationPlan {
 public:
  AugmentationPlan(const Augmentation& augmentation, int64_t count, int64_t height, int64_t width,
                   uint64_t seed, int64_t epoch);

  // `images`, float [n, channels, height, width], are the epoch's from place `first` on. Those
  // already normalised, so that 0, the mean, is what is put around them and what blots out
  // (DeVries, Taylor, "Improved regularization of convolutional neural networks with cutout",
  // 2017: the square's center lies anywhere, so that part of it may be outside).
  torch::Tensor Apply(const torch::Tensor& images, int64_t first) const;

 private:
  Augmentation augmentation_;
  torch::Tensor choices_;  // int64 [count, 5]: crop y, crop x, flip, cutout y, cutout x
};

}  // namespace qalam::nas
