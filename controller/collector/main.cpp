// Runs one trial: see run.h and container_run.h.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "controller/collector/container_run.h"
#include "controller/collector/run.h"

namespace {

constexpr char kUsage[] =
    "usage: qalam-collector DIRECTORY | --serve\n"
    "       qalam-collector --container MARK JOB -- COMMAND...\n"
    "       qalam-collector --install FOLDER\n"
    "Runs the trial described by DIRECTORY/job.json, or those whose folders come in packets from "
    "the\n"
    "socket on standard input; or a container's command, with its records in the container's log.\n"
    "--install puts this program into a folder that containers share. Started by qalam itself.\n";

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const size_t count = arguments.size();
  if (count == 2 && arguments[0] == "--install") return qalam::collector::Install(arguments[1]);
  if (count > 4 && arguments[0] == "--container" && arguments[3] == "--") {
    return qalam::collector::RunContainer(arguments[1], arguments[2],
                                          {arguments.begin() + 4, arguments.end()});
  }
  if (count == 1 && arguments[0] == "--serve") return qalam::collector::RunJobs(STDIN_FILENO);
  if (count == 1 && !arguments[0].starts_with("--")) {
    return qalam::collector::RunJob(arguments[0]);
  }
  std::fputs(kUsage, stderr);
  return 2;
}
