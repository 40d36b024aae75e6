// A file that holds a training's state whole or not at all.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"

namespace qalam::nas {

struct Checkpoint {
  nlohmann::json identity;  // what was trained and how; another one must not resume it
  nlohmann::json progress;  // how far it came
  std::string state;        // an archive of libtorch's
};

// Replaces the file at once and survives a power cut; makes its folder.
Status WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint);

// NOT_FOUND when there is no file; DATA_LOSS when it is truncated, damaged or no checkpoint.
StatusOr<Checkpoint> ReadCheckpoint(const std::string& path);

// INVALID_ARGUMENT that names the first difference between what was trained and what is asked for.
Status CheckSameIdentity(const std::string& path, const nlohmann::json& stored,
                         const nlohmann::json& asked);

}  // namespace qalam::nas
