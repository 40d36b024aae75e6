// mpirun, which the Launcher runs, starts the ranks by itself; the Workers tell how many.

#include <algorithm>

#include "controller/operators/rendezvous.h"

namespace qalam {

namespace {

constexpr char kHostFile[] = "mpi-hostfile";

int SlotsOfWorker(const Json& spec) {
  const auto slots = spec.find("slotsPerWorker");
  return slots != spec.end() && slots->is_number_integer()
             ? static_cast<int>(std::clamp<int64_t>(slots->get<int64_t>(), 1, 1024))
             : 1;
}

}  // namespace

void MeetByMpi(ReplicaSet& set) {
  const bool launcher_works = set.spec.value("runLauncherAsWorker", Json(false)) == true;
  const int workers = set.Count("Worker") + (launcher_works ? 1 : 0);
  const int slots = std::max(1, workers) * SlotsOfWorker(set.spec);
  set.files[kHostFile] = fmt::format("localhost slots={}\n", slots);
  const std::string path = set.directory + "/" + kHostFile;
  for (auto& replica : set.replicas) {
    replica.variables.fixed = {{"OMPI_MCA_orte_default_hostfile", path},
                               {"I_MPI_HYDRA_HOST_FILE", path},
                               {"HYDRA_HOST_FILE", path},
                               {"K_MPI_JOB_ROLE", "launcher"}};
    replica.variables.defaults = {
        {"PYTHONUNBUFFERED", "1"},
        // In a container, where the training operator runs it, mpirun is root's as a rule.
        {"OMPI_ALLOW_RUN_AS_ROOT", "1"},
        {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
        // More ranks than cores are no mistake on one machine, but they must not wait by spinning,
        {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
        {"OMPI_MCA_mpi_yield_when_idle", "1"},
        // and each mpirun would bind its ranks to the same first cores as that of the next trial.
        {"OMPI_MCA_hwloc_base_binding_policy", "none"}};
  }
}

}  // namespace qalam
