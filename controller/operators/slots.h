// Who has how much of a machine, and who waits for it. Nothing here but counting.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/clock.h"
#include "base/status.h"

namespace qalam {

// A machine's whole room, or one holder's part of it.
struct Room {
  int64_t millicpus = 0;  // thousandths of a core
  int64_t memory_bytes = 0;
  std::vector<std::string> gpus;  // as CUDA_VISIBLE_DEVICES names them
};

// The handing out of a machine's room to holders, first come first served. One who waits is never
// passed by a later one that takes what it waits for: what earlier ones wait for is kept back, so
// that a big need gets its turn. A later one that wants nothing of that goes at once.
class Slots {
 public:
  explicit Slots(Room capacity) : capacity_(std::move(capacity)) {}

  void SetGpus(std::vector<std::string> gpus) { capacity_.gpus = std::move(gpus); }
  // FAILED_PRECONDITION, with what there is, for what never fits.
  Status CheckFits(const Resources& need) const;
  // The holder's room: what it has, or else gets now. RESOURCE_EXHAUSTED when it has to wait, with
  // a sentence about what for; it stands in the queue then, and asks again. One that does not for a
  // minute is taken for gone.
  StatusOr<Room> Ask(const std::string& holder, const Resources& need, Time now);
  // What somebody has of old.
  void Hold(const std::string& holder, Room room) { held_[holder] = std::move(room); }
  bool Holds(const std::string& holder) const { return held_.contains(holder); }
  // Gives back what the holder has, and its place in the queue.
  void Release(const std::string& holder);
  // Those of the queue for whom there is room now.
  std::vector<std::string> Ready() const;

 private:
  struct Need {
    int64_t millicpus = 0, memory_bytes = 0, gpus = 0;
  };
  struct Ticket {
    std::string holder;
    Need need;
    Time last_asked;
  };

  static Need NeedOf(const Resources& resources);
  Need Capacity() const;
  Need Free() const;
  std::vector<std::string> FreeGpus() const;
  static bool Fits(const Need& need, const Need& left);
  std::string WaitingFor(const Need& need, const Need& left) const;

  Room capacity_;
  std::map<std::string, Room> held_;
  std::deque<Ticket> queue_;
};

}  // namespace qalam
