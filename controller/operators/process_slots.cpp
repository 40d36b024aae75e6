#include "controller/operators/process_slots.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/log.h"
#include "controller/operators/process_files.h"

namespace qalam {

namespace {

std::string SlotsFileOf(const std::string& folder) { return folder + "/" + kSlotsFile; }

std::string EncodeRoom(const Room& room) {
  return nlohmann::json{
      {"millicpus", room.millicpus}, {"memory_bytes", room.memory_bytes}, {"gpus", room.gpus}}
      .dump();
}

StatusOr<Room> DecodeRoom(const std::string& text) {
  try {
    const auto object = nlohmann::json::parse(text);
    return Room{object.at("millicpus"), object.at("memory_bytes"), object.at("gpus")};
  } catch (const nlohmann::json::exception& error) {
    return DataLoss("{} is damaged: {}", kSlotsFile, error.what());
  }
}

}  // namespace

void ProcessSlots::FindGpus(const Resources& need) {
  if (need.gpu == 0 || knows_gpus_) return;
  slots_.SetGpus(GpuNames(options_.gpus));
  knows_gpus_ = true;
}

Status ProcessSlots::CheckFits(const Resources& need) {
  absl::MutexLock lock(&mutex_);
  FindGpus(need);
  return slots_.CheckFits(need);
}

StatusOr<Room> ProcessSlots::Take(const std::string& folder, const Resources& need) {
  if (need.cpu == 0 && need.memory_bytes == 0 && need.gpu == 0) return Room{};
  Room room;
  {
    absl::MutexLock lock(&mutex_);
    FindGpus(need);
    ASSIGN_OR_RETURN(room, slots_.Ask(folder, need, SteadyNow()));
  }
  RETURN_IF_ERROR(WriteFileAtomically(SlotsFileOf(folder), EncodeRoom(room), false));
  return room;
}

bool ProcessSlots::Restore(const std::string& folder) {
  const auto text = ReadFile(SlotsFileOf(folder), 1 << 20);
  if (!text.ok()) return false;
  auto room = DecodeRoom(*text);
  if (!room.ok()) {
    Logger("operator")
        .Warn("a trial's slots are not known",
              {{"folder", folder}, {"error", Message(room.status())}});
    return false;
  }
  absl::MutexLock lock(&mutex_);
  slots_.Hold(folder, *std::move(room));
  return true;
}

bool ProcessSlots::Holds(const std::string& folder) const {
  absl::MutexLock lock(&mutex_);
  return slots_.Holds(folder);
}

std::vector<std::string> ProcessSlots::Release(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  slots_.Release(folder);
  return slots_.Ready();
}

Room ShareOf(const Room& room, size_t index, size_t count) {
  Room share = room;
  const auto parts = static_cast<int64_t>(count);
  // One that asked for cores still has some.
  if (room.millicpus > 0) share.millicpus = std::max<int64_t>(1, room.millicpus / parts);
  share.memory_bytes = room.memory_bytes / parts;
  if (room.gpus.size() % count == 0) {
    const size_t each = room.gpus.size() / count;
    const auto first = room.gpus.begin() + static_cast<std::ptrdiff_t>(index * each);
    share.gpus.assign(first, first + static_cast<std::ptrdiff_t>(each));
  }
  return share;
}

std::map<std::string, std::string> ThreadEnvironment(const Room& room) {
  if (room.millicpus == 0) return {};
  const std::string threads = std::to_string(std::max<int64_t>(1, room.millicpus / 1000));
  return {{"OMP_NUM_THREADS", threads},
          {"MKL_NUM_THREADS", threads},
          {"OPENBLAS_NUM_THREADS", threads}};
}

std::map<std::string, std::string> GpuEnvironment(const Room& room) {
  if (room.gpus.empty()) return {};
  return {{"CUDA_VISIBLE_DEVICES", fmt::format("{}", fmt::join(room.gpus, ","))}};
}

}  // namespace qalam
