// A file that holds a training's state whole or not at all.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
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

// NOT_FOUND when there is no file; DATA_LOSS when it is truncated, damaged or no checkpoint;
// INVALID_ARGUMENT, naming the first difference, when it is of something else than `identity`,
// which may say less than the checkpoint's own.
StatusOr<Checkpoint> ReadCheckpoint(const std::string& path, const nlohmann::json& identity);

// The same, but nothing when there is no file.
StatusOr<std::optional<Checkpoint>> FindCheckpoint(const std::string& path,
                                                   const nlohmann::json& identity);

}  // namespace qalam::nas
