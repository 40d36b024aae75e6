#pragma once

#include <string>

#include "server/analysis/trial_table.h"

namespace qalam::http {

// Trials as comma-separated values (RFC 4180): number, name, state and times, then a column for
// each objective, parameter, metric (its last value) and label. What is not there is empty.
std::string CsvHeader(const TrialColumns& columns);
void AppendCsvRow(const TrialColumns& columns, size_t row, std::string& text);

}  // namespace qalam::http
