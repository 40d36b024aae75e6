#include "server/experiment_service.h"

#include <absl/time/clock.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/random.h"
#include "base/uid.h"
#include "controller/experiment_run.h"
#include "server/best_trials.h"
#include "server/client_trials.h"
#include "server/experiment_edits.h"
#include "server/experiment_list.h"
#include "server/find.h"
#include "server/messages.h"
#include "server/metrics.h"
#include "server/room_check.h"
#include "server/unary_reactor.h"
#include "server/warm_start.h"
#include "suggestion/early_stopping/stopping_registry.h"
#include "suggestion/registry.h"

#ifndef QALAM_VERSION
#define QALAM_VERSION "unknown"
#endif

namespace qalam {

namespace {

int PageSize(int asked, int usual, int most) { return asked <= 0 ? usual : std::min(asked, most); }

// Calls that wait for the controller hold no thread while they do.
using Service = v1::ExperimentService::WithCallbackMethod_AskTrials<
    v1::ExperimentService::WithCallbackMethod_TellTrial<
        v1::ExperimentService::WithCallbackMethod_TellTrials<
            v1::ExperimentService::WithCallbackMethod_RenewLeases<
                v1::ExperimentService::WithCallbackMethod_AddTrial<
                    v1::ExperimentService::Service>>>>>;

class ExperimentService final : public Service {
 public:
  ExperimentService(Store& store, TrialOperator* trial_operator, const Clock& clock,
                    ChangeLog& changes, Controller* controller, ExperimentServiceOptions options)
      : store_(store),
        operator_(trial_operator),
        clock_(clock),
        changes_(changes),
        controller_(controller),
        options_(std::move(options)),
        clients_(store, controller, clock, documents_) {}

