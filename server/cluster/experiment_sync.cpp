#include "server/cluster/experiment_sync.h"

#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <optional>

#include "api/grpc_status.h"
#include "base/log.h"
#include "server/cluster/experiment_edit.h"
#include "server/cluster/experiment_object.h"
#include "server/cluster/object_status.h"

namespace qalam::cluster {

namespace {

using kubernetes::MetadataText;

// One call of the deletion waits so long for the trials to end; then others have their turn.
constexpr auto kDeletionPatience = std::chrono::milliseconds(200);
constexpr Duration kDeletionLook = absl::Milliseconds(200);
// What was refused may be right later, when another experiment is there for instance.
constexpr Duration kRefusedLook = absl::Seconds(30);

kubernetes::ObjectPath ExperimentPath(const Json& object, const std::string& subresource = "") {
  return {kExperiments, MetadataText(object, "namespace"), MetadataText(object, "name"),
          subresource};
}

v1::ExperimentName NameOf(const std::string& name_space, const std::string& name) {
  v1::ExperimentName message;
  message.set_namespace_(name_space);
  message.set_name(name);
  return message;
}

StatusOr<std::optional<ExperimentRecord>> FindRecord(Store& store, const ExperimentKey& key) {
  ASSIGN_OR_RETURN(auto found,
                   store.ListExperiments({.name_space = key.first, .name = key.second}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// All of them, a line each.
std::string FaultText(const v1::ValidateDocumentReply& reply) {
  std::string text;
  for (const auto& fault : reply.faults()) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", fault.field(), fault.message());
  }
  return text;
}

// Whether the same document would be refused again.
bool IsRefusal(StatusCode code) {
  return code == StatusCode::kInvalidArgument || code == StatusCode::kFailedPrecondition ||
         code == StatusCode::kNotFound || code == StatusCode::kAlreadyExists ||
         code == StatusCode::kOutOfRange || code == StatusCode::kUnimplemented;
}

}  // namespace

ExperimentSync::Outcome ExperimentSync::Reconcile(const ExperimentKey& key) {
  const auto record = FindRecord(store_, key);
  if (!record.ok()) return {record.status()};
  const auto object = client_.Get({kExperiments, key.first, key.second, ""}, &cancellation_);
  if (object.status().code() == StatusCode::kNotFound) {
    // It was there, and went although its finalizer should have held it.
    if (*record && !OriginOf(**record).empty()) {
      Outcome removed = Remove(**record);
      removed.gone = removed.status.ok() && removed.again == absl::InfiniteDuration();
      return removed;
    }
    return {.gone = true};
  }
  if (!object.ok()) return {object.status()};
  const std::string uid = MetadataText(*object, "uid");
  const bool is_its_own = *record && OriginOf(**record) == uid;
  if (IsBeingDeleted(*object)) {
    if (!is_its_own) return LetGo(*object);
    Outcome removed = Remove(**record);
    return removed.status.ok() && removed.again == absl::InfiniteDuration() ? LetGo(*object)
                                                                            : removed;
  }
  if (is_its_own) return Show(*object, **record);
  if (!*record) return TakeUp(*object, DocumentOf(*object));
  if (OriginOf(**record).empty()) {
    return Refuse(*object, kInvalidReason,
                  fmt::format("Qalam has an experiment {} in the namespace {} that did not come "
                              "from this object; give this one another name, or delete that one",
                              key.second, key.first));
  }
  // Of an object of the same name before, which went without Qalam's leave.
  Outcome removed = Remove(**record);
  if (removed.status.ok() && removed.again == absl::InfiniteDuration()) {
    removed.again = absl::ZeroDuration();
  }
  return removed;
}

ExperimentSync::Outcome ExperimentSync::TakeUp(const Json& object, const std::string& document) {
  const Json status = object.value("status", Json::object());
  std::string reason;
  const bool was_refused = HasCondition(status, "Failed", &reason) && reason == kInvalidReason;
  const bool has_history = status.contains("conditions") && !status["conditions"].empty();
  if (has_history && !was_refused) {
    // It has begun once, and is not begun twice.
    if (!HasFinalizer(object)) {
      Logger("cluster").Warn("an object with a status of another controller is left alone",
                             {{"namespace", MetadataText(object, "namespace")},
                              {"experiment", MetadataText(object, "name")}});
      return {};
    }
    if (HasCondition(status, "Succeeded") || HasCondition(status, "Failed")) return {};
    return Refuse(object, kLostReason,
                  "Qalam's database has this experiment no more; to run it anew, delete the object "
                  "and create it again");
  }
  grpc::ClientContext validation;
  v1::ValidateDocumentRequest validate;
  validate.set_document(document);
  validate.set_source_name("object");
  v1::ValidateDocumentReply validated;
  if (const auto called = service_.ValidateDocument(&validation, validate, &validated);
      !called.ok()) {
    return {FromGrpc(called)};
  }
  if (!validated.faults().empty()) return Refuse(object, kInvalidReason, FaultText(validated));
  if (!HasFinalizer(object)) {
    const auto held =
        client_.MergePatch(ExperimentPath(object), FinalizerPatch(object, true), &cancellation_);
    if (!held.ok()) return {held.status()};
  }
  grpc::ClientContext creation;
  v1::CreateExperimentsRequest create;
  create.set_document(document);
  create.set_source_name("object");
  v1::CreateExperimentsReply created;
  const Status status_of_creation =
      FromGrpc(service_.CreateExperiments(&creation, create, &created));
  if (IsRefusal(status_of_creation.code())) {
    return Refuse(object, kInvalidReason, Message(status_of_creation));
  }
  if (!status_of_creation.ok()) return {status_of_creation};
  return {.again = absl::ZeroDuration(), .experiment_uid = created.experiments(0).uid()};
}

StatusOr<std::vector<v1::Trial>> ExperimentSync::ListTrials(const v1::ExperimentName& name) {
  constexpr int kPage = 10000;
  std::vector<v1::Trial> trials;
  v1::ListTrialsRequest request;
  *request.mutable_experiment() = name;
  request.set_page_size(kPage);
  do {
    grpc::ClientContext context;
    v1::ListTrialsReply reply;
    RETURN_IF_ERROR(FromGrpc(service_.ListTrials(&context, request, &reply)));
    for (auto& trial : *reply.mutable_trials()) trials.push_back(std::move(trial));
    request.set_page_token(reply.next_page_token());
  } while (!request.page_token().empty());
  return trials;
}

// What people should know of it; "" when all is as the object says.
StatusOr<std::string> ExperimentSync::ApplyEdit(const std::string& document,
                                                const ExperimentRecord& experiment) {
  ObjectEdit edit = EditOf(document, experiment);
  if (!edit.budget) return edit.refused;
  grpc::ClientContext context;
  v1::Experiment edited;
  const Status status = FromGrpc(service_.EditBudget(&context, *edit.budget, &edited));
  if (status.ok()) return edit.refused;
  if (!IsRefusal(status.code())) return status;
  return fmt::format("{}{}{}", Message(status), edit.refused.empty() ? "" : "; ", edit.refused);
}

ExperimentSync::Outcome ExperimentSync::Show(const Json& object,
                                             const ExperimentRecord& experiment) {
  Outcome outcome{.experiment_uid = experiment.uid};
  outcome.status = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::string note, ApplyEdit(DocumentOf(object), experiment));
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    *request.mutable_experiment() = NameOf(experiment.name_space, experiment.name);
    v1::Experiment message;
    RETURN_IF_ERROR(FromGrpc(service_.GetExperiment(&context, request, &message)));
    ASSIGN_OR_RETURN(const auto trials, ListTrials(request.experiment()));
    auto& objects = trials_.try_emplace(MetadataText(object, "uid"), client_).first->second;
    RETURN_IF_ERROR(objects.Show(object, message.objective_metric(), trials, cancellation_));
    // Nothing changes any more, as a rule.
    if (IsTerminal(experiment.state)) trials_.erase(MetadataText(object, "uid"));
    return WriteStatus(object, ExperimentStatus(message, trials, note));
  }();
  return outcome;
}

ExperimentSync::Outcome ExperimentSync::Remove(const ExperimentRecord& experiment) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeletionPatience);
  v1::DeleteExperimentReply reply;
  const Status status = FromGrpc(
      service_.DeleteExperiment(&context, NameOf(experiment.name_space, experiment.name), &reply));
  if (status.ok() || status.code() == StatusCode::kNotFound) return {};
  if (status.code() == StatusCode::kDeadlineExceeded) {
    return {.again = kDeletionLook, .experiment_uid = experiment.uid};
  }
  return {status};
}

ExperimentSync::Outcome ExperimentSync::LetGo(const Json& object) {
  trials_.erase(MetadataText(object, "uid"));
  if (!HasFinalizer(object)) return {};
  return {client_.MergePatch(ExperimentPath(object), FinalizerPatch(object, false), &cancellation_)
              .status()};
}

ExperimentSync::Outcome ExperimentSync::Refuse(const Json& object, const std::string& reason,
                                               const std::string& message) {
  const Json earlier = object.value("status", Json::object());
  return {.status = WriteStatus(object, FailedStatus(earlier, reason, message, absl::Now())),
          .again = kRefusedLook};
}

Status ExperimentSync::WriteStatus(const Json& object, const Json& status) {
  const Json patch = StatusPatch(object.value("status", Json::object()), status, absl::Now());
  if (patch.is_null()) return absl::OkStatus();
  const auto written = client_.MergePatch(ExperimentPath(object, "status"), patch, &cancellation_);
  // It is gone meanwhile, which is heard of by other ways.
  return written.status().code() == StatusCode::kNotFound ? absl::OkStatus() : written.status();
}

}  // namespace qalam::cluster
