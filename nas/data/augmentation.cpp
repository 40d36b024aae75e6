#include "nas/data/augmentation.h"

#include "base/random.h"

namespace qalam::nas {

namespace {

enum Choice { kCropY, kCropX, kFlip, kCutoutY, kCutoutX, kChoiceCount };

// int64 [n, length]: for each image, where each position along an axis comes from.
torch::Tensor SourcePositions(const torch::Tensor& offsets, int64_t length) {
  return torch::arange(length, offsets.options()).view({1, length}) + offsets.view({-1, 1});
}

// bool [n, 1, height, width]: false inside each image's square.
torch::Tensor CutoutMask(const torch::Tensor& center_y, const torch::Tensor& center_x,
                         int64_t height, int64_t width, int64_t side) {
  const auto inside = [&](const torch::Tensor& center, int64_t length) {
    const torch::Tensor first = center - side / 2;
    const torch::Tensor position = torch::arange(length, center.options()).view({1, length});
    return (position >= first.view({-1, 1})) & (position < (first + side).view({-1, 1}));
  };
  const torch::Tensor blotted =
      inside(center_y, height).unsqueeze(2) & inside(center_x, width).unsqueeze(1);
  return blotted.logical_not().unsqueeze(1);
}

}  // namespace

Status CheckAugmentation(const Augmentation& augmentation, int64_t height, int64_t width) {
  const int64_t most = std::min(height, width);
  if (augmentation.crop_padding < 0 || augmentation.crop_padding > most) {
    return InvalidArgument("the crop's padding should be 0 to {}, not {}", most,
                           augmentation.crop_padding);
  }
  if (augmentation.cutout < 0 || augmentation.cutout > most) {
    return InvalidArgument("the side of cutout should be 0 to {}, not {}", most,
                           augmentation.cutout);
  }
  return {};
}

AugmentationPlan::AugmentationPlan(const Augmentation& augmentation, int64_t count, int64_t height,
                                   int64_t width, uint64_t seed, int64_t epoch)
    : augmentation_(augmentation), choices_(torch::empty({count, kChoiceCount}, torch::kLong)) {
  RandomStream stream(seed, epoch, "nas.augmentation");
  const auto shifts = static_cast<uint64_t>(2 * augmentation.crop_padding + 1);
  auto choices = choices_.accessor<int64_t, 2>();
  for (int64_t i = 0; i < count; ++i) {
    choices[i][kCropY] = static_cast<int64_t>(stream.UniformInt(shifts));
    choices[i][kCropX] = static_cast<int64_t>(stream.UniformInt(shifts));
    choices[i][kFlip] = static_cast<int64_t>(stream.UniformInt(2));
    choices[i][kCutoutY] = static_cast<int64_t>(stream.UniformInt(height));
    choices[i][kCutoutX] = static_cast<int64_t>(stream.UniformInt(width));
  }
}

torch::Tensor AugmentationPlan::Apply(const torch::Tensor& images, int64_t first) const {
  if (augmentation_.changes_nothing()) return images;
  const int64_t count = images.size(0), height = images.size(2), width = images.size(3);
  const torch::Tensor choices = choices_.slice(0, first, first + count).to(images.device());
  torch::Tensor rows = SourcePositions(choices.select(1, kCropY), height);
  torch::Tensor columns = SourcePositions(choices.select(1, kCropX), width);
  if (augmentation_.flip) {
    columns = torch::where(choices.select(1, kFlip).view({-1, 1}) == 1, columns.flip(1), columns);
  }
  const int64_t padding = augmentation_.crop_padding;
  const torch::Tensor padded =
      torch::constant_pad_nd(images, {padding, padding, padding, padding}, 0);
  // By [n, 1, 1], [n, height, 1] and [n, 1, width]; the channels, not indexed, come last.
  const torch::Tensor which = torch::arange(count, choices.options()).view({-1, 1, 1});
  torch::Tensor changed = padded.permute({0, 2, 3, 1})
                              .index({which, rows.unsqueeze(2), columns.unsqueeze(1)})
                              .permute({0, 3, 1, 2})
                              .contiguous();
  if (augmentation_.cutout > 0) {
    changed = changed * CutoutMask(choices.select(1, kCutoutY), choices.select(1, kCutoutX), height,
                                   width, augmentation_.cutout);
  }
  return changed;
}

}  // namespace qalam::nas
