#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qalam::collector {

// Those of the wanted metrics that a tag in an event file of `folder` stands for. As Katib names
// them: the tag itself, whatever the folder, or FOLDER/TAG with the end of the folder's path. A
// number that TensorFlow has put after a tag to make it unique (accuracy_1) does not count, unless
// a metric is called just so.
std::vector<std::string> MetricsOfTag(const std::vector<std::string>& metrics,
                                      std::string_view folder, std::string_view tag);

}  // namespace qalam::collector
