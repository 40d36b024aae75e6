// A real Kubernetes cluster without machines: tests/engines/kubernetes/cluster.
#pragma once

#include <absl/time/clock.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// What a command said and how it ended.
struct CommandOutcome {
  int status;        // the exit code; -1 when a signal ended it
  std::string text;  // both streams
};

inline CommandOutcome RunCommand(std::vector<std::string> arguments,
                                 const std::map<std::string, std::string>& environment = {}) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("output");
  const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const int status = ChildProcess(std::move(arguments), environment, file.get()).Wait();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, *ReadFile(path)};
}

// API server, controller-manager, scheduler, and nodes that run pods as processes of this machine.
// Its programs are built by tests/engines/kubernetes/build-servers; where they are not there,
// starting throws.
class KubernetesCluster {
 public:
  using Json = nlohmann::ordered_json;

  // One of its own, for tests that disturb it; a matter of five seconds. `arguments` are those of
  // the program `cluster`. It goes with the object, and with this process if that is killed.
  explicit KubernetesCluster(std::vector<std::string> arguments = {"--nodes", "2"}) {
    own_folder_ = std::make_unique<TemporaryDirectory>();
    folder_ = own_folder_->File("cluster");
    int input[2];
    if (pipe2(input, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    const FileDescriptor read_end(input[0]);
    input_ = FileDescriptor(input[1]);
    arguments.insert(arguments.begin(), {QALAM_SOURCE "/tests/engines/kubernetes/cluster",
                                         "--until-stdin-closes", "--folder", folder_});
    const std::string log = own_folder_->File("log");
    const FileDescriptor output(open(log.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    SpawnRequest request;
    request.arguments = std::move(arguments);
    request.environment = EnvironmentWith({{"QALAM_IMAGE_PATH", QALAM_BIN}});
    request.standard_input = read_end.get();
    request.standard_output = output.get();
    request.standard_error = output.get();
    const auto pid = Spawn(request);
    if (!pid.ok()) throw std::runtime_error(Message(pid.status()));
    pid_ = *pid;
    AwaitStart(log);
  }
  ~KubernetesCluster() {
    if (pid_ <= 0) return;
    input_ = FileDescriptor();
    waitpid(pid_, nullptr, 0);
  }
  KubernetesCluster(const KubernetesCluster&) = delete;
  KubernetesCluster& operator=(const KubernetesCluster&) = delete;

  // The one that this process's tests use together, each in a namespace of its own: that of
  // `make test-kubernetes`, else one that is started now.
  static KubernetesCluster& Shared() {
    static const auto shared = [] {
      const char* folder = std::getenv("QALAM_TEST_CLUSTER");
      if (folder == nullptr) return std::make_unique<KubernetesCluster>();
      return std::unique_ptr<KubernetesCluster>(new KubernetesCluster(Running{folder}));
    }();
    return *shared;
  }

  const std::string& folder() const { return folder_; }
  std::string kubeconfig() const { return folder_ + "/kubeconfig"; }

  // "etcd", "api-server", "controller-manager", "scheduler", "node-1" and so on. One that is killed
  // comes again after a second.
  pid_t Pid(const std::string& program) const {
    return std::stoi(ReadFile(folder_ + "/" + program + ".pid").value_or("-1"));
  }
  void Signal(const std::string& program, int signal) const {
    const pid_t pid = Pid(program);
    if (pid <= 0) throw std::runtime_error("the cluster has no " + program);
    kill(pid, signal);
  }

  const std::string& kubectl() const { return kubectl_; }
  // As by kill -9 of the cluster's own process; nothing can be asked of it any more.
  void Kill() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  CommandOutcome Kubectl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {kubectl_, "--kubeconfig", kubeconfig()});
    return RunCommand(std::move(arguments));
  }
  // Of documents in YAML.
  CommandOutcome Apply(const std::string& name_space, const std::string& documents) const {
    const TemporaryDirectory directory;
    const std::string path = directory.File("documents.yaml");
    // What begins with a brace kubectl takes for JSON.
    const Status written = WriteFileAtomically(path, "---\n" + documents, false);
    if (!written.ok()) throw std::runtime_error(Message(written));
    return Kubectl({"-n", name_space, "apply", "-f", path});
  }
  // The object as the server has it; null when there is none.
  Json Get(const std::string& name_space, const std::string& resource,
           const std::string& name) const {
    const auto got = Kubectl({"-n", name_space, "get", resource, name, "-o", "json"});
    return got.status == 0 ? Json::parse(got.text) : Json();
  }
  // The object once the condition holds.
  template <typename Condition>
  Json Await(const std::string& name_space, const std::string& resource, const std::string& name,
             Condition condition) const {
    const auto deadline = absl::Now() + absl::Seconds(90);
    while (true) {
      Json object = Get(name_space, resource, name);
      if (condition(object)) return object;
      if (absl::Now() > deadline) {
        throw std::runtime_error(fmt::format("waited in vain for {} {}, which is now\n{}", resource,
                                             name, object.dump(1)));
      }
      absl::SleepFor(absl::Milliseconds(50));
    }
  }
  // A fresh namespace, in which pods can be made.
  std::string NewNamespace() const {
    static int count = 0;
    const std::string name = fmt::format("test-{}-{}", getpid(), ++count);
    const auto created = Kubectl({"create", "namespace", name});
    if (created.status != 0) throw std::runtime_error(created.text);
    return name;
  }

 private:
  struct Running {
    std::string folder;
  };
  explicit KubernetesCluster(Running cluster) : folder_(std::move(cluster.folder)) {
    FindKubectl();
  }

  void FindKubectl() {
    const auto where =
        RunCommand({QALAM_SOURCE "/tests/engines/kubernetes/build-servers", "--where"});
    kubectl_ = where.text.substr(0, where.text.find('\n')) + "/bin/kubectl";
  }
  // The cluster has said where its kubeconfig is.
  void AwaitStart(const std::string& log) {
    while (true) {
      const std::string said = ReadFile(log).value_or("");
      if (said.find(kubeconfig() + "\n") != std::string::npos) break;
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        throw std::runtime_error("the cluster did not start:\n" + said);
      }
      usleep(5000);
    }
    FindKubectl();
  }

  std::unique_ptr<TemporaryDirectory> own_folder_;
  std::string folder_;
  std::string kubectl_;
  FileDescriptor input_;
  pid_t pid_ = -1;
};

}  // namespace qalam
