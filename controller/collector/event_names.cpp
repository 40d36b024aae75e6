#include "controller/collector/event_names.h"

namespace qalam::collector {

namespace {

bool StandsFor(std::string_view folder, std::string_view tag, std::string_view metric) {
  if (metric == tag) return true;
  if (metric.size() < tag.size() + 2 || !metric.ends_with(tag)) return false;
  const std::string_view rest = metric.substr(0, metric.size() - tag.size());
  if (!rest.ends_with('/')) return false;
  const std::string_view wanted = rest.substr(0, rest.size() - 1);
  if (!folder.ends_with(wanted)) return false;
  return folder.size() == wanted.size() || folder[folder.size() - wanted.size() - 1] == '/';
}

std::string_view WithoutNumber(std::string_view tag) {
  const size_t last = tag.find_last_not_of("0123456789");
  const bool has_number = last != std::string_view::npos && last > 0 && last + 1 < tag.size();
  return has_number && tag[last] == '_' ? tag.substr(0, last) : tag;
}

}  // namespace

std::vector<std::string> MetricsOfTag(const std::vector<std::string>& metrics,
                                      std::string_view folder, std::string_view tag) {
  std::vector<std::string> found;
  for (const std::string_view form : {tag, WithoutNumber(tag)}) {
    if (!found.empty()) break;
    for (const auto& metric : metrics) {
      if (StandsFor(folder, form, metric)) found.push_back(metric);
    }
  }
  return found;
}

}  // namespace qalam::collector
