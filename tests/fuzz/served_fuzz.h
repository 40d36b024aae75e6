// A server for fuzz targets. It has no controller, so that no trial is run, whatever is asked.
#pragma once

#include <memory>
#include <string>

#include "server/server.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

inline Server& FuzzedServer() {
  static const auto* directory = new TemporaryDirectory;
  static const auto* server = [] {
    ServerOptions options;
    options.database = directory->File("qalam.db");
    options.work_root = directory->File("trials");
    options.http = "127.0.0.1:0";
    options.run_trials = false;
    auto started = Server::Start(options);
    if (!started.ok()) std::fprintf(stderr, "%s\n", Message(started.status()).c_str());
    FUZZ_CHECK(started.ok());
    return new std::unique_ptr<Server>(*std::move(started));
  }();
  return **server;
}

}  // namespace qalam

// Before any input is timed: a server takes a while to start.
extern "C" __attribute__((used)) inline int LLVMFuzzerInitialize(int*, char***) {
  qalam::FuzzedServer();
  return 0;
}
