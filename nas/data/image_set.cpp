#include "nas/data/image_set.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace qalam::nas {

ImageSet ImageSet::Select(const torch::Tensor& indices) const {
  return {images.index_select(0, indices), labels.index_select(0, indices), classes};
}

Normalization Normalization::Of(const ImageSet& set) {
  // Summed up part by part: a float copy of a large set would take four times its memory.
  constexpr int64_t kPart = 4096;
  const int64_t channels = set.images.size(1);
  torch::Tensor sum = torch::zeros({channels}, torch::kDouble);
  torch::Tensor squares = torch::zeros({channels}, torch::kDouble);
  for (int64_t begin = 0; begin < set.size(); begin += kPart) {
    const torch::Tensor part =
        set.images.slice(0, begin, std::min(begin + kPart, set.size())).to(torch::kFloat);
    sum += part.sum({0, 2, 3}).to(torch::kDouble);
    squares += part.square().sum({0, 2, 3}).to(torch::kDouble);
  }
  const auto count = static_cast<double>(set.images.numel() / channels);
  const torch::Tensor mean = sum / count;
  const torch::Tensor deviation = (squares / count - mean.square()).clamp_min(0).sqrt();
  return {mean.to(torch::kFloat),
          torch::where(deviation > 0, deviation, torch::ones_like(deviation)).to(torch::kFloat)};
}

torch::Tensor Normalization::Apply(const torch::Tensor& images) const {
  return (images.to(torch::kFloat) - mean.view({1, -1, 1, 1})) / deviation.view({1, -1, 1, 1});
}

ImageSplit SplitImages(const ImageSet& all, double first_share, uint64_t seed) {
  const torch::Tensor order = ShuffledOrder(all.size(), seed, -1);
  const int64_t first = std::clamp<int64_t>(
      static_cast<int64_t>(first_share * static_cast<double>(all.size())), 1, all.size() - 1);
  return {all.Select(order.slice(0, 0, first)), all.Select(order.slice(0, first))};
}

torch::Tensor ShuffledOrder(int64_t count, uint64_t seed, int64_t epoch) {
  torch::Tensor order = torch::arange(count, torch::kLong);
  auto* values = order.data_ptr<int64_t>();
  RandomStream stream(seed, epoch, "nas.order");
  for (int64_t i = count - 1; i > 0; --i) std::swap(values[i], values[stream.UniformInt(i + 1)]);
  return order;
}

}  // namespace qalam::nas