  grpc::Status CreateExperiments(grpc::ServerContext* context,
                                 const v1::CreateExperimentsRequest* request,
                                 v1::CreateExperimentsReply* reply) override {
    return ToGrpc(Create(*request, *reply));
  }
  grpc::Status ValidateDocument(grpc::ServerContext* context,
                                const v1::ValidateDocumentRequest* request,
                                v1::ValidateDocumentReply* reply) override;
  grpc::Status GetExperiment(grpc::ServerContext* context, const v1::GetExperimentRequest* request,
                             v1::Experiment* reply) override {
    return ToGrpc(Get(*request, *reply));
  }
  grpc::Status ListExperiments(grpc::ServerContext* context,
                               const v1::ListExperimentsRequest* request,
                               v1::ListExperimentsReply* reply) override {
    return ToGrpc(ListExperimentPage(store_, documents_, *request, *reply));
  }
  grpc::Status WatchExperiment(grpc::ServerContext* context,
                               const v1::GetExperimentRequest* request,
                               grpc::ServerWriter<v1::Experiment>* writer) override {
    return ToGrpc(Follow(*context, request->experiment(), *writer));
  }
  grpc::Status EditBudget(grpc::ServerContext* context, const v1::EditBudgetRequest* request,
                          v1::Experiment* reply) override {
    return ToGrpc(Edit(request->experiment(), request->expected_version(), *reply,
                       [&](const TrialCounts& counts, ExperimentRecord& record) {
                         return ApplyBudget(*request, counts, record);
                       }));
  }
  grpc::Status StopExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                              v1::Experiment* reply) override {
    return ToGrpc(Edit(*request, 0, *reply, [](const TrialCounts&, ExperimentRecord& record) {
      return ApplyStop(record);
    }));
  }
  grpc::Status PauseExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                               v1::Experiment* reply) override {
    return ToGrpc(Edit(*request, 0, *reply, [](const TrialCounts&, ExperimentRecord& record) {
      return ApplyPause(record);
    }));
  }
  grpc::Status ResumeExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                                v1::Experiment* reply) override {
    return ToGrpc(Edit(*request, 0, *reply, ApplyResume));
  }
  grpc::Status DeleteExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                                v1::DeleteExperimentReply* reply) override {
    return ToGrpc(Delete(*context, *request));
  }
  grpc::Status GetTrial(grpc::ServerContext* context, const v1::TrialName* request,
                        v1::Trial* reply) override {
    const auto found = FindTrial(store_, *request);
    if (found.ok()) *reply = ToMessage(found->trial, found->experiment);
    return ToGrpc(found.status());
  }
  grpc::Status ListTrials(grpc::ServerContext* context, const v1::ListTrialsRequest* request,
                          v1::ListTrialsReply* reply) override {
    return ToGrpc(ListTrialPage(*request, *reply));
  }
  grpc::Status ListEvents(grpc::ServerContext* context, const v1::ListEventsRequest* request,
                          v1::ListEventsReply* reply) override {
    return ToGrpc(ListEventPage(*request, *reply));
  }
  grpc::Status ReportMetrics(grpc::ServerContext* context, const v1::ReportMetricsRequest* request,
                             v1::ReportMetricsReply* reply) override {
    return ToGrpc(Report(*request, *reply));
  }
  grpc::Status ReadMetrics(grpc::ServerContext* context, const v1::ReadMetricsRequest* request,
                           v1::ReadMetricsReply* reply) override {
    return ToGrpc(qalam::ReadMetrics(store_, *request, *reply));
  }
  grpc::Status ReadLogs(grpc::ServerContext* context, const v1::ReadLogsRequest* request,
                        grpc::ServerWriter<v1::LogChunk>* writer) override {
    return ToGrpc(Logs(*context, *request, *writer));
  }
  grpc::Status ListAlgorithms(grpc::ServerContext* context,
                              const v1::ListAlgorithmsRequest* request,
                              v1::ListAlgorithmsReply* reply) override;
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest* request,
                             v1::ServerInfo* reply) override {
    reply->set_version(QALAM_VERSION);
    reply->set_database(options_.database);
    reply->set_runs_trials(options_.runs_trials);
    if (options_.web_url) reply->set_web_url(options_.web_url());
    reply->set_api_version(kApiVersion);
    reply->set_api_revision(kApiRevision);
    return grpc::Status::OK;
  }

  grpc::ServerUnaryReactor* AskTrials(grpc::CallbackServerContext* context,
                                      const v1::AskTrialsRequest* request,
                                      v1::AskTrialsReply* reply) override {
    return Answer([&](const auto& done) { return clients_.Ask(*request, *reply, done); });
  }
  grpc::ServerUnaryReactor* TellTrial(grpc::CallbackServerContext* context,
                                      const v1::TellTrialRequest* request,
                                      v1::Trial* reply) override {
    return Answer([&](const auto& done) { clients_.Tell(*request, *reply, done); });
  }
  grpc::ServerUnaryReactor* TellTrials(grpc::CallbackServerContext* context,
                                       const v1::TellTrialsRequest* request,
                                       v1::TellTrialsReply* reply) override {
    return Answer([&](const auto& done) { clients_.TellMany(*request, *reply, done); });
  }
  grpc::ServerUnaryReactor* RenewLeases(grpc::CallbackServerContext* context,
                                        const v1::RenewLeasesRequest* request,
                                        v1::RenewLeasesReply* reply) override {
    return Answer([&](const auto& done) { clients_.Renew(*request, *reply, done); });
  }
  grpc::ServerUnaryReactor* AddTrial(grpc::CallbackServerContext* context,
                                     const v1::AddTrialRequest* request,
                                     v1::Trial* reply) override {
    return Answer([&](const auto& done) { clients_.Add(*request, *reply, done); });
  }

 private:
  Status Create(const v1::CreateExperimentsRequest& request, v1::CreateExperimentsReply& reply);
  Status Get(const v1::GetExperimentRequest& request, v1::Experiment& reply);
  Status Follow(grpc::ServerContext& context, const v1::ExperimentName& name,
                grpc::ServerWriter<v1::Experiment>& writer);
  template <typename Change>
  Status Edit(const v1::ExperimentName& name, int64_t expected_version, v1::Experiment& reply,
              Change change);
  Status Delete(grpc::ServerContext& context, const v1::ExperimentName& name);
  Status ListTrialPage(const v1::ListTrialsRequest& request, v1::ListTrialsReply& reply);
  Status ListEventPage(const v1::ListEventsRequest& request, v1::ListEventsReply& reply);
  Status Report(const v1::ReportMetricsRequest& request, v1::ReportMetricsReply& reply);
  Status Logs(grpc::ServerContext& context, const v1::ReadLogsRequest& request,
              grpc::ServerWriter<v1::LogChunk>& writer);
  ExperimentRecord NewRecord(ExperimentDocument document);
  void Announce(const std::string& uid) {
    if (controller_ != nullptr) controller_->Enqueue(uid);
  }

  Store& store_;
  TrialOperator* const operator_;
  const Clock& clock_;
  ChangeLog& changes_;
  Controller* const controller_;
  const ExperimentServiceOptions options_;
  DocumentCache documents_;
  ClientTrials clients_;
};

