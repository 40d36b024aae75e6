// Weights in a folder that searches train one after another, so that none begins from nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/files.h"
#include "nas/training/checkpoint_file.h"

namespace qalam::nas {

// Holds the folder against other processes for as long as it lives: of two searches that trained
// the same weights at a time, the steps of one would be lost.
class SharedWeights {
 public:
  // Makes the folder where there is none. Waits for the process that holds it, after one call of
  // `on_wait`; the kernel lets go of the folder when that process dies, however it dies.
  static StatusOr<SharedWeights> Hold(const std::string& folder,
                                      const std::function<void()>& on_wait);

  // What the last search left; nothing before the first. Errors as of ReadCheckpoint.
  StatusOr<std::optional<Checkpoint>> Find(const nlohmann::json& identity) const;
  // Replaces it at once. `searches` is how many have trained the weights, this one included.
  Status Leave(const nlohmann::json& identity, int64_t searches, std::string state) const;

 private:
  SharedWeights(std::string folder, FileDescriptor lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::string Path() const { return folder_ + "/shared.checkpoint"; }

  std::string folder_;
  FileDescriptor lock_;
};

// How many searches have trained what Find gave.
int64_t SearchesOf(const std::optional<Checkpoint>& shared);

}  // namespace qalam::nas
