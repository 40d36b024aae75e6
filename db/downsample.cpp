#include "db/downsample.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace qalam {

namespace {

// Marks the points of one bucket that stay.
void KeepExtremes(const std::vector<MetricPoint>& points, const size_t* begin, const size_t* end,
                  std::vector<bool>& keep) {
  size_t lowest = *begin, highest = *begin;
  for (const size_t* i = begin; i != end; ++i) {
    const double value = points[*i].value;
    if (value < points[lowest].value || std::isnan(points[lowest].value)) lowest = *i;
    if (value > points[highest].value || std::isnan(points[highest].value)) highest = *i;
  }
  keep[lowest] = keep[highest] = true;
}

}  // namespace

std::vector<MetricPoint> Downsample(std::vector<MetricPoint> points, int max_points) {
  std::map<std::string, std::vector<size_t>> by_metric;
  for (size_t i = 0; i < points.size(); ++i) by_metric[points[i].metric].push_back(i);
  std::vector<bool> keep(points.size(), false);
  const size_t buckets = std::max<size_t>(2, static_cast<size_t>(max_points) / 2);
  for (const auto& [metric, indices] : by_metric) {
    if (indices.size() <= 2 * buckets) {
      for (const size_t i : indices) keep[i] = true;
      continue;
    }
    for (size_t b = 0; b < buckets; ++b) {
      const size_t begin = b * indices.size() / buckets;
      const size_t end = (b + 1) * indices.size() / buckets;
      KeepExtremes(points, indices.data() + begin, indices.data() + end, keep);
    }
  }
  std::vector<MetricPoint> kept;
  for (size_t i = 0; i < points.size(); ++i) {
    if (keep[i]) kept.push_back(std::move(points[i]));
  }
  return kept;
}

}  // namespace qalam
