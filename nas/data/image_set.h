// Labelled images in memory.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace qalam::nas {

struct ImageSet {
  torch::Tensor images;  // uint8 [count, channels, height, width], as the file holds them
  torch::Tensor labels;  // int64 [count], each 0 to classes - 1
  int64_t classes = 0;

  int64_t size() const { return labels.defined() ? labels.size(0) : 0; }
  // The images of `indices`, int64 [n].
  ImageSet Select(const torch::Tensor& indices) const;
};

// How raw values become a network's input: (value - mean) / deviation, each channel by its own.
struct Normalization {
  torch::Tensor mean, deviation;  // float [channels]

  // Of the images; a channel that never changes gets the deviation 1.
  static Normalization Of(const ImageSet& set);
  // float [n, channels, height, width].
  torch::Tensor Apply(const torch::Tensor& images) const;
};

struct DataSet {
  std::string name;
  ImageSet training, validation;  // `validation` is held out: nothing is chosen by it in training
  // Of all images and labels, by which a checkpoint knows its data; 0 where nobody has set it.
  uint64_t hash = 0;
};

// Splits `all` by a shuffle that depends on `seed` alone; `first_share`, in (0, 1), goes to
// `first`, and each part holds at least one image.
struct ImageSplit {
  ImageSet first, second;
};
ImageSplit SplitImages(const ImageSet& all, double first_share, uint64_t seed);

// 0 .. count-1 in an order that depends on (seed, epoch) alone; int64 [count].
torch::Tensor ShuffledOrder(int64_t count, uint64_t seed, int64_t epoch);

}  // namespace qalam::nas
