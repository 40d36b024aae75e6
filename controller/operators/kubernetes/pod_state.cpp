#include "controller/operators/kubernetes/pod_state.h"

#include <algorithm>

#include "controller/kubernetes/object.h"

namespace qalam {

namespace {

using kubernetes::MetadataEntry;
using kubernetes::MetadataText;

constexpr char kReplicaType[] = "training.kubeflow.org/replica-type";
constexpr char kReplicaIndex[] = "training.kubeflow.org/replica-index";

const Json& MemberOf(const Json& object, const char* field) {
  static const Json none;
  const auto entry = object.is_object() ? object.find(field) : object.end();
  return object.is_object() && entry != object.end() ? *entry : none;
}

std::string WordOf(const Json& object, const char* field) {
  const Json& value = MemberOf(object, field);
  return value.is_string() ? value.get<std::string>() : "";
}

int NumberAt(const Json& object, const char* field) {
  const Json& value = MemberOf(object, field);
  return value.is_number_integer() ? value.get<int>() : 0;
}

const Json& ContainerStatus(const Json& status, const std::string& container) {
  const Json& statuses = MemberOf(status, "containerStatuses");
  static const Json none;
  if (!statuses.is_array() || statuses.empty()) return none;
  for (const Json& one : statuses) {
    if (WordOf(one, "name") == container) return one;
  }
  return container.empty() || statuses.size() == 1 ? statuses[0] : none;
}

void ReadContainer(const Json& container, PodState& state) {
  const Json& now = MemberOf(container, "state");
  state.restarts = NumberAt(container, "restartCount");
  const Json& ended = MemberOf(now, "terminated");
  state.has_started =
      MemberOf(now, "running").is_object() || ended.is_object() || state.restarts > 0;
  if (ended.is_object()) {
    state.has_ended = true;
    state.exit_code = NumberAt(ended, "exitCode");
    state.end_reason = WordOf(ended, "reason");
    state.end_message = WordOf(ended, "message");
    // The runtime never made it.
    if (state.end_reason == "StartError" || state.end_reason == "ContainerCannotRun") {
      state.has_started = false;
    }
  }
  const Json& waiting = MemberOf(now, "waiting");
  if (waiting.is_object()) {
    state.waiting_reason = WordOf(waiting, "reason");
    state.waiting_message = WordOf(waiting, "message");
  }
}

// One that the scheduler has found no node for, or an init container that cannot begin.
void ReadObstacles(const Json& status, PodState& state) {
  for (const Json& condition : MemberOf(status, "conditions")) {
    if (WordOf(condition, "type") == "PodScheduled" && WordOf(condition, "status") == "False") {
      state.waiting_reason = WordOf(condition, "reason");
      state.waiting_message = WordOf(condition, "message");
    }
  }
  for (const Json& container : MemberOf(status, "initContainerStatuses")) {
    const Json& waiting = MemberOf(MemberOf(container, "state"), "waiting");
    const std::string reason = WordOf(waiting, "reason");
    if (reason.empty() || reason == "PodInitializing") continue;
    state.waiting_reason = reason;
    state.waiting_message =
        fmt::format("init container {}: {}", WordOf(container, "name"), WordOf(waiting, "message"));
  }
  if (state.waiting_reason == "PodInitializing" || state.waiting_reason == "ContainerCreating") {
    state.waiting_reason.clear();
    state.waiting_message.clear();
  }
}

void ReadLoss(const Json& status, PodState& state) {
  const std::string reason = WordOf(status, "reason");
  for (const char* evicted : {"Evicted", "Preempting", "Shutdown", "NodeShutdown", "Terminated"}) {
    if (reason == evicted) state.lost_reason = "PodEvicted";
  }
  for (const char* lost : {"NodeLost", "NodeAffinity", "UnexpectedAdmissionError"}) {
    if (reason == lost) state.lost_reason = "NodeLost";
  }
  // Since 1.26 the cluster says so itself.
  for (const Json& condition : MemberOf(status, "conditions")) {
    if (WordOf(condition, "type") == "DisruptionTarget" && WordOf(condition, "status") == "True") {
      state.lost_reason = "PodEvicted";
      state.lost_message = WordOf(condition, "message");
    }
  }
  if (state.end_reason == "ContainerStatusUnknown") state.lost_reason = "NodeLost";
  if (state.lost_message.empty()) state.lost_message = WordOf(status, "message");
  if (state.lost_message.empty()) state.lost_message = state.end_message;
}

}  // namespace

PodState ReadPodState(const Json& pod, const std::string& container) {
  PodState state;
  state.uid = MetadataText(pod, "uid");
  state.name = MetadataText(pod, "name");
  state.created = MetadataText(pod, "creationTimestamp");
  state.is_being_deleted = !MetadataText(pod, "deletionTimestamp").empty();
  state.node = WordOf(MemberOf(pod, "spec"), "nodeName");
  const Json& status = MemberOf(pod, "status");
  ReadContainer(ContainerStatus(status, container), state);
  const std::string phase = WordOf(status, "phase");
  const bool is_over = phase == "Succeeded" || phase == "Failed";
  if (is_over) {
    state.has_ended = true;
  } else {
    // It may be started anew.
    const std::string policy = WordOf(MemberOf(pod, "spec"), "restartPolicy");
    const bool again = policy == "Always" || (policy == "OnFailure" && state.exit_code != 0);
    if (again) state.has_ended = false;
    ReadObstacles(status, state);
  }
  ReadLoss(status, state);
  return state;
}

const Json* ChoosePrimaryPod(const std::vector<const Json*>& pods,
                             const std::map<std::string, std::string>& labels,
                             const std::string& primary_role) {
  const Json* best = nullptr;
  const auto rank = [&](const Json& pod) {
    std::string type = MetadataEntry(pod, "labels", kReplicaType);
    std::string role = primary_role;
    for (std::string* text : {&type, &role}) {
      std::transform(text->begin(), text->end(), text->begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
    const std::string index = MetadataEntry(pod, "labels", kReplicaIndex);
    const bool is_first = index.empty() || index == "0";
    const bool is_of_role = type.empty() || role.empty() || type == role;
    return std::tuple(is_of_role, is_first, MetadataText(pod, "creationTimestamp"),
                      MetadataText(pod, "name"));
  };
  for (const Json* pod : pods) {
    const bool matches = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      return MetadataEntry(*pod, "labels", label.first) == label.second;
    });
    if (!matches) continue;
    if (best == nullptr || rank(*best) < rank(*pod)) best = pod;
  }
  return best;
}

}  // namespace qalam
