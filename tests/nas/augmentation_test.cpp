#include "nas/data/augmentation.h"

#include <catch2/catch.hpp>
#include <set>

namespace qalam::nas {
namespace {

torch::Tensor CountingImages(int64_t count, int64_t side) {
  return torch::arange(1, count * 2 * side * side + 1, torch::kFloat).view({count, 2, side, side});
}

TEST_CASE("no augmentation changes nothing", "[nas]") {
  const auto images = CountingImages(3, 4);
  CHECK(torch::equal(AugmentationPlan({}, 3, 4, 4, 1, 0).Apply(images, 0), images));
}

TEST_CASE("a crop is the image moved by at most the padding, zeros coming in", "[nas]") {
  constexpr int64_t kCount = 60, kSide = 5, kPadding = 2;
  const auto images = CountingImages(kCount, kSide);
  const auto changed =
      AugmentationPlan({.crop_padding = kPadding}, kCount, kSide, kSide, 1, 0).Apply(images, 0);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int64_t i = 0; i < kCount; ++i) {
    bool found = false;
    for (int64_t dy = -kPadding; dy <= kPadding; ++dy) {
      for (int64_t dx = -kPadding; dx <= kPadding; ++dx) {
        const auto moved =
            torch::constant_pad_nd(images[i], {-dx, dx, -dy, dy}, 0);  // left, right, top, bottom
        if (!torch::equal(moved, changed[i])) continue;
        found = true;
        seen.insert({dy, dx});
      }
    }
    CHECK(found);
  }
  CHECK(seen.size() > 15);  // of 25 that are equally likely
}

TEST_CASE("a flip mirrors about half of the images and leaves the others", "[nas]") {
  const auto images = CountingImages(100, 4);
  const auto changed = AugmentationPlan({.flip = true}, 100, 4, 4, 3, 0).Apply(images, 0);
  int flipped = 0;
  for (int i = 0; i < 100; ++i) {
    const bool same = torch::equal(changed[i], images[i]);
    CHECK((same || torch::equal(changed[i], images[i].flip(2))));
    flipped += same ? 0 : 1;
  }
  CHECK(flipped > 30);
  CHECK(flipped < 70);
}

TEST_CASE("cutout blots out a square, or what of it lies inside", "[nas]") {
  constexpr int64_t kSide = 8, kCutout = 4;
  const auto images = torch::ones({200, 2, kSide, kSide});
  const auto changed =
      AugmentationPlan({.cutout = kCutout}, 200, kSide, kSide, 3, 0).Apply(images, 0);
  CHECK(torch::equal(changed.select(1, 0), changed.select(1, 1)));
  const auto blotted = changed.select(1, 0).eq(0);
  const auto rows = blotted.any(2).sum(1), columns = blotted.any(1).sum(1);
  CHECK(torch::equal(blotted.sum({1, 2}), rows * columns));  // a rectangle
  CHECK(rows.max().item<int>() == kCutout);
  CHECK(rows.min().item<int>() == kCutout / 2);  // the center is never outside
  CHECK(columns.max().item<int>() == kCutout);
}

TEST_CASE("augmentation depends on seed, epoch and place, not on how batches are cut", "[nas]") {
  const Augmentation all{.crop_padding = 1, .flip = true, .cutout = 2};
  const auto images = CountingImages(10, 4);
  const AugmentationPlan plan(all, 10, 4, 4, 5, 2);
  const auto whole = plan.Apply(images, 0);
  CHECK(torch::equal(
      torch::cat({plan.Apply(images.slice(0, 0, 3), 0), plan.Apply(images.slice(0, 3), 3)}),
      whole));
  CHECK_FALSE(torch::equal(AugmentationPlan(all, 10, 4, 4, 5, 3).Apply(images, 0), whole));
  CHECK_FALSE(torch::equal(AugmentationPlan(all, 10, 4, 4, 6, 2).Apply(images, 0), whole));
}

TEST_CASE("lengths beyond the image are refused", "[nas]") {
  CHECK(CheckAugmentation({.crop_padding = 8, .cutout = 8}, 8, 9).ok());
  CHECK_FALSE(CheckAugmentation({.crop_padding = 9}, 8, 9).ok());
  CHECK_FALSE(CheckAugmentation({.cutout = -1}, 8, 8).ok());
}

}  // namespace
}  // namespace qalam::nas