// All faults of the document, also those of what the engine cannot run. `trial_operator` may be
// null.
std::vector<Fault> Faults(const std::string& text, const std::string& source,
                          TrialOperator* trial_operator, ParseResult& parsed) {
  parsed = ParseDocuments(text, source.empty() ? "document" : source, RegisteredAlgorithms());
  std::vector<Fault> faults = parsed.faults;
  for (const auto& document : parsed.documents) {
    auto found = CheckAlgorithm(document, RegisteredAlgorithms());
    const auto of_engine = trial_operator != nullptr ? trial_operator->CheckTrials(document.spec)
                                                     : CheckLocalTrials(document.spec);
    found.insert(found.end(), of_engine.begin(), of_engine.end());
    for (auto& fault : found) {
      fault.source = source.empty() ? "document" : source;
      faults.push_back(std::move(fault));
    }
  }
  return faults;
}

// A line each, as far as the trailers of a gRPC call hold them: 8 KiB in all, where some bytes take
// three. ValidateDocument gives every one.
std::string Listed(const std::vector<Fault>& faults) {
  constexpr size_t kLongest = 2500;
  std::string text;
  for (size_t i = 0; i < faults.size(); ++i) {
    const std::string line = faults[i].ToString();
    if (i > 0 && text.size() + line.size() > kLongest) {
      return text + fmt::format("\nand {} faults more: see ValidateDocument", faults.size() - i);
    }
    text += (i > 0 ? "\n" : "") + line;
  }
  return text;
}

ExperimentRecord ExperimentService::NewRecord(ExperimentDocument document) {
  ExperimentRecord record;
  record.uid = NewUid();
  if (document.metadata.name.empty()) {
    document.metadata.name = document.metadata.generate_name + record.uid.substr(0, 5);
  }
  // A chosen seed is written down, so that the run can be repeated.
  if (!document.spec.seed) document.spec.seed = StableHash(record.uid) >> 1;
  record.seed = *document.spec.seed;
  record.name_space = document.metadata.name_space;
  record.name = document.metadata.name;
  record.document_json = ToJson(document).dump();
  record.reason = "Created";
  record.message = "it waits for the controller";
  record.work_dir = options_.work_root + "/" + record.uid;
  record.created = clock_.Now();
  return record;
}

Status ExperimentService::Create(const v1::CreateExperimentsRequest& request,
                                 v1::CreateExperimentsReply& reply) {
  ParseResult parsed;
  const auto faults = Faults(request.document(), request.source_name(), operator_, parsed);
  if (!faults.empty()) return InvalidArgument("{}", Listed(faults));
  if (controller_ != nullptr) {
    RETURN_IF_ERROR(CheckRoomForTrials(*operator_, parsed.documents));
  }
  WriteBatch batch;
  for (auto& document : parsed.documents) {
    RETURN_IF_ERROR(TakeWarmStart(store_, document));
    batch.create_experiments.push_back(NewRecord(std::move(document)));
    const auto& record = batch.create_experiments.back();
    batch.append_events.push_back({.experiment_uid = record.uid,
                                   .time = record.created,
                                   .reason = "Created",
                                   .message = "it was submitted"});
  }
  RETURN_IF_ERROR(store_.Commit(batch));
  for (auto& record : batch.create_experiments) {
    record.version = 1;
    Announce(record.uid);
    ASSIGN_OR_RETURN(*reply.add_experiments(), ToMessage(store_, documents_, record, false));
  }
  return absl::OkStatus();
}

grpc::Status ExperimentService::ValidateDocument(grpc::ServerContext* context,
                                                 const v1::ValidateDocumentRequest* request,
                                                 v1::ValidateDocumentReply* reply) {
  ParseResult parsed;
  for (const auto& fault : Faults(request->document(), request->source_name(), operator_, parsed)) {
    auto* message = reply->add_faults();
    message->set_source(fault.source);
    message->set_line(fault.line);
    message->set_column(fault.column);
    message->set_field(fault.field);
    message->set_message(fault.message);
  }
  for (const auto& document : parsed.documents) {
    auto* name = reply->add_experiments();
    name->set_namespace_(document.metadata.name_space);
    name->set_name(document.metadata.name);
  }
  return grpc::Status::OK;
}

Status ExperimentService::Get(const v1::GetExperimentRequest& request, v1::Experiment& reply) {
  ASSIGN_OR_RETURN(const auto record, FindExperiment(store_, request.experiment()));
  ASSIGN_OR_RETURN(reply, ToMessage(store_, documents_, record, true));
  return request.with_best_trials() ? AddBestTrials(store_, record, reply) : absl::OkStatus();
}

