// Runs one trial: see run.h.

#include <cstdio>
#include <cstring>

#include "controller/collector/run.h"

int main(int argc, char** argv) {
  if (argc != 2 || std::strcmp(argv[1], "--help") == 0) {
    std::fprintf(stderr,
                 "usage: qalam-collector DIRECTORY\n"
                 "Runs the trial described by DIRECTORY/job.json. Started by qalam itself.\n");
    return 2;
  }
  return qalam::collector::RunJob(argv[1]);
}
