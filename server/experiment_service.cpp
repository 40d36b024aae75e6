#include "server/experiment_service.h"

#include <absl/time/clock.h>

#include <algorithm>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "controller/experiment_run.h"
#include "controller/experiment_trace.h"
#include "server/algorithm_list.h"
#include "server/best_trials.h"
#include "server/client_call_router.h"
#include "server/client_trials.h"
#include "server/experiment_edits.h"
#include "server/experiment_list.h"
#include "server/find.h"
#include "server/identity/call_guard.h"
#include "server/messages.h"
#include "server/metrics.h"
#include "server/new_experiments.h"
#include "server/room_check.h"
#include "server/stream_limit.h"
#include "server/trace_of_call.h"
#include "server/unary_reactor.h"
#include "server/warm_start.h"

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
                    ChangeLog& changes, Controller* controller, Authority& authority,
                    ExperimentServiceOptions options)
      : store_(store),
        operator_(trial_operator),
        clock_(clock),
        changes_(changes),
        controller_(controller),
        options_(std::move(options)),
        guard_(authority, v1::ExperimentService::service_full_name()),
        clients_(store, controller, clock, documents_),
        router_(clients_, options_.peers) {}

  grpc::Status CreateExperiments(grpc::ServerContext* context,
                                 const v1::CreateExperimentsRequest* request,
                                 v1::CreateExperimentsReply* reply) override {
    return guard_.Run(*context, "CreateExperiments", *request, [&](GuardedCall& call) {
      return Create(call, TraceOfCall(context->client_metadata()), *request, *reply);
    });
  }
  grpc::Status ValidateDocument(grpc::ServerContext* context,
                                const v1::ValidateDocumentRequest* request,
                                v1::ValidateDocumentReply* reply) override {
    return guard_.Run(*context, "ValidateDocument", *request,
                      [&](GuardedCall&) { return Validate(*request, *reply); });
  }
  grpc::Status GetExperiment(grpc::ServerContext* context, const v1::GetExperimentRequest* request,
                             v1::Experiment* reply) override {
    return guard_.Run(*context, "GetExperiment", *request,
                      [&](GuardedCall&) { return Get(*request, *reply); });
  }
  grpc::Status ListExperiments(grpc::ServerContext* context,
                               const v1::ListExperimentsRequest* request,
                               v1::ListExperimentsReply* reply) override {
    return guard_.Run(*context, "ListExperiments", *request, [&](GuardedCall& call) {
      return ListExperimentPage(store_, documents_, call.identity(), *request, *reply);
    });
  }
  grpc::Status WatchExperiment(grpc::ServerContext* context,
                               const v1::GetExperimentRequest* request,
                               grpc::ServerWriter<v1::Experiment>* writer) override {
    return guard_.Run(*context, "WatchExperiment", *request, [&](GuardedCall& call) -> Status {
      ASSIGN_OR_RETURN(const auto place, streams_.Begin());
      return Follow(*context, call, request->experiment(), *writer);
    });
  }
  grpc::Status EditBudget(grpc::ServerContext* context, const v1::EditBudgetRequest* request,
                          v1::Experiment* reply) override {
    return guard_.Run(*context, "EditBudget", *request, [&](GuardedCall&) {
      return Edit(request->experiment(), request->expected_version(), *reply,
                  [&](const TrialCounts& counts, ExperimentRecord& record) {
                    return ApplyBudget(*request, counts, record);
                  });
    });
  }
  grpc::Status StopExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                              v1::Experiment* reply) override {
    return guard_.Run(*context, "StopExperiment", *request, [&](GuardedCall&) {
      return Edit(*request, 0, *reply,
                  [](const TrialCounts&, ExperimentRecord& record) { return ApplyStop(record); });
    });
  }
  grpc::Status PauseExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                               v1::Experiment* reply) override {
    return guard_.Run(*context, "PauseExperiment", *request, [&](GuardedCall&) {
      return Edit(*request, 0, *reply,
                  [](const TrialCounts&, ExperimentRecord& record) { return ApplyPause(record); });
    });
  }
  grpc::Status ResumeExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                                v1::Experiment* reply) override {
    return guard_.Run(*context, "ResumeExperiment", *request,
                      [&](GuardedCall&) { return Edit(*request, 0, *reply, ApplyResume); });
  }
  grpc::Status DeleteExperiment(grpc::ServerContext* context, const v1::ExperimentName* request,
                                v1::DeleteExperimentReply*) override {
    return guard_.Run(*context, "DeleteExperiment", *request,
                      [&](GuardedCall&) { return Delete(*context, *request); });
  }
  grpc::Status GetTrial(grpc::ServerContext* context, const v1::TrialName* request,
                        v1::Trial* reply) override {
    return guard_.Run(*context, "GetTrial", *request, [&](GuardedCall&) {
      const auto found = FindTrial(store_, *request);
      if (found.ok()) *reply = ToMessage(found->trial, found->experiment);
      return found.status();
    });
  }
  grpc::Status ListTrials(grpc::ServerContext* context, const v1::ListTrialsRequest* request,
                          v1::ListTrialsReply* reply) override {
    return guard_.Run(*context, "ListTrials", *request,
                      [&](GuardedCall&) { return ListTrialPage(*request, *reply); });
  }
  grpc::Status ListEvents(grpc::ServerContext* context, const v1::ListEventsRequest* request,
                          v1::ListEventsReply* reply) override {
    return guard_.Run(*context, "ListEvents", *request,
                      [&](GuardedCall&) { return ListEventPage(*request, *reply); });
  }
  grpc::Status ReportMetrics(grpc::ServerContext* context, const v1::ReportMetricsRequest* request,
                             v1::ReportMetricsReply* reply) override {
    return guard_.Run(*context, "ReportMetrics", *request, [&](GuardedCall&) {
      const auto passed_on = router_.Report(*context, *request, *reply);
      return passed_on ? *passed_on : Report(*request, *reply);
    });
  }
  grpc::Status ReadMetrics(grpc::ServerContext* context, const v1::ReadMetricsRequest* request,
                           v1::ReadMetricsReply* reply) override {
    return guard_.Run(*context, "ReadMetrics", *request,
                      [&](GuardedCall&) { return qalam::ReadMetrics(store_, *request, *reply); });
  }
  grpc::Status ReadLogs(grpc::ServerContext* context, const v1::ReadLogsRequest* request,
                        grpc::ServerWriter<v1::LogChunk>* writer) override {
    return guard_.Run(*context, "ReadLogs", *request, [&](GuardedCall& call) -> Status {
      ASSIGN_OR_RETURN(const auto place, streams_.Begin());
      return Logs(*context, call, *request, *writer);
    });
  }
  grpc::Status ListAlgorithms(grpc::ServerContext* context,
                              const v1::ListAlgorithmsRequest* request,
                              v1::ListAlgorithmsReply* reply) override {
    return guard_.Run(*context, "ListAlgorithms", *request, [&](GuardedCall&) {
      FillAlgorithmList(*reply);
      return absl::OkStatus();
    });
  }
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest* request,
                             v1::ServerInfo* reply) override {
    return guard_.Run(*context, "GetServerInfo", *request, [&](GuardedCall&) {
      FillServerInfo(*reply);
      return absl::OkStatus();
    });
  }

  grpc::ServerUnaryReactor* AskTrials(grpc::CallbackServerContext* context,
                                      const v1::AskTrialsRequest* request,
                                      v1::AskTrialsReply* reply) override {
    return Guarded(*context, "AskTrials", *request, [&](const auto& done, const auto& call) {
      const auto still_good = [this, asker = call.caller.identity] {
        return guard_.authority().CheckStillGood(*asker);
      };
      return router_.Ask(*context, *request, *reply, still_good, done);
    });
  }
  grpc::ServerUnaryReactor* TellTrial(grpc::CallbackServerContext* context,
                                      const v1::TellTrialRequest* request,
                                      v1::Trial* reply) override {
    return Guarded(*context, "TellTrial", *request, [&](const auto& done, const auto&) {
      router_.Tell(*context, *request, *reply, done);
    });
  }
  grpc::ServerUnaryReactor* TellTrials(grpc::CallbackServerContext* context,
                                       const v1::TellTrialsRequest* request,
                                       v1::TellTrialsReply* reply) override {
    return Guarded(*context, "TellTrials", *request, [&](const auto& done, const auto&) {
      router_.TellMany(*context, *request, *reply, done);
    });
  }
  grpc::ServerUnaryReactor* RenewLeases(grpc::CallbackServerContext* context,
                                        const v1::RenewLeasesRequest* request,
                                        v1::RenewLeasesReply* reply) override {
    return Guarded(*context, "RenewLeases", *request, [&](const auto& done, const auto&) {
      router_.Renew(*context, *request, *reply, done);
    });
  }
  grpc::ServerUnaryReactor* AddTrial(grpc::CallbackServerContext* context,
                                     const v1::AddTrialRequest* request,
                                     v1::Trial* reply) override {
    return Guarded(*context, "AddTrial", *request, [&](const auto& done, const auto&) {
      router_.Add(*context, *request, *reply, done);
    });
  }

 private:
  // Answer, for a call that the guard lets through: `begin(done, call)`.
  template <typename Request, typename Begin>
  grpc::ServerUnaryReactor* Guarded(grpc::CallbackServerContext& context, const char* method,
                                    const Request& request, const Begin& begin) {
    auto call = guard_.Begin(context, method, request);
    if (!call.ok()) return Answer([&](const auto& done) { done(call.status()); });
    return Answer([&](const std::function<void(const Status&)>& done) {
      if (!call->right->is_audited) return begin(done, *call);
      const std::function<void(const Status&)> audited =
          [this, done, call = *call](const Status& status) { done(guard_.End(call, status)); };
      return begin(audited, *call);
    });
  }
  Status Create(GuardedCall& call, const TraceContext& trace,
                const v1::CreateExperimentsRequest& request, v1::CreateExperimentsReply& reply);
  Status Validate(const v1::ValidateDocumentRequest& request, v1::ValidateDocumentReply& reply);
  void FillServerInfo(v1::ServerInfo& info) const;
  Status Get(const v1::GetExperimentRequest& request, v1::Experiment& reply);
  Status Follow(grpc::ServerContext& context, const GuardedCall& call,
                const v1::ExperimentName& name, grpc::ServerWriter<v1::Experiment>& writer);
  template <typename Change>
  Status Edit(const v1::ExperimentName& name, int64_t expected_version, v1::Experiment& reply,
              Change change);
  Status Delete(grpc::ServerContext& context, const v1::ExperimentName& name);
  Status ListTrialPage(const v1::ListTrialsRequest& request, v1::ListTrialsReply& reply);
  Status ListEventPage(const v1::ListEventsRequest& request, v1::ListEventsReply& reply);
  Status Report(const v1::ReportMetricsRequest& request, v1::ReportMetricsReply& reply);
  Status Logs(grpc::ServerContext& context, const GuardedCall& call,
              const v1::ReadLogsRequest& request, grpc::ServerWriter<v1::LogChunk>& writer);
  void Announce(const std::string& uid) {
    if (controller_ != nullptr) controller_->Enqueue(uid);
  }

  Store& store_;
  TrialOperator* const operator_;
  const Clock& clock_;
  ChangeLog& changes_;
  Controller* const controller_;
  const ExperimentServiceOptions options_;
  CallGuard guard_;
  StreamLimit streams_;
  DocumentCache documents_;
  ClientTrials clients_;
  ClientCallRouter router_;
};

