// Runs sampler benchmarks: job lines on standard input, result lines on standard output in the same
// order (runner.h describes both). A job that cannot run gives {"error": TEXT}. With --list, prints
// the registered algorithms and what they need instead.

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>

#include "bench/samplers/runner.h"
#include "suggestion/registry.h"

namespace {

using qalam::bench::Json;

void ListAlgorithms() {
  Json algorithms = Json::object();
  for (const auto& entry : qalam::AlgorithmRegistry()) {
    algorithms[entry.name] = {{"fidelity", entry.capabilities.fidelity},
                              {"needs_finite", entry.capabilities.needs_finite}};
  }
  std::cout << algorithms.dump() << "\n";
}

Json RunLine(qalam::bench::Runner& runner, const std::string& line) {
  const Json job = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!job.is_object()) return {{"error", "not a JSON object: " + line}};
  try {
    const auto result = runner.Run(job);
    return result.ok() ? *result : Json{{"error", qalam::Message(result.status())}};
  } catch (const Json::exception& exception) {  // a field of the wrong type
    return {{"error", exception.what()}};
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  // A peer that dies must become an error of its job, not our end.
  std::signal(SIGPIPE, SIG_IGN);
  if (argc > 1 && std::string(argv[1]) == "--list") {
    ListAlgorithms();
    return 0;
  }
  qalam::bench::Runner runner;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!line.empty()) std::cout << RunLine(runner, line).dump() << "\n" << std::flush;
  }
  return 0;
}
