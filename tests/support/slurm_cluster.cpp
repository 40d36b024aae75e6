#include "tests/support/slurm_cluster.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "base/process.h"
#include "base/run_program.h"

namespace qalam {

namespace {

constexpr char kScript[] = QALAM_SOURCE "/tests/engines/slurm/cluster";
constexpr int kNotInstalled = 77;

}  // namespace

std::unique_ptr<SlurmCluster> SlurmCluster::Start(std::map<std::string, std::string> settings) {
  std::unique_ptr<SlurmCluster> cluster(new SlurmCluster);
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  const FileDescriptor their_input(input[0]), our_output(output[0]);
  cluster->input_ = FileDescriptor(input[1]);
  FileDescriptor their_output(output[1]);
  const auto pid = Spawn({.arguments = {kScript, "hold", cluster->folder()},
                          .environment = EnvironmentWith(settings),
                          .standard_input = their_input.get(),
                          .standard_output = their_output.get(),
                          .new_session = true});
  if (!pid.ok()) throw std::runtime_error(Message(pid.status()));
  cluster->pid_ = *pid;
  their_output.Close();
  // It prints a line once all nodes are there.
  char line[256];
  if (read(our_output.get(), line, sizeof(line)) > 0) return cluster;
  int status = 0;
  waitpid(cluster->pid_, &status, 0);
  cluster->pid_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotInstalled) return nullptr;
  throw std::runtime_error("the Slurm cluster did not start");
}

SlurmCluster::~SlurmCluster() {
  input_.Close();
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

void SlurmCluster::Do(const std::string& verb, const std::string& daemon) const {
  Run({kScript, verb, folder(), daemon});
}

std::string SlurmCluster::Run(std::vector<std::string> arguments) const {
  const auto outcome =
      RunProgram({.arguments = arguments,
                  .environment = EnvironmentWith({{"SLURM_CONF", configuration()}}),
                  .longest = absl::Seconds(60)});
  if (!outcome.ok()) throw std::runtime_error(Message(outcome.status()));
  if (outcome->exit_code != 0) throw std::runtime_error(arguments[0] + ": " + outcome->errors);
  return outcome->output;
}

void SlurmCluster::SignalController(int signal) const {
  const auto pid = ReadFile(folder() + "/run/slurmctld.pid", 64);
  if (!pid.ok()) throw std::runtime_error(Message(pid.status()));
  kill(std::stoi(*pid), signal);
}

}  // namespace qalam