Status ExperimentService::Create(GuardedCall& call, const TraceContext& trace,
                                 const v1::CreateExperimentsRequest& request,
                                 v1::CreateExperimentsReply& reply) {
  ParseResult parsed;
  const auto faults = DocumentFaults(request.document(), request.source_name(), operator_, parsed);
  if (!faults.empty()) return InvalidArgument("{}", ListedFaults(faults));
  RETURN_IF_ERROR(CheckNamespaces(parsed.documents, call));
  if (controller_ != nullptr) {
    RETURN_IF_ERROR(CheckRoomForTrials(*operator_, parsed.documents));
  }
  WriteBatch batch;
  for (auto& document : parsed.documents) {
    RETURN_IF_ERROR(TakeWarmStart(store_, document));
    SetTraceOfExperiment(trace, document);
    batch.create_experiments.push_back(
        NewExperimentRecord(std::move(document), options_.work_root, clock_.Now()));
    const auto& record = batch.create_experiments.back();
    batch.append_events.push_back({.experiment_uid = record.uid,
                                   .time = record.created,
                                   .reason = "Created",
                                   .message = "it was submitted"});
  }
  RETURN_IF_ERROR(store_.Commit(batch));
  call.object.name = batch.create_experiments.front().name;
  for (auto& record : batch.create_experiments) {
    record.version = 1;
    Announce(record.uid);
    ASSIGN_OR_RETURN(*reply.add_experiments(), ToMessage(store_, documents_, record, false));
  }
  return absl::OkStatus();
}

