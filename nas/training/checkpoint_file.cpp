#include "nas/training/checkpoint_file.h"

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "base/random.h"

namespace qalam::nas {

namespace {

using Json = nlohmann::json;

// The first line is JSON with the length and hash of the rest, which is the state.
constexpr int kCheckpointFormat = 1;
constexpr uint64_t kLargestCheckpoint = 8ull << 30;

StatusOr<Checkpoint> ReadSoundCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kLargestCheckpoint));
  const size_t line = std::min(content.find('\n'), content.size());
  try {
    const Json head = Json::parse(content.substr(0, line));
    if (const int format = head.at("qalamNasCheckpoint").get<int>(); format != kCheckpointFormat) {
      return DataLoss("checkpoint {} is of format {}; this version reads {}", path, format,
                      kCheckpointFormat);
    }
    Checkpoint checkpoint{head.at("identity"), head.at("progress"),
                          content.substr(std::min(line + 1, content.size()))};
    if (checkpoint.state.size() != head.at("bytes").get<size_t>() ||
        StableHash(checkpoint.state) != head.at("hash").get<uint64_t>()) {
      return DataLoss("checkpoint {} is truncated or damaged", path);
    }
    return checkpoint;
  } catch (const Json::exception&) {
    return DataLoss("{} is no checkpoint, or a truncated one", path);
  }
}

Status CheckSameIdentity(const std::string& path, const Json& stored, const Json& asked) {
  // The method comes first: it decides what other settings are where nothing is said.
  std::vector<std::string> names = {"method"};
  for (const auto& [name, value] : asked.items()) names.push_back(name);
  for (const auto& name : names) {
    const Json value = asked.value(name, Json());
    const Json other = stored.value(name, Json());
    if (other == value) continue;
    return InvalidArgument("checkpoint {} is of another run: its {} is {}, not {}", path, name,
                           other.dump(), value.dump());
  }
  return {};
}

}  // namespace

Status WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  RETURN_IF_ERROR(MakeDirectories(std::filesystem::path(path).parent_path().string()));
  const Json head = {{"qalamNasCheckpoint", kCheckpointFormat},
                     {"identity", checkpoint.identity},
                     {"progress", checkpoint.progress},
                     {"bytes", checkpoint.state.size()},
                     {"hash", StableHash(checkpoint.state)}};
  return WriteFileAtomically(path, head.dump() + "\n" + checkpoint.state, true);
}

StatusOr<Checkpoint> ReadCheckpoint(const std::string& path, const Json& identity) {
  if (!FileExists(path)) return NotFound("there is no checkpoint {}", path);
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadSoundCheckpoint(path));
  RETURN_IF_ERROR(CheckSameIdentity(path, checkpoint.identity, identity));
  return checkpoint;
}

StatusOr<std::optional<Checkpoint>> FindCheckpoint(const std::string& path, const Json& identity) {
  if (!FileExists(path)) return std::nullopt;
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadCheckpoint(path, identity));
  return checkpoint;
}

}  // namespace qalam::nas
