#include "api/trial_conditions.h"

#include "api/distributed_job.h"

namespace qalam {

namespace {

constexpr char kJobSucceeded[] = "status.conditions.#(type==\"Complete\")#|#(status==\"True\")#";
constexpr char kKubeflowSucceeded[] =
    "status.conditions.#(type==\"Succeeded\")#|#(status==\"True\")#";
// A Job that is about to fail has FailureTarget first, which is another type.
constexpr char kFailed[] = "status.conditions.#(type==\"Failed\")#|#(status==\"True\")#";

std::string TextOf(const Json& object, const char* field) {
  const auto entry = object.is_object() ? object.find(field) : object.end();
  return entry != object.end() && entry->is_string() ? entry->get<std::string>() : "";
}

// What it finds, where that counts as met.
std::optional<Json> Met(const GjsonPath& path, const Json& object) {
  auto found = path.Find(object);
  if (!found || found->is_null() || (found->is_array() && found->empty())) return std::nullopt;
  return found->is_array() ? found->front() : *std::move(found);
}

}  // namespace

std::optional<ConditionTexts> DefaultConditions(const Json& manifest) {
  if (FindDistributedKind(manifest) != nullptr) return ConditionTexts{kKubeflowSucceeded, kFailed};
  if (TextOf(manifest, "kind") == "Job" && TextOf(manifest, "apiVersion") == "batch/v1") {
    return ConditionTexts{kJobSucceeded, kFailed};
  }
  return std::nullopt;
}

StatusOr<TrialConditions> TrialConditions::Make(const Json& manifest, const ConditionTexts& given) {
  ConditionTexts texts = DefaultConditions(manifest).value_or(ConditionTexts{});
  if (!given.success.empty()) texts.success = given.success;
  if (!given.failure.empty()) texts.failure = given.failure;
  const auto parse = [](const std::string& text, const char* field) -> StatusOr<GjsonPath> {
    if (text.empty()) {
      return InvalidArgument("{}: missing; this kind has none of its own, e.g. {}", field, kFailed);
    }
    auto path = GjsonPath::Parse(text);
    if (!path.ok()) return WithContext(path.status(), field);
    return path;
  };
  ASSIGN_OR_RETURN(auto success, parse(texts.success, "successCondition"));
  ASSIGN_OR_RETURN(auto failure, parse(texts.failure, "failureCondition"));
  return TrialConditions(std::move(success), std::move(failure));
}

Judgement TrialConditions::Judge(const Json& object) const {
  for (const auto& [path, verdict] :
       {std::pair{&failure_, Verdict::kFailed}, std::pair{&success_, Verdict::kSucceeded}}) {
    if (const auto found = Met(*path, object)) {
      return {verdict, TextOf(*found, "reason"), TextOf(*found, "message")};
    }
  }
  return {};
}

}  // namespace qalam
