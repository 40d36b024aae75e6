#include "db/downsample.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace qalam {

Downsampler::Downsampler(int64_t total, int max_points)
    : total_(total),
      buckets_(std::max(1, (max_points - 2) / 2)),
      keep_all_(total <= 2 * buckets_ + 2) {
  bucket_end_ = total_ / buckets_;
}

void Downsampler::CloseBucket() {
  if (bucket_is_empty_) return;
  picked_.push_back(std::min(lowest_.key, highest_.key));
  if (lowest_.key != highest_.key) picked_.push_back(std::max(lowest_.key, highest_.key));
  bucket_is_empty_ = true;
}

void Downsampler::Add(int64_t key, double value) {
  if (keep_all_) {
    picked_.push_back(key);
    return;
  }
  if (added_ == 0) picked_.push_back(key);
  while (added_ >= bucket_end_ && bucket_ + 1 < buckets_) {
    CloseBucket();
    ++bucket_;
    bucket_end_ = (bucket_ + 1) * total_ / buckets_;
  }
  if (bucket_is_empty_ || std::isnan(lowest_.value)) {
    // Of nothing but NaN the first stays.
    if (bucket_is_empty_ || !std::isnan(value)) lowest_ = highest_ = {key, value};
    bucket_is_empty_ = false;
  } else if (value < lowest_.value) {
    lowest_ = {key, value};
  } else if (value > highest_.value) {
    highest_ = {key, value};
  }
  last_key_ = key;
  ++added_;
}

std::vector<int64_t> Downsampler::Finish() {
  if (!keep_all_ && added_ > 0) {
    CloseBucket();
    picked_.push_back(last_key_);
  }
  // The ends may have been picked from their buckets too.
  picked_.erase(std::unique(picked_.begin(), picked_.end()), picked_.end());
  return std::move(picked_);
}

std::vector<MetricPoint> Downsample(std::vector<MetricPoint> points, int max_points) {
  std::map<std::string, std::vector<int64_t>> by_metric;
  for (size_t i = 0; i < points.size(); ++i) {
    by_metric[points[i].metric].push_back(static_cast<int64_t>(i));
  }
  std::vector<int64_t> picked;
  for (const auto& [metric, indices] : by_metric) {
    Downsampler downsampler(static_cast<int64_t>(indices.size()), max_points);
    for (const int64_t i : indices) downsampler.Add(i, points[i].value);
    const auto kept = downsampler.Finish();
    picked.insert(picked.end(), kept.begin(), kept.end());
  }
  std::sort(picked.begin(), picked.end());
  std::vector<MetricPoint> kept;
  kept.reserve(picked.size());
  for (const int64_t i : picked) kept.push_back(std::move(points[i]));
  return kept;
}

}  // namespace qalam
