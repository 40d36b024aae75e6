// The raw rate at which this machine spawns and reaps `true`, some at once: the physical limit of
// any engine that runs trials as processes. Usage: bench_spawn COUNT PARALLEL. Prints JSON.

#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/process.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_spawn COUNT PARALLEL\n");
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const int parallel = std::atoi(argv[2]);
  const qalam::SpawnRequest request{.arguments = {"true"},
                                    .environment = qalam::EnvironmentWith({})};
  const auto start = std::chrono::steady_clock::now();
  int started = 0;
  for (int ended = 0; ended < count;) {
    while (started < count && started - ended < parallel) {
      if (const auto pid = qalam::Spawn(request); !pid.ok()) {
        std::fprintf(stderr, "bench_spawn: %s\n", qalam::Message(pid.status()).c_str());
        return 1;
      }
      ++started;
    }
    if (waitpid(-1, nullptr, 0) > 0) ++ended;
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("{\"spawns_per_second\": %.1f}\n", count / elapsed.count());
  return 0;
}
