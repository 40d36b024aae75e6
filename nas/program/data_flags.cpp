#include "nas/program/data_flags.h"

namespace qalam::nas {

void AddDataFlags(CLI::App* verb, DataFlags& flags) {
  verb->add_option("--data", flags.data,
                   "digits, or a folder of CIFAR-10, CIFAR-100 or ImageNet-16 in binary files, or "
                   "of images by class")
      ->capture_default_str();
  verb->add_option("--training-share", flags.training_share,
                   "Of images that are not divided already: how many train; the others validate")
      ->check(CLI::Range(0.001, 0.999))
      ->capture_default_str();
  verb->add_option("--classes", flags.classes, "Of ImageNet-16: its first so many; 0: all")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
}

void AddAugmentationFlags(CLI::App* verb, Augmentation& augmentation) {
  verb->add_option("--crop-padding", augmentation.crop_padding, "Pixels around a random crop")
      ->capture_default_str();
  verb->add_option("--cutout", augmentation.cutout, "Side of a square that is blotted out")
      ->capture_default_str();
  verb->add_flag("--flip", augmentation.flip, "Mirror every other image");
}

StatusOr<DataSet> ReadData(const DataFlags& flags, uint64_t seed) {
  return OpenData(flags.data,
                  {.seed = seed, .training_share = flags.training_share, .classes = flags.classes});
}

}  // namespace qalam::nas
