// What a trial can be sorted and filtered by.
#pragma once

#include <string>
#include <vector>

#include "server/analysis/trial_table.h"

namespace qalam {

struct TrialField {
  enum class Kind {
    kNumber,
    kState,
    kObjective,  // the main one
    kDuration,   // seconds from start to end; none before the end
    kCreated,    // this and the following two: seconds since 1970
    kStarted,
    kCompleted,
    kNumberParameter,
    kWordParameter,
    kMetric,  // the value that the objective's strategy for it picks, else the latest
  };
  Kind kind = Kind::kNumber;
  size_t column = 0;  // of the three last ones

  bool is_text() const { return kind == Kind::kState || kind == Kind::kWordParameter; }
};

// The words number, state, objective, duration, created, started and completed, then parameters,
// then metrics; `only_names` passes the words over. INVALID_ARGUMENT, with a guess at what was
// meant, for another name.
StatusOr<TrialField> FindTrialField(const TrialColumns& columns, const std::string& name,
                                    bool only_names);

// The value of a field in a row; NaN when there is none. A text counts as the number that it spells
// whole, if it does.
double FieldNumber(const TrialColumns& columns, const TrialField& field, size_t row);
// Of a field that is_text(); null when there is none.
const std::string* FieldText(const TrialColumns& columns, const TrialField& field, size_t row);

}  // namespace qalam