Status ExperimentService::Follow(grpc::ServerContext& context, const v1::ExperimentName& name,
                                 grpc::ServerWriter<v1::Experiment>& writer) {
  ASSIGN_OR_RETURN(auto record, FindExperiment(store_, name));
  // Often enough for a person, seldom enough that a thousand trials a second do not cost a message
  // each.
  constexpr Duration kLeastPause = absl::Milliseconds(50);
  constexpr Duration kLongestWait = absl::Milliseconds(500);
  uint64_t seen = changes_.Sequence(record.uid);
  while (!context.IsCancelled()) {
    ASSIGN_OR_RETURN(const auto records, store_.ListExperiments({.uid = record.uid}));
    if (records.empty()) return NotFound("experiment {} was deleted", record.name);
    ASSIGN_OR_RETURN(const auto message, ToMessage(store_, documents_, records.front(), false));
    if (!writer.Write(message)) return absl::OkStatus();
    if (IsTerminal(records.front().state)) return absl::OkStatus();
    absl::SleepFor(kLeastPause);
    // Waits in slices, to notice a caller that has gone.
    uint64_t now = seen;
    while (now == seen && !context.IsCancelled()) {
      now = changes_.WaitPast(record.uid, seen, kLongestWait);
    }
    seen = now;
  }
  return absl::OkStatus();
}

template <typename Change>
Status ExperimentService::Edit(const v1::ExperimentName& name, int64_t expected_version,
                               v1::Experiment& reply, Change change) {
  // The controller may write in between; a few tries always find a gap.
  constexpr int kTries = 20;
  Status status;
  for (int i = 0; i < kTries; ++i) {
    ASSIGN_OR_RETURN(auto record, FindExperiment(store_, name));
    if (expected_version != 0 && record.version != expected_version) {
      return Aborted("experiment {} has changed since version {}; look again", record.name,
                     expected_version);
    }
    ASSIGN_OR_RETURN(const auto counts, store_.CountTrials(record.uid));
    RETURN_IF_ERROR(change(counts, record));
    status = store_.Commit({.update_experiments = {record}});
    if (status.code() == StatusCode::kAborted) continue;
    RETURN_IF_ERROR(status);
    Announce(record.uid);
    ++record.version;
    ASSIGN_OR_RETURN(reply, ToMessage(store_, documents_, record, true));
    return absl::OkStatus();
  }
  return status;
}

Status ExperimentService::Delete(grpc::ServerContext& context, const v1::ExperimentName& name) {
  if (controller_ == nullptr) {
    return FailedPrecondition("no controller runs here that could stop and remove {}", name.name());
  }
  v1::Experiment message;
  RETURN_IF_ERROR(Edit(name, 0, message, [](const TrialCounts&, ExperimentRecord& record) {
    record.delete_requested = true;
    return absl::OkStatus();
  }));
  const Time deadline = absl::Now() + absl::Seconds(30);
  uint64_t seen = changes_.Sequence(message.uid());
  while (absl::Now() < deadline && !context.IsCancelled()) {
    ASSIGN_OR_RETURN(const auto records, store_.ListExperiments({.uid = message.uid()}));
    if (records.empty()) return absl::OkStatus();
    seen = changes_.WaitPast(message.uid(), seen, absl::Milliseconds(500));
  }
  return DeadlineExceeded("experiment {} is being deleted; its trials have not ended yet",
                          name.name());
}

Status ExperimentService::ListTrialPage(const v1::ListTrialsRequest& request,
                                        v1::ListTrialsReply& reply) {
  ASSIGN_OR_RETURN(const auto experiment, FindExperiment(store_, request.experiment()));
  const int size = PageSize(request.page_size(), 1000, 10000);
  TrialQuery query{.experiment_uid = experiment.uid, .limit = size + 1};
  for (const int state : request.states()) {
    query.states.push_back(FromProto(static_cast<v1::TrialState>(state)));
  }
  if (!request.page_token().empty()) {
    char* end = nullptr;
    query.after_number = std::strtoll(request.page_token().c_str(), &end, 10);
    if (*end != '\0') return InvalidArgument("page_token is not one that an earlier page gave");
  }
  ASSIGN_OR_RETURN(const auto trials, store_.ListTrials(query));
  const size_t shown = std::min<size_t>(trials.size(), size);
  for (size_t i = 0; i < shown; ++i) *reply.add_trials() = ToMessage(trials[i], experiment);
  if (trials.size() > shown) {
    reply.set_next_page_token(std::to_string(trials[shown - 1].number));
  }
  return absl::OkStatus();
}