void ExperimentService::FillServerInfo(v1::ServerInfo& info) const {
  info.set_version(QALAM_VERSION);
  info.set_database(options_.database);
  info.set_runs_trials(options_.runs_trials);
  if (options_.web_url) info.set_web_url(options_.web_url());
  info.set_api_version(kApiVersion);
  info.set_api_revision(kApiRevision);
}

Status ExperimentService::Validate(const v1::ValidateDocumentRequest& request,
                                   v1::ValidateDocumentReply& reply) {
  ParseResult parsed;
  for (const auto& fault :
       DocumentFaults(request.document(), request.source_name(), operator_, parsed)) {
    auto* message = reply.add_faults();
    message->set_source(fault.source);
    message->set_line(fault.line);
    message->set_column(fault.column);
    message->set_field(fault.field);
    message->set_message(fault.message);
  }
  for (const auto& document : parsed.documents) {
    auto* name = reply.add_experiments();
    name->set_namespace_(document.metadata.name_space);
    name->set_name(document.metadata.name);
  }
  return absl::OkStatus();
}

Status ExperimentService::Get(const v1::GetExperimentRequest& request, v1::Experiment& reply) {
  ASSIGN_OR_RETURN(const auto record, FindExperiment(store_, request.experiment()));
  ASSIGN_OR_RETURN(reply, ToMessage(store_, documents_, record, true));
  return request.with_best_trials() ? AddBestTrials(store_, record, reply) : absl::OkStatus();
}

