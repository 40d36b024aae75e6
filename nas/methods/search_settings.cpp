#include "nas/methods/search_settings.h"

#include <cmath>
#include <string_view>

namespace qalam::nas {

namespace {

constexpr double kLargestSetting = 1e9;

Status CheckSearchCount(std::string_view name, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return {};
  return InvalidArgument("{} should be {} to {}, not {}", name, least, most, value);
}

Status CheckSearchNumber(std::string_view name, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return InvalidArgument("{} should be {} to {}, not {}", name, least, most, value);
}

Status CheckSearchPositive(std::string_view name, double value) {
  if (value > 0 && value <= kLargestSetting) return {};
  return InvalidArgument("{} should be above 0, not {}", name, value);
}

}  // namespace

Status CheckSearchSettings(const SearchSettings& settings) {
  RETURN_IF_ERROR(CheckSearchCount("the number of epochs", settings.epochs, 1, 100'000));
  RETURN_IF_ERROR(CheckSearchCount("the batch size", settings.batch_size, 2, 1 << 16));
  RETURN_IF_ERROR(CheckSearchPositive("the learning rate", settings.learning_rate));
  RETURN_IF_ERROR(CheckSearchNumber("the minimum learning rate", settings.minimum_learning_rate, 0,
                                    settings.learning_rate));
  RETURN_IF_ERROR(CheckSearchNumber("the momentum", settings.momentum, 0, 0.9999));
  RETURN_IF_ERROR(CheckSearchNumber("the weight decay", settings.weight_decay, 0, 1));
  RETURN_IF_ERROR(
      CheckSearchNumber("the gradient clip", settings.gradient_clip, 0, kLargestSetting));
  RETURN_IF_ERROR(
      CheckSearchPositive("the architecture learning rate", settings.architecture_learning_rate));
  RETURN_IF_ERROR(
      CheckSearchNumber("the architecture weight decay", settings.architecture_weight_decay, 0, 1));
  RETURN_IF_ERROR(CheckSearchCount("the number of warm-up epochs", settings.warm_up_epochs, -1,
                                   settings.epochs - 1));
  RETURN_IF_ERROR(CheckSearchCount("the part of the channels", settings.partial_channels, 1, 1024));
  RETURN_IF_ERROR(CheckSearchPositive("the first temperature", settings.first_temperature));
  RETURN_IF_ERROR(CheckSearchPositive("the last temperature", settings.last_temperature));
  RETURN_IF_ERROR(CheckSearchCount("the number of candidates", settings.candidates, 1, 100'000));
  RETURN_IF_ERROR(
      CheckSearchCount("the number of controller steps", settings.controller_steps, 1, 100'000));
  RETURN_IF_ERROR(
      CheckSearchCount("the number of controller samples", settings.controller_samples, 1, 1000));
  RETURN_IF_ERROR(
      CheckSearchPositive("the controller learning rate", settings.controller_learning_rate));
  RETURN_IF_ERROR(CheckSearchCount("the most skips", settings.most_skips, 0, 1000));
  return CheckSearchNumber("the eigenvalue ratio", settings.eigenvalue_ratio, 0, 1);
}

}  // namespace qalam::nas
