// From a manifest to the commands of a trial.

#include "controller/operators/replica_set.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <set>

#include "base/files.h"
#include "controller/operators/free_port.h"
#include "tests/support/distributed_manifest.h"

namespace qalam {
namespace {

TrialJob JobOf(Json manifest, const std::string& container = "") {
  TrialJob job;
  job.name = "trial";
  job.directory = "/work/trial";
  job.manifest = std::move(manifest);
  job.primary_container_name = container;
  return job;
}

// "master-0" as it is needed, serves or neither: "master-0+ ps-0~ worker-0".
std::string Summary(const TrialCommands& commands) {
  std::string text;
  for (const auto& command : commands.commands) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : " ", command.name,
                        command.needed ? "+" : "", command.serves ? "~" : "");
  }
  return text;
}

std::string Value(const TrialCommand& command, const std::string& name) {
  std::string value = "(none)";
  for (const auto& variable : command.command.environment) {
    if (variable.name == name) value = variable.value;
  }
  return value;
}

}  // namespace

TEST_CASE("The primary replica comes first, and the needed ones are known", "[replicas]") {
  struct Case {
    const char* kind;
    std::vector<RoleOfManifest> roles;
    const char* summary;
  };
  const auto one = GENERATE(values<Case>({
      {"PyTorchJob", {{"Worker", 2, {"a"}}, {"Master", 1, {"a"}}}, "master-0+ worker-0 worker-1"},
      {"PyTorchJob", {{"Worker", 2, {"a"}}}, "worker-0+ worker-1+"},
      {"TFJob",
       {{"PS", 1, {"a"}}, {"Chief", 1, {"a"}}, {"Worker", 1, {"a"}}, {"Evaluator", 1, {"a"}}},
       "chief-0+ ps-0~ worker-0 evaluator-0"},
      {"TFJob", {{"PS", 1, {"a"}}, {"Worker", 2, {"a"}}}, "worker-0+ ps-0~ worker-1"},
      {"MPIJob", {{"Launcher", 1, {"a"}}, {"Worker", 2, {}}}, "launcher-0+"},
      {"XGBoostJob", {{"Master", 1, {"a"}}, {"Worker", 1, {"a"}}}, "master-0+ worker-0"},
      {"JAXJob", {{"Worker", 2, {"a"}}}, "worker-0+ worker-1+"},
      {"PaddleJob",
       {{"Master", 2, {"a"}}, {"Worker", 2, {"a"}}},
       "worker-0+ master-0~ master-1~ worker-1+"},
  }));
  CAPTURE(one.kind);
  const auto commands = CommandsOfTrial(JobOf(DistributedManifest(one.kind, one.roles)));
  INFO(Message(commands.status()));
  REQUIRE(commands.ok());
  CHECK(Summary(*commands) == one.summary);
}

TEST_CASE("A TFJob may wait for all its workers", "[replicas]") {
  Json manifest = DistributedManifest("TFJob", {{"Worker", 2, {"a"}}});
  manifest["spec"]["successPolicy"] = "AllWorkers";
  CHECK(Summary(*CommandsOfTrial(JobOf(manifest))) == "worker-0+ worker-1+");
}

TEST_CASE("A Job is one command without a name", "[replicas]") {
  Json manifest = {{"apiVersion", "batch/v1"}, {"kind", "Job"}};
  manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"}, {"command", {"true"}}}});
  const auto commands = CommandsOfTrial(JobOf(manifest));
  REQUIRE(commands.ok());
  REQUIRE(commands->commands.size() == 1);
  CHECK(commands->commands[0].name.empty());
  CHECK(commands->files.empty());
}

TEST_CASE("The container's variables lie between the defaults and what is told", "[replicas]") {
  Json manifest = DistributedManifest(
      "PyTorchJob", {{"Master", 1, {"run", "tcp://$(MASTER_ADDR):$(MASTER_PORT)/$(RANK)$(MORE)"}},
                     {"Worker", 1, {"run"}}});
  Json& container =
      manifest["spec"]["pytorchReplicaSpecs"]["Master"]["template"]["spec"]["containers"][0];
  container["env"] = Json::array({{{"name", "MASTER_PORT"}, {"value", "1"}},
                                  {{"name", "GLOO_SOCKET_IFNAME"}, {"value", "eth0"}},
                                  {{"name", "MORE"}, {"value", "/$(WORLD_SIZE)"}}});
  const auto commands = CommandsOfTrial(JobOf(manifest));
  REQUIRE(commands.ok());
  const auto& master = commands->commands[0];
  const std::string port = Value(master, "MASTER_PORT");
  CHECK(port != "1");
  CHECK(Value(commands->commands[1], "MASTER_PORT") == port);
  CHECK(Value(master, "GLOO_SOCKET_IFNAME") == "eth0");
  CHECK(Value(commands->commands[1], "GLOO_SOCKET_IFNAME") == "lo");
  CHECK(master.command.arguments[1] == "tcp://127.0.0.1:" + port + "/0/2");
}

TEST_CASE("Each role's container is found by the name given, its kind's or alone", "[replicas]") {
  Json manifest = DistributedManifest("MPIJob", {{"Launcher", 1, {"mpirun"}}, {"Worker", 2, {}}});
  Json& containers =
      manifest["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"];
  containers[0]["name"] = "mpi-launcher";
  containers.push_back({{"name", "sidecar"}, {"command", {"sleep"}}});
  CHECK(CommandsOfTrial(JobOf(manifest, "mpi-launcher"))->commands[0].command.arguments ==
        std::vector<std::string>{"mpirun"});
  CHECK(CommandsOfTrial(JobOf(manifest)).status().code() == StatusCode::kInvalidArgument);
  CHECK(PrimaryContainerCommand(manifest, "mpi-launcher")->arguments[0] == "mpirun");
}

TEST_CASE("All that is wrong with a distributed job is told at once", "[replicas]") {
  Json manifest =
      DistributedManifest("TFJob", {{"Chief", 2, {"a"}}, {"PS", 0, {"a"}}, {"Worker", 1, {}}});
  manifest["spec"]["tfReplicaSpecs"]["Wroker"] = Json::object();
  const std::string message = Message(CommandsOfTrial(JobOf(manifest)).status());
  CAPTURE(message);
  for (const char* part :
       {"trialSpec.spec.tfReplicaSpecs.Wroker: unknown role (did you mean \"Worker\"?)",
        "trialSpec.spec.tfReplicaSpecs.Chief.replicas: \"2\" should be 1",
        "trialSpec.spec.tfReplicaSpecs.PS.replicas: \"0\" should be a whole number from 1 to 64",
        "trialSpec.spec.tfReplicaSpecs.Worker.template.spec.containers[0].command: missing"}) {
    CHECK(message.find(part) != std::string::npos);
  }
}

TEST_CASE("Ports are free, and no two replicas have the same", "[replicas]") {
  std::set<int> ports;
  for (int i = 0; i < 500; ++i) ports.insert(ChooseFreePort().value());
  CHECK(ports.size() == 500);
  // One that somebody listens on is passed over, on whatever address it is.
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  int taken = 0;
  for (int port = *ports.rbegin() + 1; taken == 0 && port < 32'768; ++port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
      taken = port;
    }
  }
  if (taken == 0) return;  // the last ports of the range are another's
  REQUIRE(listen(listener.get(), 1) == 0);
  for (int i = 0; i < 500; ++i) CHECK(ChooseFreePort().value() != taken);
}

}  // namespace qalam
