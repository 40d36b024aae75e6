// When the object that a trial's manifest makes has succeeded or failed: successCondition and
// failureCondition, as Katib has them.
#pragma once

#include <optional>
#include <string>

#include "api/experiment.h"
#include "api/gjson_path.h"

namespace qalam {

struct ConditionTexts {
  std::string success, failure;
};

// What Katib takes where the document says nothing: for a batch/v1 Job and for Kubeflow's kinds.
// nullopt for every other kind.
std::optional<ConditionTexts> DefaultConditions(const Json& manifest);

enum class Verdict { kOpen, kSucceeded, kFailed };

struct Judgement {
  Verdict verdict = Verdict::kOpen;
  // Of what the condition found: the reason and the message of the object's own condition.
  std::string reason, message;
};

class TrialConditions {
 public:
  // Empty texts stand for the kind's own. INVALID_ARGUMENT for a text that is no path, and for a
  // kind without conditions of its own that is given none.
  static StatusOr<TrialConditions> Make(const Json& manifest, const ConditionTexts& given);

  // A condition is met when its path finds anything but null and an empty list. The one for failure
  // comes first.
  Judgement Judge(const Json& object) const;

 private:
  TrialConditions(GjsonPath success, GjsonPath failure)
      : success_(std::move(success)), failure_(std::move(failure)) {}

  GjsonPath success_, failure_;
};

}  // namespace qalam
