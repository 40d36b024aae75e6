#include "controller/operators/slots.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

constexpr Duration kPatience = absl::Minutes(1);

std::string Cores(int64_t millicpus) {
  return fmt::format("{:g}", static_cast<double>(millicpus) / 1000);
}

std::string Gibibytes(int64_t bytes) {
  return fmt::format("{:.4g} GiB", static_cast<double>(bytes) / 0x1p30);
}

std::string Counted(const std::string& number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == "1" ? "" : "s");
}

}  // namespace

Slots::Need Slots::NeedOf(const Resources& resources) {
  return {std::llround(std::ceil(resources.cpu * 1000)),
          static_cast<int64_t>(resources.memory_bytes), resources.gpu};
}

Slots::Need Slots::Capacity() const {
  return {capacity_.millicpus, capacity_.memory_bytes, static_cast<int64_t>(capacity_.gpus.size())};
}

std::vector<std::string> Slots::FreeGpus() const {
  std::vector<std::string> free = capacity_.gpus;
  for (const auto& [holder, room] : held_) {
    std::erase_if(free, [&gpus = room.gpus](const std::string& gpu) {
      return std::find(gpus.begin(), gpus.end(), gpu) != gpus.end();
    });
  }
  return free;
}

// Less than nothing where the machine was larger when what is held was handed out.
Slots::Need Slots::Free() const {
  Need free = Capacity();
  for (const auto& [holder, room] : held_) {
    free.millicpus -= room.millicpus;
    free.memory_bytes -= room.memory_bytes;
  }
  free.gpus = static_cast<int64_t>(FreeGpus().size());
  return free;
}

bool Slots::Fits(const Need& need, const Need& left) {
  const auto fits = [](int64_t wanted, int64_t there) { return wanted == 0 || wanted <= there; };
  return fits(need.millicpus, left.millicpus) && fits(need.memory_bytes, left.memory_bytes) &&
         fits(need.gpus, left.gpus);
}

Status Slots::CheckFits(const Resources& resources) const {
  const Need need = NeedOf(resources), capacity = Capacity();
  std::string more;
  const auto check = [&](int64_t wanted, int64_t there, const std::string& wanted_text,
                         const std::string& there_text, const char* option) {
    if (wanted <= there) return;
    more += fmt::format("{}a trial takes {}, and all there is to hand out is {} ({})",
                        more.empty() ? "" : "; ", wanted_text, there_text, option);
  };
  check(need.millicpus, capacity.millicpus, Counted(Cores(need.millicpus), "cpu"),
        Cores(capacity.millicpus), "--cpus");
  check(need.memory_bytes, capacity.memory_bytes, Gibibytes(need.memory_bytes) + " of memory",
        Gibibytes(capacity.memory_bytes), "--memory");
  check(need.gpus, capacity.gpus, Counted(std::to_string(need.gpus), "gpu"),
        std::to_string(capacity.gpus), "--gpus");
  return more.empty() ? absl::OkStatus() : FailedPrecondition("{}", more);
}

std::string Slots::WaitingFor(const Need& need, const Need& left) const {
  const Need free = Free(), capacity = Capacity();
  std::string text;
  bool is_kept_back = false;
  const auto add = [&](int64_t wanted, int64_t remaining, int64_t there,
                       const std::string& wanted_text, const std::string& free_text,
                       const std::string& all_text) {
    if (wanted == 0 || wanted <= remaining) return;
    text += fmt::format("{} {}; {} of {} {} free", text.empty() ? "waiting for" : ", and for",
                        wanted_text, free_text, all_text, free_text == "1" ? "is" : "are");
    is_kept_back |= wanted <= there;
  };
  add(need.millicpus, left.millicpus, free.millicpus, Counted(Cores(need.millicpus), "cpu"),
      Cores(std::max<int64_t>(0, free.millicpus)), Cores(capacity.millicpus));
  add(need.memory_bytes, left.memory_bytes, free.memory_bytes,
      Gibibytes(need.memory_bytes) + " of memory",
      Gibibytes(std::max<int64_t>(0, free.memory_bytes)), Gibibytes(capacity.memory_bytes));
  add(need.gpus, left.gpus, free.gpus, Counted(std::to_string(need.gpus), "gpu"),
      std::to_string(free.gpus), std::to_string(capacity.gpus));
  if (is_kept_back) text += ", kept for a trial that came before";
  return text;
}

StatusOr<Room> Slots::Ask(const std::string& holder, const Resources& resources, Time now) {
  if (const auto entry = held_.find(holder); entry != held_.end()) return entry->second;
  RETURN_IF_ERROR(CheckFits(resources));
  const Need need = NeedOf(resources);
  std::erase_if(queue_, [&](const Ticket& ticket) {
    return ticket.holder != holder && now - ticket.last_asked > kPatience;
  });
  auto place = std::find_if(queue_.begin(), queue_.end(),
                            [&](const Ticket& ticket) { return ticket.holder == holder; });
  if (place == queue_.end()) place = queue_.insert(queue_.end(), {holder, need, now});
  place->last_asked = now;
  Need left = Free();
  for (auto earlier = queue_.begin(); earlier != place; ++earlier) {
    left.millicpus -= earlier->need.millicpus;
    left.memory_bytes -= earlier->need.memory_bytes;
    left.gpus -= earlier->need.gpus;
  }
  if (!Fits(need, left)) return ResourceExhausted("{}", WaitingFor(need, left));
  queue_.erase(place);
  Room room{need.millicpus, need.memory_bytes, FreeGpus()};
  room.gpus.resize(static_cast<size_t>(need.gpus));
  return held_[holder] = std::move(room);
}

void Slots::Release(const std::string& holder) {
  held_.erase(holder);
  std::erase_if(queue_, [&](const Ticket& ticket) { return ticket.holder == holder; });
}

std::vector<std::string> Slots::Ready() const {
  std::vector<std::string> ready;
  Need left = Free();
  for (const Ticket& ticket : queue_) {
    if (Fits(ticket.need, left)) ready.push_back(ticket.holder);
    left.millicpus -= ticket.need.millicpus;
    left.memory_bytes -= ticket.need.memory_bytes;
    left.gpus -= ticket.need.gpus;
  }
  return ready;
}

}  // namespace qalam
