// Servers for fuzz targets.
#pragma once

#include <memory>
#include <string>

#include "server/server.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Without `run_trials` it has no controller, so that no trial is run, whatever is asked.
inline std::unique_ptr<Server> StartFuzzedServer(const TemporaryDirectory& directory,
                                                 bool run_trials) {
  ServerOptions options;
  options.database = directory.File("qalam.db");
  options.work_root = directory.File("trials");
  options.http = "127.0.0.1:0";
  options.run_trials = run_trials;
  auto started = Server::Start(options);
  if (!started.ok()) std::fprintf(stderr, "%s\n", Message(started.status()).c_str());
  FUZZ_CHECK(started.ok());
  return *std::move(started);
}

}  // namespace qalam
