#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/log.h"
#include "base/random.h"
#include "controller/clock_steps.h"
#include "controller/controller.h"
#include "db/database.h"
#include "server/access_service.h"
#include "server/cluster/cluster_experiments.h"
#include "server/cluster/experiment_object.h"
#include "server/database_lock.h"
#include "server/experiment_service.h"
#include "server/http/http_server.h"
#include "server/identity/added_metadata.h"
#include "server/identity/kubernetes_reviews.h"
#include "server/katib_trials.h"
#include "server/observed_store.h"
#include "server/public_address.h"
#include "server/shared_experiments.h"
#include "server/stream_limit.h"
#include "server/telemetry/grpc_observer.h"
#include "server/telemetry/health.h"
#include "server/telemetry/measured_operator.h"
#include "server/telemetry/measured_store.h"
#include "server/trial_environment.h"
#include "suggestion/service/suggestion_service.h"

#ifndef QALAM_VERSION
#define QALAM_VERSION "unknown"
#endif

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

// Whoever names an issuer of tokens wants tokens.
ServerOptions WithImplied(ServerOptions options) {
  if (!options.oidc.issuer.empty() || options.kubernetes_auth) options.access.require_token = true;
  return options;
}

class QalamServer final : public Server {
 public:
  explicit QalamServer(ServerOptions options) : options_(WithImplied(std::move(options))) {}
  ~QalamServer() override { Shutdown(); }

  Status Begin();
  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> caller;
    caller.push_back(
        AddedMetadata(kPassedCaller, [name = authority_->process_name()] { return name; }));
    return server_->experimental().InProcessChannelWithInterceptors(arguments, std::move(caller));
  }
  const std::vector<std::string>& addresses() const override { return addresses_; }
  std::string http_url() const override {
    absl::MutexLock lock(&mutex_);
    return http_url_;
  }
  void Shutdown() override;

 private:
  Status CheckAddresses() const;
  Status MakeAuthority();
  // Whether anybody on other machines may do everything.
  bool IsInsecure() const;
  Status MakeController();
  Status StartFrontDoor();
  Status StartHttp();
  Status FollowCluster();
  // The object in the cluster that the trial's experiment came from; null when it came otherwise.
  Json OwnerOf(const TrialJob& job);

  const ServerOptions options_;
  const SystemClock clock_;
  const MonotonicClock steady_clock_;
  ChangeLog changes_;
  Activity activity_;
  std::string shown_database_;  // without secrets
  std::function<StatusOr<int64_t>()> database_size_;
  Telemetry telemetry_;
  std::optional<DatabaseLock> lock_;
  std::string socket_path_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<SharedExperiments> sharing_;  // null: no other server has a part in them
  std::unique_ptr<AccessStore> access_store_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<TrialOperator> operator_;
  std::unique_ptr<SuggestionClient> suggestions_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<grpc::Service> experiments_, access_, db_manager_, early_stopping_, samplers_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<Health> health_;
  std::optional<HealthWatch> health_watch_;
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
  // A proxy with TLS may stand before the web UI: --insecure allows it a token in the clear.
  if (options_.http.empty() || options_.access.allow_remote) return absl::OkStatus();
  return CheckAddress(options_.http, options_.access);
}

