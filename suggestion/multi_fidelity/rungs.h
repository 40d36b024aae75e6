#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "suggestion/multi_fidelity/resource_ladder.h"
#include "suggestion/sampler.h"

namespace qalam {

// Which configurations have been seen at which level, and who goes on. A configuration belongs to
// the bracket of the lowest level at which it was seen, so no label is needed, and everything here
// is a function of the set of results.
//
// Promotion is asynchronous: a configuration among the best 1 / eta of those that have ended at a
// level of its bracket goes on at once. Li et al., "A system for massively parallel hyperparameter
// tuning", MLSys 2020, algorithm 2. Failed trials count as ended and are never promoted, so nothing
// waits for them.
class Rungs {
 public:
  explicit Rungs(const ResourceLadder& ladder) : ladder_(ladder) {}

  // A result whose resource is no level is only remembered as having been tried.
  void Tell(const TrialResult& result);

  struct Promotion {
    Point configuration;
    size_t level = 0;    // where it is to run now
    size_t bracket = 0;  // the level at which it began
  };

  // What is under way besides: trials handed out and not told yet.
  class Pending {
   public:
    void Add(const std::string& key, size_t level) {
      size_t& highest = highest_.try_emplace(key, level).first->second;
      highest = std::max(highest, level);
    }
    const std::unordered_map<std::string, size_t>& highest() const { return highest_; }

   private:
    std::unordered_map<std::string, size_t> highest_;  // by configuration
  };

  // The promotion to the highest level that is due. A configuration that may not run at the next
  // level takes nobody's place: the next best goes on.
  using MayRun = std::function<bool(const Point& configuration, size_t level)>;
  std::optional<Promotion> NextPromotion(const Pending& pending, const MayRun& may_run) const;
  bool Contains(const std::string& key) const { return configurations_.contains(key); }
  // How many configurations have been begun.
  size_t size() const { return configurations_.size(); }

 private:
  struct Ended {
    double loss = 0;
    int64_t number = 0;
  };
  struct Configuration {
    Point point;
    size_t bracket = 0;
    size_t highest = 0;
    std::map<size_t, Ended> ended;  // by level; of two results at one level the earlier trial's
  };
  // Best first; the number breaks ties.
  using Rung = std::set<std::tuple<double, int64_t, const Configuration*>>;

  void Enter(Configuration& configuration, size_t level, const Ended& ended);

  const ResourceLadder ladder_;
  std::unordered_map<std::string, Configuration> configurations_;
  std::map<std::pair<size_t, size_t>, Rung> rungs_;  // by bracket and level
};

}  // namespace qalam
