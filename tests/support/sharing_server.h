#pragma once

#include <absl/time/clock.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// `qalam serve` over a database that others serve too.
class SharingServer {
 public:
  struct Options {
    std::vector<std::string> arguments = {"--listen", "127.0.0.1:0", "--http", "none"};
    // Its machine's name for the current boot, by which servers tell machines apart; empty: this
    // one's. Only where mounts are allowed.
    std::string boot_id;
  };

  SharingServer(const std::string& address, const TemporaryDirectory& folder,
                const std::string& name)
      : SharingServer(address, folder, name, Options()) {}
  SharingServer(const std::string& address, const TemporaryDirectory& folder,
                const std::string& name, const Options& options)
      : log_(folder.File(name + ".log")) {
    std::vector<std::string> arguments;
    if (!options.boot_id.empty()) {
      const std::string file = folder.File(name + ".boot_id");
      REQUIRE(WriteFileAtomically(file, options.boot_id + "\n", false).ok());
      arguments = {"/usr/bin/unshare",
                   "--mount",
                   "sh",
                   "-c",
                   "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"",
                   file};
    }
    arguments.insert(arguments.end(), {QALAM_BIN "/qalam", "serve", "--db", address, "--work-dir",
                                       folder.File("trials")});
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    const FileDescriptor log(open(log_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    process_ =
        std::make_unique<ChildProcess>(arguments, std::map<std::string, std::string>{}, log.get());
    WaitFor([&] { return Output().find("database postgres") != std::string::npos; });
    stub_ = v1::ExperimentService::NewStub(
        grpc::CreateChannel(Said("listening on "), grpc::InsecureChannelCredentials()));
  }
  void Kill() { process_->Kill(SIGKILL); }
  void Signal(int signal) { process_->Signal(signal); }
  v1::ExperimentService::Stub& stub() { return *stub_; }
  std::string Output() const { return ReadFile(log_).value_or(""); }
  // What it has printed on a line of its own after `mark`.
  std::string Said(const std::string& mark) const {
    const std::string text = Output();
    const size_t begin = text.find(mark);
    if (begin == std::string::npos) return "";
    return text.substr(begin + mark.size(), text.find('\n', begin) - begin - mark.size());
  }
  template <typename Condition>
  void WaitFor(Condition condition) {
    const auto deadline = absl::Now() + absl::Seconds(90);
    while (!condition()) {
      INFO(Output());
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

 private:
  const std::string log_;
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<v1::ExperimentService::Stub> stub_;
};

}  // namespace qalam
