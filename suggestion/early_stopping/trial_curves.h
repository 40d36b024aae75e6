// One metric of all trials of an experiment, as it unfolds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace qalam {

// The points of one trial, by growing step.
class TrialCurve {
 public:
  struct Point {
    int64_t step = 0;
    double loss = 0;     // NaN where the metric was not a number
    double best = 0;     // the lowest loss up to here; infinite when there was no number
    double average = 0;  // of the losses up to here that are numbers; infinite when there is none
  };

  // `step` below 0 or not above the latest one: the next whole step.
  void Add(int64_t step, double loss);

  const std::vector<Point>& points() const { return points_; }
  const Point& latest() const { return points_.back(); }
  // The last point at or before `step`, if the curve has come as far as that; null else.
  const Point* At(int64_t step) const;

 private:
  std::vector<Point> points_;
  double sum_ = 0;
  int64_t numbers_ = 0;
};

// Losses: of a metric that is maximised the negative, so that lower is better everywhere.
class TrialCurves {
 public:
  void Add(const std::string& trial, int64_t step, double loss) { curves_[trial].Add(step, loss); }
  // A trial that failed says nothing about the others.
  void Forget(const std::string& trial) { curves_.erase(trial); }

  // The trial's own; it must have one.
  const TrialCurve& Of(const std::string& trial) const { return curves_.at(trial); }
  bool Contains(const std::string& trial) const { return curves_.contains(trial); }
  const std::map<std::string, TrialCurve>& all() const { return curves_; }

  // One member of the last point at or before `step` of every other trial that has come as far.
  std::vector<double> OfOthers(const std::string& trial, int64_t step,
                               double TrialCurve::Point::*member) const;

 private:
  std::map<std::string, TrialCurve> curves_;
};

// The value with `share` of the others below it, interpolated; not of an empty list.
double Quantile(std::vector<double> values, double share);

}  // namespace qalam
