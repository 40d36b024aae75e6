// The variables by which the replicas of each kind of distributed job find one another.

#include "controller/operators/rendezvous.h"

#include <catch2/catch.hpp>

#include "api/distributed_job.h"

namespace qalam {
namespace {

// Replicas in the order given, with the ports 7000, 7001, ...
ReplicaSet SetOf(const std::vector<std::pair<std::string, int>>& roles, const Json& spec) {
  ReplicaSet set{.job_name = "trial", .directory = "/work/trial", .spec = spec};
  for (const auto& [role, count] : roles) {
    set.counts[role] = count;
    for (int i = 0; i < count; ++i) {
      const int rank = static_cast<int>(set.replicas.size());
      set.replicas.push_back({.role = role, .index = i, .rank = rank, .port = 7000 + rank});
    }
  }
  return set;
}

// "RANK=0 WORLD_SIZE=2 ..."
std::string Fixed(const Replica& replica) {
  std::string text;
  for (const auto& [name, value] : replica.variables.fixed) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  }
  return text;
}

}  // namespace

TEST_CASE("Every distributed kind has a rendezvous", "[replicas]") {
  for (const auto& kind : DistributedKinds()) {
    CAPTURE(kind.name);
    CHECK(FindRendezvous(kind.name) != nullptr);
  }
  CHECK(FindRendezvous("Job") == nullptr);
}

