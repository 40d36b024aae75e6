#include "nas/data/image_set.h"

#include <catch2/catch.hpp>

#include "nas/data/digits.h"

namespace qalam::nas {
namespace {

ImageSet Digits() {
  auto set = ReadDigits(QALAM_SOURCE "/examples/digits/data/digits.csv");
  REQUIRE(set.ok());
  return *std::move(set);
}

TEST_CASE("the digits are read as they stand in the file", "[nas]") {
  const ImageSet set = Digits();
  CHECK(set.size() == 1797);
  CHECK(set.images.sizes() == torch::IntArrayRef({1797, 1, 8, 8}));
  // The file's first line: 0,0,5,13,9,1,... and the digit 0.
  CHECK(set.images[0][0][0][3].item<int>() == 13);
  CHECK(set.labels[0].item<int>() == 0);
  CHECK(set.labels.max().item<int>() == 9);
}

TEST_CASE("normalised images have mean 0 and deviation 1 in each channel", "[nas]") {
  torch::manual_seed(2);
  ImageSet set{torch::randint(0, 256, {50, 3, 4, 4}, torch::kByte),
               torch::zeros({50}, torch::kLong), 2};
  set.images.select(1, 2).fill_(7);  // a channel that never changes
  const auto normalization = Normalization::Of(set);
  const auto images = normalization.Apply(set.images);
  for (int channel = 0; channel < 3; ++channel) {
    CHECK(images.select(1, channel).mean().item<float>() == Approx(0).margin(1e-5));
  }
  CHECK(images.select(1, 0).std(false).item<float>() == Approx(1).margin(1e-4));
  CHECK(images.select(1, 2).abs().max().item<float>() == Approx(0).margin(1e-5));
}

TEST_CASE("a split shares nothing, loses nothing and depends on the seed alone", "[nas]") {
  ImageSet set{torch::zeros({100, 1, 2, 2}, torch::kByte), torch::arange(100, torch::kLong), 100};
  const auto split = SplitImages(set, 0.3, 5);
  CHECK(split.first.size() == 30);
  const auto all = std::get<0>(torch::cat({split.first.labels, split.second.labels}).sort());
  CHECK(torch::equal(all, set.labels));
  CHECK(torch::equal(SplitImages(set, 0.3, 5).first.labels, split.first.labels));
  CHECK_FALSE(torch::equal(SplitImages(set, 0.3, 6).first.labels, split.first.labels));
}

}  // namespace
}  // namespace qalam::nas