Status ExperimentService::Follow(grpc::ServerContext& context, const GuardedCall& call,
                                 const v1::ExperimentName& name,
                                 grpc::ServerWriter<v1::Experiment>& writer) {
  ASSIGN_OR_RETURN(auto record, FindExperiment(store_, name));
  // Often enough for a person, seldom enough that a thousand trials a second do not cost a message
  // each.
  constexpr Duration kLeastPause = absl::Milliseconds(50);
  constexpr Duration kLongestWait = absl::Milliseconds(500);
  uint64_t seen = changes_.Sequence(record.uid);
  while (!context.IsCancelled()) {
    RETURN_IF_ERROR(guard_.CheckStillAllowed(call));
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
      RETURN_IF_ERROR(guard_.CheckStillAllowed(call));
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
                                      .limit = PageSize(request.limit(), 1000, 10000),
                                      .latest = request.latest()}));
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

Status ExperimentService::Logs(grpc::ServerContext& context, const GuardedCall& call,
                               const v1::ReadLogsRequest& request,
                               grpc::ServerWriter<v1::LogChunk>& writer) {
  if (operator_ == nullptr) return FailedPrecondition("no operator runs here that has the logs");
  if (request.offset() < 0) return InvalidArgument("offset should not be below 0");
  auto offset = static_cast<uint64_t>(request.offset());
  while (!context.IsCancelled()) {
    RETURN_IF_ERROR(guard_.CheckStillAllowed(call));
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

}  // namespace

std::unique_ptr<grpc::Service> MakeExperimentService(Store& store, TrialOperator* trial_operator,
                                                     const Clock& clock, ChangeLog& changes,
                                                     Controller* controller, Authority& authority,
                                                     ExperimentServiceOptions options) {
  return std::make_unique<ExperimentService>(store, trial_operator, clock, changes, controller,
                                             authority, std::move(options));
}

}  // namespace qalam
