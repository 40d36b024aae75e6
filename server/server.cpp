#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/random.h"
#include "controller/controller.h"
#include "server/cluster/cluster_experiments.h"
#include "server/database_lock.h"
#include "server/experiment_service.h"
#include "server/http/http_server.h"
#include "server/katib_trials.h"
#include "server/observed_store.h"
#include "suggestion/service/suggestion_service.h"

namespace qalam {

namespace {

constexpr int kMaxMessageBytes = 16 << 20;
// Clients look whether the server is still there this often at most, also while nothing is called;
// gRPC's own limit of five minutes would take a watch on a quiet experiment for an attack.
constexpr int kShortestPingMilliseconds = 10 * 1000;

StatusOr<std::string> CollectorPath() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto path = self.parent_path() / "qalam-collector";
  if (!error && FileExists(path.string())) return path.string();
  return NotFound("the program qalam-collector is not beside {}; install both together",
                  self.string());
}

// A socket that only this user can open. Beside the database, or, where that path is too long for a
// socket's address, in the temporary folder under a hash of it.
std::string PrivateSocketPath(const std::string& database_path) {
  std::error_code error;
  const std::string path = std::filesystem::absolute(database_path, error).string() + ".sock";
  constexpr size_t kLongestSocketPath = 100;  // sun_path holds 108
  if (path.size() <= kLongestSocketPath) return path;
  return fmt::format("/tmp/qalam-{}-{:016x}.sock", getuid(), StableHash(path));
}

// Where trials may be alive that an earlier process has started.
StatusOr<std::vector<std::string>> ActiveTrialFolders(Store& store) {
  std::vector<std::string> folders;
  ASSIGN_OR_RETURN(const auto experiments, store.ListExperiments({.only_active = true}));
  for (const auto& experiment : experiments) {
    ASSIGN_OR_RETURN(const auto trials,
                     store.ListTrials({.experiment_uid = experiment.uid,
                                       .states = {TrialState::kPending, TrialState::kRunning},
                                       .with_metrics = false}));
    for (const auto& trial : trials) {
      folders.push_back(trial.handle.empty() ? experiment.work_dir + "/" + trial.name
                                             : trial.handle);
    }
  }
  return folders;
}

class QalamServer final : public Server {
 public:
  explicit QalamServer(ServerOptions options) : options_(std::move(options)) {}
  ~QalamServer() override { Shutdown(); }

  Status Begin();
  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    return server_->InProcessChannel(arguments);
  }
  const std::vector<std::string>& addresses() const override { return addresses_; }
  std::string http_url() const override {
    absl::MutexLock lock(&mutex_);
    return http_url_;
  }
  void Shutdown() override;

 private:
  Status CheckAddresses() const;
  Status StartController();
  Status StartFrontDoor();
  Status StartHttp();
  Status FollowCluster();

  const ServerOptions options_;
  const SystemClock clock_;
  ChangeLog changes_;
  Activity activity_;
  std::optional<DatabaseLock> lock_;
  std::string socket_path_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<TrialOperator> operator_;
  std::unique_ptr<SuggestionClient> suggestions_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<grpc::Service> experiments_, db_manager_, early_stopping_, samplers_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<http::HttpServer> http_;
  std::unique_ptr<cluster::ClusterExperiments> cluster_;
  mutable absl::Mutex mutex_;
  std::string http_url_ ABSL_GUARDED_BY(mutex_);  // asked for by gRPC's clients, also early
};

Status QalamServer::CheckAddresses() const {
  RETURN_IF_ERROR(CheckAccess(options_.access));
  for (const auto& address : options_.listen) {
    RETURN_IF_ERROR(CheckAddress(address, options_.access));
  }
  // HTTP knows no TLS: even a token would travel in the clear.
  if (!options_.http.empty() && !IsLoopback(options_.http) && !options_.access.allow_remote) {
    return InvalidArgument(
        "the web UI's {} can be reached from other machines, and nothing would travel there in "
        "secret; serve it on 127.0.0.1, for ssh -L or a proxy with TLS to reach, or say --insecure",
        options_.http);
  }
  return absl::OkStatus();
}

Status QalamServer::Begin() {
  RETURN_IF_ERROR(CheckAddresses());
  if (options_.run_trials) {
    ASSIGN_OR_RETURN(lock_, DatabaseLock::Acquire(options_.database_path));
  }
  ASSIGN_OR_RETURN(auto store, OpenSqliteStore(options_.database_path));
  store_ = MakeObservedStore(std::move(store), clock_, changes_, activity_);
  ASSIGN_OR_RETURN(const std::string collector, CollectorPath());
  OperatorSurroundings surroundings{.collector_path = collector};
  if (options_.run_trials) {
    surroundings.server_address = "unix:" + PrivateSocketPath(options_.database_path);
    ASSIGN_OR_RETURN(surroundings.earlier_folders, ActiveTrialFolders(*store_));
  }
  ASSIGN_OR_RETURN(operator_, MakeOperator(options_.engine, std::move(surroundings)));
  if (options_.run_trials) RETURN_IF_ERROR(StartController());
  RETURN_IF_ERROR(StartFrontDoor());
  if (options_.cluster) RETURN_IF_ERROR(FollowCluster());
  return options_.http.empty() ? absl::OkStatus() : StartHttp();
}

