// Runs one trial: see run.h.

#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "controller/collector/run.h"

int main(int argc, char** argv) {
  if (argc != 2 || std::strcmp(argv[1], "--help") == 0) {
    std::fprintf(stderr,
                 "usage: qalam-collector DIRECTORY | --serve\n"
                 "Runs the trial described by DIRECTORY/job.json, or those whose folders come in\n"
                 "packets from the socket on standard input. Started by qalam itself.\n");
    return 2;
  }
  if (std::strcmp(argv[1], "--serve") == 0) return qalam::collector::RunJobs(STDIN_FILENO);
  return qalam::collector::RunJob(argv[1]);
}
