#include <unistd.h>

#include <fstream>

#include "cli/export/export_format.h"
#include "server/http/answer.h"
#include "server/http/message_json.h"

namespace qalam {

// Written a trial at a time: an experiment's points need not fit into memory.
Status ExportJson(const ExportedExperiment& exported, const std::string& path) {
  const std::string unfinished = path + ".unfinished";
  std::ofstream file(unfinished, std::ios::trunc);
  file << "{\"experiment\": " << http::Dump(http::MessageToJson(exported.experiment))
       << ",\n\"trials\": [";
  for (size_t i = 0; i < exported.trials.size(); ++i) {
    Json trial = http::MessageToJson(exported.trials[i]);
    ASSIGN_OR_RETURN(const auto points, exported.read_points(exported.trials[i]));
    trial["points"] = Json::array();
    for (const auto& point : points) trial["points"].push_back(http::MessageToJson(point));
    file << (i > 0 ? ",\n" : "\n") << http::Dump(trial);
  }
  file << "\n]}\n";
  file.close();
  if (!file) return ErrnoStatus(errno, "cannot write " + unfinished);
  if (rename(unfinished.c_str(), path.c_str()) != 0) {
    return ErrnoStatus(errno, "cannot write " + path);
  }
  return absl::OkStatus();
}

}  // namespace qalam
