#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// A Slurm cluster of four nodes on this machine (tests/engines/slurm/cluster), that ends with the
// object, and with this process however that ends.
class SlurmCluster {
 public:
  // Null, with a line on standard error that says what is missing, where Slurm is not installed.
  // `settings` are variables of the script.
  static std::unique_ptr<SlurmCluster> Start(std::map<std::string, std::string> settings = {});
  ~SlurmCluster();
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  // The cluster's slurm.conf, to be named by SLURM_CONF.
  std::string configuration() const { return folder() + "/etc/slurm.conf"; }
  std::string folder() const { return directory_.File("cluster"); }
  // A verb of the script about one of the cluster's daemons: "kill", "n1".
  void Do(const std::string& verb, const std::string& daemon) const;
  // Runs one of Slurm's programs, and returns what it prints.
  std::string Run(std::vector<std::string> arguments) const;
  // To slurmctld.
  void SignalController(int signal) const;

 private:
  SlurmCluster() = default;

  TemporaryDirectory directory_;
  pid_t pid_ = -1;
  FileDescriptor input_;  // the cluster ends when it is closed
};

}  // namespace qalam
