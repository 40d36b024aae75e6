#include "server/analysis/trial_field.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "api/document/names.h"

namespace qalam {

namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

using FieldKind = TrialField::Kind;
struct FieldWord {
  const char* word;
  FieldKind kind;
};
constexpr std::array<FieldWord, 7> kWords = {{{"number", FieldKind::kNumber},
                                              {"state", FieldKind::kState},
                                              {"objective", FieldKind::kObjective},
                                              {"duration", FieldKind::kDuration},
                                              {"created", FieldKind::kCreated},
                                              {"started", FieldKind::kStarted},
                                              {"completed", FieldKind::kCompleted}}};

double Seconds(Time time) {
  return time == absl::InfinitePast() ? kNoValue
                                      : static_cast<double>(absl::ToUnixMicros(time)) / 1e6;
}

double SecondsTaken(const TrialColumns& columns, size_t row) {
  const Time started = columns.started[row], completed = columns.completed[row];
  if (started == absl::InfinitePast() || completed == absl::InfinitePast()) return kNoValue;
  return absl::ToDoubleSeconds(completed - started);
}

double SpelledNumber(const std::string* text) {
  if (text == nullptr) return kNoValue;
  double value = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, value);
  return error == std::errc() && at == end ? value : kNoValue;
}

}  // namespace

StatusOr<TrialField> FindTrialField(const TrialColumns& columns, const std::string& name,
                                    bool only_names) {
  std::vector<std::string> known;
  if (!only_names) {
    for (const auto& [word, kind] : kWords) {
      if (name == word) return TrialField{kind, 0};
      known.emplace_back(word);
    }
  }
  for (const auto& place : columns.parameters) {
    known.push_back(place.is_number ? columns.number_parameters[place.index].name
                                    : columns.word_parameters[place.index].name);
    if (known.back() != name) continue;
    return TrialField{place.is_number ? FieldKind::kNumberParameter : FieldKind::kWordParameter,
                      place.index};
  }
  for (size_t i = 0; i < columns.metrics.size(); ++i) {
    known.push_back(columns.metrics[i].name);
    if (known.back() == name) return TrialField{FieldKind::kMetric, i};
  }
  return InvalidArgument("there is no parameter, metric or field {}{}; allowed are {}",
                         document::Shortened(name), document::DidYouMean(name, known),
                         document::OneOf(known));
}

double FieldNumber(const TrialColumns& columns, const TrialField& field, size_t row) {
  switch (field.kind) {
    case FieldKind::kNumber:
      return static_cast<double>(columns.numbers[row]);
    case FieldKind::kState:
      return kNoValue;
    case FieldKind::kObjective:
      return columns.objectives[0].values[row];
    case FieldKind::kDuration:
      return SecondsTaken(columns, row);
    case FieldKind::kCreated:
      return Seconds(columns.created[row]);
    case FieldKind::kStarted:
      return Seconds(columns.started[row]);
    case FieldKind::kCompleted:
      return Seconds(columns.completed[row]);
    case FieldKind::kNumberParameter:
      return columns.number_parameters[field.column].values[row];
    case FieldKind::kWordParameter:
      return SpelledNumber(FieldText(columns, field, row));
    case FieldKind::kMetric:
      return columns.metrics[field.column].Values()[row];
  }
  return kNoValue;
}

const std::string* FieldText(const TrialColumns& columns, const TrialField& field, size_t row) {
  if (field.kind == FieldKind::kState) {
    static const auto* const names = [] {
      auto* list = new std::vector<std::string>;
      for (int i = 0; i <= static_cast<int>(TrialState::kMetricsUnavailable); ++i) {
        list->emplace_back(Name(static_cast<TrialState>(i)));
      }
      return list;
    }();
    return &(*names)[static_cast<size_t>(columns.states[row])];
  }
  if (field.kind != FieldKind::kWordParameter) return nullptr;
  const WordColumn& column = columns.word_parameters[field.column];
  const int32_t word = column.values[row];
  return word < 0 ? nullptr : &column.words[static_cast<size_t>(word)];
}

}  // namespace qalam
