#include "cli/connection.h"

#include <chrono>

#include "api/grpc_status.h"
#include "cli/channel.h"
#include "server/experiment_service.h"

namespace qalam {

namespace {

// A server may have come with another version of the program.
Status CheckVersion(v1::ExperimentService::Stub& stub, const std::string& address) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::ServerInfo info;
  const Status status = FromGrpc(stub.GetServerInfo(&context, {}, &info));
  if (!status.ok()) return WithContext(status, fmt::format("the server at {}", address));
  if (info.api_version() == kApiVersion && info.api_revision() >= kApiRevision) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      "the server at {} ({}) speaks version {}.{} of the API, and this program {}.{}; use the "
      "program that came with the server, or start the server anew",
      address, info.version(), info.api_version(), info.api_revision(), kApiVersion, kApiRevision);
}

}  // namespace

StatusOr<std::unique_ptr<Connection>> Connection::Open(const CommonOptions& options, Mode mode,
                                                       bool with_web_ui,
                                                       const OperatorChoice& engine) {
  auto connection = std::make_unique<Connection>();
  std::shared_ptr<grpc::Channel> channel;
  connection->address_ =
      options.server.empty() ? LiveServerAddress(options.database) : options.server;
  if (!connection->address_.empty()) {
    // The private socket of a live server is this user's own and wants neither token nor TLS.
    ASSIGN_OR_RETURN(channel, options.server.empty() ? StatusOr<std::shared_ptr<grpc::Channel>>(
                                                           PlainChannel(connection->address_))
                                                     : OpenChannel(options));
  } else {
    ServerOptions server;
    server.database = options.database;
    server.work_root = DefaultWorkDir(options.database);
    server.run_trials = mode == Mode::kRun;
    server.adopt_existing = false;
    server.engine = engine;
    if (with_web_ui) {
      server.http = kDefaultHttp;
      server.http_any_port_if_taken = true;
    }
    ASSIGN_OR_RETURN(connection->server_, Server::Start(server));
    channel = connection->server_->InProcessChannel();
  }
  connection->channel_ = channel;
  connection->stub_ = v1::ExperimentService::NewStub(channel);
  if (!connection->address_.empty()) {
    RETURN_IF_ERROR(CheckVersion(*connection->stub_, connection->address_));
  }
  return connection;
}

v1::ExperimentName MakeName(const CommonOptions& options, const std::string& name) {
  v1::ExperimentName message;
  message.set_namespace_(options.name_space);
  message.set_name(name);
  return message;
}

StatusOr<v1::Experiment> GetExperiment(Connection& connection, const v1::ExperimentName& name,
                                       bool with_best_trials) {
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  *request.mutable_experiment() = name;
  request.set_with_best_trials(with_best_trials);
  v1::Experiment experiment;
  RETURN_IF_ERROR(FromGrpc(connection.stub().GetExperiment(&context, request, &experiment)));
  return experiment;
}

StatusOr<std::vector<v1::Trial>> ListTrials(Connection& connection,
                                            const v1::ExperimentName& name) {
  std::vector<v1::Trial> trials;
  v1::ListTrialsRequest request;
  *request.mutable_experiment() = name;
  do {
    grpc::ClientContext context;
    v1::ListTrialsReply reply;
    RETURN_IF_ERROR(FromGrpc(connection.stub().ListTrials(&context, request, &reply)));
    for (auto& trial : *reply.mutable_trials()) trials.push_back(std::move(trial));
    request.set_page_token(reply.next_page_token());
  } while (!request.page_token().empty());
  return trials;
}

}  // namespace qalam
