#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "suggestion/sampler.h"

namespace qalam {

// Equal for equal points alone, NaN being equal to NaN.
std::string PointKey(const Point& point);

// Points that were handed out, for telling twins.
class PointSet {
 public:
  void Add(const Point& point) { keys_.insert(PointKey(point)); }
  bool Contains(const Point& point) const { return keys_.contains(PointKey(point)); }
  size_t size() const { return keys_.size(); }

 private:
  std::unordered_set<std::string> keys_;
};

// What a request must not hand out: finished points, pending ones, those of the answer so far, and
// points that break the experiment's constraints. Cheap to make; the finished ones and the space
// are only referred to.
class TakenPoints {
 public:
  TakenPoints(const PointSet& finished, const SampleRequest& request);
  void Add(const Point& point) { others_.Add(point); }
  bool Contains(const Point& point) const {
    return finished_.Contains(point) || others_.Contains(point) ||
           (constrained_space_ != nullptr && !constrained_space_->IsFeasible(point));
  }
  size_t size() const { return finished_.size() + others_.size(); }

 private:
  const PointSet& finished_;
  const SearchSpace* const constrained_space_;
  PointSet others_;
};

// The loss of a result, for samplers that only rank: the objective when it is a number, infinity
// for a trial that failed or gave none. Killed trials were stopped for reasons of their own and say
// nothing: IsInformative is false.
double Loss(const TrialResult& result);
bool IsInformative(const TrialResult& result);

}  // namespace qalam