Status QalamServer::Begin() {
  RETURN_IF_ERROR(CheckAddresses());
  ASSIGN_OR_RETURN(const auto address, DatabaseAddress::Parse(options_.database));
  shown_database_ = address.Shown();
  if (options_.run_trials && !address.IsPostgres()) {
    ASSIGN_OR_RETURN(lock_, DatabaseLock::Acquire(address.text()));
    socket_path_ = PrivateSocketPath(address.text());
  }
  ASSIGN_OR_RETURN(auto database, OpenDatabase(address));
  store_ = MakeObservedStore(MakeMeasuredStore(std::move(database.store), telemetry_), clock_,
                             changes_, activity_);
  std::string trials_socket = socket_path_;
  if (options_.run_trials && database.leases != nullptr) {
    ASSIGN_OR_RETURN(const std::string id, database.leases->DatabaseId());
    ASSIGN_OR_RETURN(const auto socket, MachineSocket::Create(id));
    socket_path_ = socket.own_path();
    trials_socket = socket.shared_path();
    sharing_ = std::make_unique<SharedExperiments>(
        std::move(database.leases), *store_, clock_, changes_, activity_, socket,
        SharedExperiments::Options{.public_address = options_.advertise.empty()
                                                         ? PublicAddress(options_.listen)
                                                         : options_.advertise,
                                   .takes_all = options_.adopt_existing,
                                   .peer_tls = options_.peer_tls,
                                   .peer_token = [this] { return authority_->PeerToken(); }});
  }
  access_store_ = std::move(database.access);
  database_size_ = std::move(database.size);
  RETURN_IF_ERROR(MakeAuthority());
  ASSIGN_OR_RETURN(const std::string collector, CollectorPath());
  OperatorSurroundings surroundings{.collector_path = collector};
  if (options_.cluster) {
    surroundings.owner = [this](const TrialJob& job) { return OwnerOf(job); };
  }
  if (options_.run_trials) {
    surroundings.server_address = "unix:" + trials_socket;
    surroundings.trial_token = [this](const std::string& uid) {
      return authority_->TrialToken(uid);
    };
    ASSIGN_OR_RETURN(surroundings.earlier_folders, ActiveTrialFolders(*store_));
  }
  ASSIGN_OR_RETURN(auto engine, MakeOperator(options_.engine, std::move(surroundings)));
  operator_ = MakeMeasuredOperator(std::move(engine), options_.engine.name, telemetry_);
  if (options_.run_trials) RETURN_IF_ERROR(MakeController());
  health_.emplace(*store_, *operator_, controller_.get(), clock_);
  RETURN_IF_ERROR(StartFrontDoor());
  if (!options_.http.empty()) RETURN_IF_ERROR(StartHttp());
  // Trials are told where HTTP is.
  if (controller_ != nullptr) RETURN_IF_ERROR(controller_->Start());
  health_watch_.emplace(*health_, [this](bool is_ready) {
    server_->GetHealthCheckService()->SetServingStatus(is_ready);
  });
  Logger("server").Info("the server has begun",
                        {{"version", QALAM_VERSION},
                         {"database", shown_database_},
                         {"grpc", fmt::format("{}", fmt::join(addresses_, " "))},
                         {"http", http_url()},
                         {"operator", options_.engine.name}});
  return options_.cluster ? FollowCluster() : absl::OkStatus();
}

Json QalamServer::OwnerOf(const TrialJob& job) {
  const auto found =
      store_->ListExperiments({.name_space = job.name_space, .name = job.experiment_name});
  if (!found.ok() || found->empty()) return nullptr;
  const std::string uid = cluster::OriginOf(found->front());
  return uid.empty() ? Json() : cluster::OwnerReference(job.experiment_name, uid);
}

bool QalamServer::IsInsecure() const {
  if (!options_.access.allow_remote || options_.access.WantsToken()) return false;
  std::vector<std::string> addresses = options_.listen;
  if (!options_.http.empty()) addresses.push_back(options_.http);
  return !std::all_of(addresses.begin(), addresses.end(), IsLoopback);
}

StatusOr<std::unique_ptr<kubernetes::Client>> ClientOf(const kubernetes::AccessChoice& choice) {
  ASSIGN_OR_RETURN(auto access, kubernetes::FindClusterAccess(
                                    choice, kubernetes::AccessEnvironment::OfProcess()));
  return kubernetes::Client::Create(std::move(access));
}

Status QalamServer::MakeAuthority() {
  const double calls = options_.access.calls_per_second;
  AuthorityOptions authority{.shared_token = options_.access.token,
                             .is_required = options_.access.WantsToken(),
                             .calls = {.per_second = calls, .burst = std::max(1.0, 2 * calls)}};
  if (!options_.oidc.issuer.empty()) {
    ASSIGN_OR_RETURN(authority.verifiers.emplace_back(),
                     oidc::MakeOidcVerifier(options_.oidc, clock_));
  }
  // Last: it takes tokens of every form.
  if (options_.kubernetes_auth) {
    ASSIGN_OR_RETURN(auto client, ClientOf(*options_.kubernetes_auth));
    authority.verifiers.push_back(MakeKubernetesVerifier(std::move(client), clock_));
  }
  authority_ = std::make_unique<Authority>(std::move(authority), *access_store_, *store_, clock_);
  return absl::OkStatus();
}

Status QalamServer::FollowCluster() {
  ASSIGN_OR_RETURN(auto client, ClientOf(options_.cluster->access));
  cluster_ = cluster::ClusterExperiments::Start(
      {.name_space = options_.cluster->name_space}, std::move(client),
      v1::ExperimentService::NewStub(InProcessChannel()), *store_, changes_);
  return absl::OkStatus();
}