TEST_CASE("Each replica is told where the others are", "[replicas]") {
  struct Case {
    const char* kind;
    std::vector<std::pair<std::string, int>> roles;
    const char* spec;
    std::vector<std::string> variables;  // of each replica
  };
  const auto one = GENERATE(values<Case>({
      {"PyTorchJob",
       {{"Master", 1}, {"Worker", 1}},
       "{}",
       {"MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=2 RANK=0 PET_MASTER_ADDR=127.0.0.1 "
        "PET_MASTER_PORT=7000 PET_NNODES=2 PET_NODE_RANK=0",
        "MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=2 RANK=1 PET_MASTER_ADDR=127.0.0.1 "
        "PET_MASTER_PORT=7000 PET_NNODES=2 PET_NODE_RANK=1"}},
      {"PyTorchJob",
       {{"Worker", 2}},
       R"({"nprocPerNode": "2"})",
       {"MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=4 RANK=0 PET_NPROC_PER_NODE=2 "
        "PET_MASTER_ADDR=127.0.0.1 PET_MASTER_PORT=7000 PET_NNODES=2 PET_NODE_RANK=0",
        "MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=4 RANK=1 PET_NPROC_PER_NODE=2 "
        "PET_MASTER_ADDR=127.0.0.1 PET_MASTER_PORT=7000 PET_NNODES=2 PET_NODE_RANK=1"}},
      {"PyTorchJob",
       {{"Worker", 2}},
       R"({"elasticPolicy": {"minReplicas": 1, "maxReplicas": 3, "maxRestarts": 4, "rdzvId": "x",
                             "nProcPerNode": 1,
                             "rdzvConf": [{"key": "a", "value": "1"}, {"key": "b", "value": 2}]}})",
       {"MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=2 RANK=0 PET_NPROC_PER_NODE=1 "
        "PET_NNODES=1:3 PET_RDZV_BACKEND=c10d PET_RDZV_ENDPOINT=127.0.0.1:7001 PET_RDZV_ID=x "
        "PET_MAX_RESTARTS=4 PET_RDZV_CONF=a=1,b=2",
        "MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=2 RANK=1 PET_NPROC_PER_NODE=1 "
        "PET_NNODES=1:3 PET_RDZV_BACKEND=c10d PET_RDZV_ENDPOINT=127.0.0.1:7001 PET_RDZV_ID=x "
        "PET_MAX_RESTARTS=4 PET_RDZV_CONF=a=1,b=2"}},
      {"TFJob",
       {{"Chief", 1}, {"PS", 1}, {"Worker", 2}, {"Evaluator", 1}},
       "{}",
       {R"(TF_CONFIG={"cluster":{"chief":["127.0.0.1:7000"],"ps":["127.0.0.1:7001"],)"
        R"("worker":["127.0.0.1:7002","127.0.0.1:7003"]},)"
        R"("task":{"type":"chief","index":0},"environment":"cloud"})",
        R"(TF_CONFIG={"cluster":{"chief":["127.0.0.1:7000"],"ps":["127.0.0.1:7001"],)"
        R"("worker":["127.0.0.1:7002","127.0.0.1:7003"]},)"
        R"("task":{"type":"ps","index":0},"environment":"cloud"})",
        R"(TF_CONFIG={"cluster":{"chief":["127.0.0.1:7000"],"ps":["127.0.0.1:7001"],)"
        R"("worker":["127.0.0.1:7002","127.0.0.1:7003"]},)"
        R"("task":{"type":"worker","index":0},"environment":"cloud"})",
        R"(TF_CONFIG={"cluster":{"chief":["127.0.0.1:7000"],"ps":["127.0.0.1:7001"],)"
        R"("worker":["127.0.0.1:7002","127.0.0.1:7003"]},)"
        R"("task":{"type":"worker","index":1},"environment":"cloud"})",
        R"(TF_CONFIG={"cluster":{"chief":["127.0.0.1:7000"],"ps":["127.0.0.1:7001"],)"
        R"("worker":["127.0.0.1:7002","127.0.0.1:7003"]},)"
        R"("task":{"type":"evaluator","index":0},"environment":"cloud"})"}},
      {"TFJob", {{"Worker", 1}}, "{}", {""}},
      {"MPIJob",
       {{"Launcher", 1}},
       "{}",
       {"OMPI_MCA_orte_default_hostfile=/work/trial/mpi-hostfile "
        "I_MPI_HYDRA_HOST_FILE=/work/trial/mpi-hostfile "
        "HYDRA_HOST_FILE=/work/trial/mpi-hostfile K_MPI_JOB_ROLE=launcher"}},
      {"XGBoostJob",
       {{"Master", 1}, {"Worker", 2}},
       "{}",
       {"MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=3 RANK=0 "
        "WORKER_ADDRS=127.0.0.1,127.0.0.1 WORKER_PORT=7001 WORKER_PORTS=7001,7002",
        "MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=3 RANK=1 "
        "WORKER_ADDRS=127.0.0.1,127.0.0.1 WORKER_PORT=7001 WORKER_PORTS=7001,7002",
        "MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=3 RANK=2 "
        "WORKER_ADDRS=127.0.0.1,127.0.0.1 WORKER_PORT=7002 WORKER_PORTS=7001,7002"}},
      {"XGBoostJob",
       {{"Master", 1}},
       "{}",
       {"MASTER_ADDR=127.0.0.1 MASTER_PORT=7000 WORLD_SIZE=1 RANK=0"}},
      {"JAXJob",
       {{"Worker", 2}},
       "{}",
       {"COORDINATOR_ADDRESS=127.0.0.1 COORDINATOR_PORT=7000 NUM_PROCESSES=2 PROCESS_ID=0",
        "COORDINATOR_ADDRESS=127.0.0.1 COORDINATOR_PORT=7000 NUM_PROCESSES=2 PROCESS_ID=1"}},
      {"PaddleJob",
       {{"Worker", 2}},
       "{}",
       {"PADDLE_JOB_ID=trial PADDLE_NNODES=2 PADDLE_MASTER=127.0.0.1:7000 POD_IP=127.0.0.1 "
        "POD_IP_DUMMY=127.0.0.1 PADDLE_RANK=0",
        "PADDLE_JOB_ID=trial PADDLE_NNODES=2 PADDLE_MASTER=127.0.0.1:7000 POD_IP=127.0.0.1 "
        "POD_IP_DUMMY=127.0.0.1 PADDLE_RANK=1"}},
      {"PaddleJob",
       {{"Master", 1}, {"Worker", 1}},
       "{}",
       {"PADDLE_JOB_ID=trial PADDLE_NNODES=2 PADDLE_MASTER=127.0.0.1:7000 POD_IP=127.0.0.1 "
        "POD_IP_DUMMY=127.0.0.1 PADDLE_SERVER_NUM=1",
        "PADDLE_JOB_ID=trial PADDLE_NNODES=2 PADDLE_MASTER=127.0.0.1:7000 POD_IP=127.0.0.1 "
        "POD_IP_DUMMY=127.0.0.1 PADDLE_TRAINER_NUM=1"}},
  }));
  ReplicaSet set = SetOf(one.roles, Json::parse(one.spec));
  FindRendezvous(one.kind)(set);
  REQUIRE(set.replicas.size() == one.variables.size());
  for (size_t i = 0; i < set.replicas.size(); ++i) {
    CAPTURE(one.kind, i);
    CHECK(Fixed(set.replicas[i]) == one.variables[i]);
    // So that what a Python program prints is seen as it runs, whatever the kind.
    REQUIRE_FALSE(set.replicas[i].variables.defaults.empty());
    CHECK(set.replicas[i].variables.defaults[0].name == "PYTHONUNBUFFERED");
  }
}

TEST_CASE("mpirun finds a slot for every rank of the workers", "[replicas]") {
  struct Case {
    int workers;
    const char* spec;
    const char* hosts;
  };
  const auto one = GENERATE(values<Case>({
      {0, "{}", "localhost slots=1\n"},
      {3, "{}", "localhost slots=3\n"},
      {2, R"({"slotsPerWorker": 4})", "localhost slots=8\n"},
      {2, R"({"slotsPerWorker": 4, "runLauncherAsWorker": true})", "localhost slots=12\n"},
      {2, R"({"slotsPerWorker": -1})", "localhost slots=2\n"},
  }));
  ReplicaSet set = SetOf({{"Launcher", 1}}, Json::parse(one.spec));
  if (one.workers > 0) set.counts["Worker"] = one.workers;
  MeetByMpi(set);
  CHECK(set.files == std::map<std::string, std::string>{{"mpi-hostfile", one.hosts}});
}

}  // namespace qalam