Status ExperimentService::ListEventPage(const v1::ListEventsRequest& request,
                                        v1::ListEventsReply& reply) {
  ASSIGN_OR_RETURN(const auto experiment, FindExperiment(store_, request.experiment()));
  std::string trial_uid;
  if (!request.trial().empty()) {
    const auto number = NumberOfTrial(experiment, request.trial());
    if (!number) {
      return NotFound("experiment {} has no trial {}", experiment.name, request.trial());
    }
    trial_uid = TrialUid(experiment, *number);
  }
  ASSIGN_OR_RETURN(const auto events,
                   store_.ListEvents({.experiment_uid = experiment.uid,
                                      .trial_uid = trial_uid,
                                      .after_sequence = request.after_sequence(),
                                      .limit = PageSize(request.limit(), 1000, 10000)}));
  for (const auto& event : events) {
    auto* message = reply.add_events();
    message->set_sequence(event.sequence);
    *message->mutable_time() = ToProto(event.time);
    message->set_trial(event.trial_uid);
    message->set_trial_name(NameOfTrial(experiment, event.trial_uid));
    message->set_reason(event.reason);
    message->set_message(event.message);
  }
  return absl::OkStatus();
}

Status ExperimentService::Report(const v1::ReportMetricsRequest& request,
                                 v1::ReportMetricsReply& reply) {
  ASSIGN_OR_RETURN(auto heard, qalam::ReportMetrics(store_, clock_.Now(), request, reply));
  for (auto& trial : heard) {
    if (!trial.lease.empty()) clients_.Heard(trial);
    if (controller_ != nullptr) {
      controller_->Reported(trial.experiment_uid, {trial.trial_uid, std::move(trial.points)});
    }
  }
  return absl::OkStatus();
}

Status ExperimentService::Logs(grpc::ServerContext& context, const v1::ReadLogsRequest& request,
                               grpc::ServerWriter<v1::LogChunk>& writer) {
  if (operator_ == nullptr) return FailedPrecondition("no operator runs here that has the logs");
  if (request.offset() < 0) return InvalidArgument("offset should not be below 0");
  auto offset = static_cast<uint64_t>(request.offset());
  while (!context.IsCancelled()) {
    // Asked before the log is read: what a trial wrote before its end is then all there.
    ASSIGN_OR_RETURN(const auto found, FindTrial(store_, request.trial()));
    const std::string handle = found.trial.handle.empty()
                                   ? found.experiment.work_dir + "/" + found.trial.name
                                   : found.trial.handle;
    while (true) {
      ASSIGN_OR_RETURN(const auto chunk, operator_->ReadLog(handle, offset));
      if (chunk.data.empty()) break;
      v1::LogChunk message;
      message.set_offset(static_cast<int64_t>(offset));
      message.set_data(chunk.data);
      if (!writer.Write(message)) return absl::OkStatus();
      offset = chunk.next_offset;
    }
    if (offset == static_cast<uint64_t>(request.offset())) RETURN_IF_ERROR(CheckOutputKept(found));
    if (!request.follow() || IsTerminal(found.trial.state)) return absl::OkStatus();
    absl::SleepFor(absl::Milliseconds(100));
  }
  return absl::OkStatus();
}

// Entries of either registry: AlgorithmEntry or StoppingEntry.
template <typename Entry>
void FillAlgorithm(const Entry& entry, v1::Algorithm& algorithm) {
  constexpr const char* kTypes[] = {"int", "double", "bool", "string", "choice"};
  algorithm.set_name(entry.name);
  algorithm.set_summary(entry.summary);
  algorithm.set_citation(entry.citation);
  for (const auto& schema : entry.settings) {
    auto* setting = algorithm.add_settings();
    setting->set_name(schema.name);
    setting->set_type(kTypes[static_cast<int>(schema.type)]);
    setting->set_default_(schema.default_value);
    setting->set_allowed(schema.Allowed());
    setting->set_help(schema.help);
  }
}

grpc::Status ExperimentService::ListAlgorithms(grpc::ServerContext* context,
                                               const v1::ListAlgorithmsRequest* request,
                                               v1::ListAlgorithmsReply* reply) {
  for (const auto& entry : AlgorithmRegistry()) FillAlgorithm(entry, *reply->add_algorithms());
  for (const auto& entry : StoppingRegistry()) FillAlgorithm(entry, *reply->add_stopping_rules());
  return grpc::Status::OK;
}

}  // namespace

std::unique_ptr<grpc::Service> MakeExperimentService(Store& store, TrialOperator* trial_operator,
                                                     const Clock& clock, ChangeLog& changes,
                                                     Controller* controller,
                                                     ExperimentServiceOptions options) {
  return std::make_unique<ExperimentService>(store, trial_operator, clock, changes, controller,
                                             std::move(options));
}

}  // namespace qalam