Status QalamServer::MakeController() {
  ASSIGN_OR_RETURN(const auto credentials, ChannelCredentialsFor(options_.suggestion_tls));
  suggestions_ = options_.suggestion_address.empty()
                     ? std::make_unique<SuggestionClient>(*store_)
                     : std::make_unique<SuggestionClient>(
                           grpc::CreateChannel(options_.suggestion_address, credentials), *store_);
  suggestions_->OnCall([this](const std::string& algorithm, Duration took, const Status& status) {
    telemetry_.NoteSuggestion(algorithm, took, status);
  });
  controller_ = std::make_unique<Controller>(
      sharing_ != nullptr ? sharing_->fenced_store() : *store_, *operator_, *suggestions_, clock_,
      ControllerOptions{.workers = options_.workers,
                        .adopt_existing = options_.adopt_existing,
                        .steady_clock = &steady_clock_,
                        .gate = sharing_ != nullptr ? &sharing_->gate() : nullptr,
                        .trial_environment = [this](const TrialJob& job) {
                          return TrialEnvironmentOf(http_url(), options_.engine.name, job,
                                                    authority_->TrialToken(job.uid).value_or(""));
                        }});
  return absl::OkStatus();
}

Status QalamServer::StartFrontDoor() {
  if (IsInsecure()) {
    Logger("server").Error(
        "INSECURE: whoever reaches this server may do everything here, run programs on this "
        "machine "
        "included; give --token-file, --tls-certificate and --tls-key instead of --insecure",
        {{"listen", fmt::format("{}", fmt::join(options_.listen, " "))}});
  }
  std::error_code error;
  const std::string work_root = std::filesystem::absolute(options_.work_root, error).string();
  experiments_ = MakeExperimentService(
      *store_, operator_.get(), clock_, changes_, controller_.get(), *authority_,
      {.work_root = work_root,
       .database = shown_database_,
       .runs_trials = options_.run_trials,
       .web_url = [this] { return http_url(); },
       .peers = sharing_ != nullptr ? &sharing_->peers() : nullptr});
  access_ = MakeAccessService(*authority_, clock_);
  db_manager_ = MakeKatibDbManagerService(*store_, controller_.get(), *authority_);
  early_stopping_ = MakeKatibEarlyStoppingService(StoredTrials(*store_, controller_.get()));
  // For those who keep their own experiments and want to be told what to try.
  samplers_ = MakeSuggestionService();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  std::vector<int> ports(options_.listen.size(), 0);
  for (size_t i = 0; i < options_.listen.size(); ++i) {
    ASSIGN_OR_RETURN(const auto credentials,
                     ServerCredentialsFor(options_.listen[i], options_.access, *authority_));
    builder.AddListeningPort(options_.listen[i], credentials, &ports[i]);
  }
  if (!socket_path_.empty()) {
    // Left by one that was killed; the lock says that nobody uses it.
    unlink(socket_path_.c_str());
    builder.AddListeningPort("unix:" + socket_path_, grpc::InsecureServerCredentials());
  }
  builder.RegisterService(experiments_.get());
  builder.RegisterService(access_.get());
  builder.RegisterService(db_manager_.get());
  builder.RegisterService(early_stopping_.get());
  builder.RegisterService(samplers_.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // Streams leave half of the threads to other calls.
  builder.SetResourceQuota(grpc::ResourceQuota("calls").SetMaxThreads(2 * StreamLimit::kMost));
  builder.experimental().SetInterceptorCreators(GrpcObservers(telemetry_));
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
  // Others are told of this server, and get their experiments from it, once it answers.
  if (sharing_ != nullptr) return sharing_->Start(*controller_);
  return lock_ ? lock_->Publish("unix:" + socket_path_) : absl::OkStatus();
}

Status QalamServer::StartHttp() {
  ASSIGN_OR_RETURN(http_,
                   http::HttpServer::Start({.address = options_.http,
                                            .any_port_if_taken = options_.http_any_port_if_taken,
                                            .tls_certificate = options_.access.tls_certificate,
                                            .tls_key = options_.access.tls_key,
                                            .tls_client_ca = options_.access.tls_client_ca,
                                            .is_insecure = IsInsecure(),
                                            .operator_name = options_.engine.name,
                                            .database_path = shown_database_,
                                            .workers = options_.workers},
                                           v1::ExperimentService::NewStub(InProcessChannel()),
                                           {.store = *store_,
                                            .changes = changes_,
                                            .activity = activity_,
                                            .trial_operator = *operator_,
                                            .authority = *authority_,
                                            .clock = clock_,
                                            .telemetry = telemetry_,
                                            .health = *health_,
                                            .controller = controller_.get(),
                                            .database_size = database_size_}));
  absl::MutexLock lock(&mutex_);
  http_url_ = http_->url();
  return absl::OkStatus();
}

void QalamServer::Shutdown() {
  if (server_ == nullptr) return;
  health_watch_.reset();
  if (http_ != nullptr) http_->Stop();
  cluster_.reset();
  // First, since it answers clients that wait for a trial: the server waits for such calls.
  if (controller_ != nullptr) controller_->Stop();
  if (sharing_ != nullptr) sharing_->Stop();
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