Status QalamServer::FollowCluster() {
  ASSIGN_OR_RETURN(auto access,
                   kubernetes::FindClusterAccess(options_.cluster->access,
                                                 kubernetes::AccessEnvironment::OfProcess()));
  ASSIGN_OR_RETURN(auto client, kubernetes::Client::Create(std::move(access)));
  cluster_ = cluster::ClusterExperiments::Start(
      {.name_space = options_.cluster->name_space}, std::move(client),
      v1::ExperimentService::NewStub(InProcessChannel()), *store_, changes_);
  return absl::OkStatus();
}

Status QalamServer::StartController() {
  suggestions_ = options_.suggestion_address.empty()
                     ? std::make_unique<SuggestionClient>(*store_)
                     : std::make_unique<SuggestionClient>(
                           grpc::CreateChannel(options_.suggestion_address,
                                               grpc::InsecureChannelCredentials()),
                           *store_);
  controller_ = std::make_unique<Controller>(
      *store_, *operator_, *suggestions_, clock_,
      ControllerOptions{.workers = options_.workers, .adopt_existing = options_.adopt_existing});
  return controller_->Start();
}

Status QalamServer::StartFrontDoor() {
  std::error_code error;
  const std::string work_root = std::filesystem::absolute(options_.work_root, error).string();
  experiments_ =
      MakeExperimentService(*store_, operator_.get(), clock_, changes_, controller_.get(),
                            {.work_root = work_root,
                             .database = options_.database_path,
                             .runs_trials = options_.run_trials,
                             .web_url = [this] { return http_url(); }});
  db_manager_ = MakeKatibDbManagerService(*store_, controller_.get());
  early_stopping_ = MakeKatibEarlyStoppingService(StoredTrials(*store_, controller_.get()));
  // For those who keep their own experiments and want to be told what to try.
  samplers_ = MakeSuggestionService();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  std::vector<int> ports(options_.listen.size(), 0);
  for (size_t i = 0; i < options_.listen.size(); ++i) {
    ASSIGN_OR_RETURN(const auto credentials,
                     ServerCredentialsFor(options_.listen[i], options_.access));
    builder.AddListeningPort(options_.listen[i], credentials, &ports[i]);
  }
  if (lock_) {
    socket_path_ = PrivateSocketPath(options_.database_path);
    // Left by one that was killed; the lock says that nobody uses it.
    unlink(socket_path_.c_str());
    builder.AddListeningPort("unix:" + socket_path_, grpc::InsecureServerCredentials());
  }
  builder.RegisterService(experiments_.get());
  builder.RegisterService(db_manager_.get());
  builder.RegisterService(early_stopping_.get());
  builder.RegisterService(samplers_.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kShortestPingMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Nobody else may open the socket, not even for the moment before a chmod.
  const mode_t mask = umask(0077);
  server_ = builder.BuildAndStart();
  umask(mask);
  if (server_ == nullptr) {
    return Unavailable(
        "cannot listen on {}; is the address in use{}?", fmt::join(options_.listen, ", "),
        options_.access.tls_key.empty() ? "" : ", or are certificate and key not a pair");
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string& address = options_.listen[i];
    addresses_.push_back(
        address.starts_with("unix:")
            ? address
            : fmt::format("{}:{}", address.substr(0, address.rfind(':')), ports[i]));
  }
  return lock_ ? lock_->Publish("unix:" + socket_path_) : absl::OkStatus();
}

Status QalamServer::StartHttp() {
  ASSIGN_OR_RETURN(
      http_, http::HttpServer::Start({.address = options_.http,
                                      .any_port_if_taken = options_.http_any_port_if_taken,
                                      .token = options_.access.token,
                                      .operator_name = options_.engine.name,
                                      .database_path = options_.database_path,
                                      .workers = options_.workers},
                                     v1::ExperimentService::NewStub(InProcessChannel()), *store_,
                                     changes_, activity_, *operator_, clock_));
  absl::MutexLock lock(&mutex_);
  http_url_ = http_->url();
  return absl::OkStatus();
}

void QalamServer::Shutdown() {
  if (server_ == nullptr) return;
  if (http_ != nullptr) http_->Stop();
  cluster_.reset();
  // First, since it answers clients that wait for a trial: the server waits for such calls.
  if (controller_ != nullptr) controller_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  if (!socket_path_.empty()) unlink(socket_path_.c_str());
  server_.reset();
  controller_.reset();
  lock_.reset();
}

}  // namespace

StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  auto server = std::make_unique<QalamServer>(options);
  RETURN_IF_ERROR(server->Begin());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace qalam
