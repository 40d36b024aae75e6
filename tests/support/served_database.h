#pragma once

#include <absl/time/clock.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "server/server.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Waits until a server answers on the database; null when the deadline passes.
inline std::unique_ptr<v1::ExperimentService::Stub> Connect(const std::string& database) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline) {
    const std::string address = LiveServerAddress(database);
    if (!address.empty()) {
      auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
      auto stub = v1::ExperimentService::NewStub(channel);
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
      v1::ServerInfo info;
      if (stub->GetServerInfo(&context, {}, &info).ok()) return stub;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return nullptr;
}

// `qalam serve` on a database of its own, which outlives each process that serves it.
class ServedDatabase {
 public:
  // Further arguments of `serve`.
  explicit ServedDatabase(std::vector<std::string> arguments = {"--listen", "127.0.0.1:0"})
      : arguments_(std::move(arguments)) {
    arguments_.insert(arguments_.begin(), {QALAM_BIN "/qalam", "serve", "--db", database()});
  }

  std::string database() const { return directory_.File("qalam.db"); }
  std::string File(const std::string& name) const { return directory_.File(name); }
  // The server answers when it returns.
  std::unique_ptr<v1::ExperimentService::Stub> Start() {
    Spawn();
    auto stub = Connect(database());
    if (stub == nullptr) throw std::runtime_error("the server does not answer:\n" + Output());
    return stub;
  }
  // Of the processes that are started from now on.
  void SetEnvironment(std::map<std::string, std::string> environment) {
    environment_ = std::move(environment);
  }
  // Without waiting for an answer.
  void Spawn() {
    said_before_ = Output().size();
    const FileDescriptor log(
        open(File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    process_ = std::make_unique<ChildProcess>(arguments_, environment_, log.get());
  }
  void Kill() { process_->Kill(SIGKILL); }
  // As a user's Ctrl-C does; the raw wait status.
  int Stop() {
    process_->Signal(SIGTERM);
    return process_->Wait();
  }
  std::string Output() const { return ReadFile(File("log")).value_or(""); }
  // HOST:PORT of the process started last. It answers a little before it says so.
  std::string Address() const {
    const std::string mark = "listening on ";
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (absl::Now() < deadline) {
      const std::string text = Output();
      const size_t begin = text.find(mark, said_before_);
      const size_t end = text.find('\n', begin);
      if (begin != std::string::npos && end != std::string::npos) {
        return text.substr(begin + mark.size(), end - begin - mark.size());
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    throw std::runtime_error("the server does not say where it listens:\n" + Output());
  }

 private:
  TemporaryDirectory directory_;
  std::vector<std::string> arguments_;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<ChildProcess> process_;
  size_t said_before_ = 0;  // by earlier processes
};

}  // namespace qalam
