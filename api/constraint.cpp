#include "api/constraint.h"

#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "api/constraint_text.h"

namespace qalam {

namespace {

const char* Describe(mu::EErrorCodes code) {
  switch (code) {
    case mu::ecUNEXPECTED_EOF:
    case mu::ecEMPTY_EXPRESSION:
      return "the expression ends too early";
    case mu::ecMISSING_PARENS:
      return "a closing parenthesis is missing";
    case mu::ecUNEXPECTED_PARENS:
      return "this parenthesis is not expected";
    case mu::ecTOO_MANY_PARAMS:
      return "the function has too many arguments";
    case mu::ecTOO_FEW_PARAMS:
      return "the function has too few arguments";
    default:
      return "this is not expected";
  }
}

std::unique_ptr<mu::Parser> NewParser(const TranslatedExpression& expression,
                                      const std::vector<size_t>& used, std::vector<double>& slots) {
  auto parser = std::make_unique<mu::Parser>();
  // Only what the documentation promises.
  parser->ClearFun();
  parser->ClearConst();
  for (const auto& function : ConstraintFunctions()) {
    if (function.one != nullptr) {
      parser->DefineFun(function.name, function.one);
    } else {
      parser->DefineFun(function.name, function.several);
    }
  }
  for (size_t i = 0; i < used.size(); ++i) {
    parser->DefineVar(fmt::format("v{}", used[i]), &slots[i]);
  }
  parser->SetExpr(expression.text);
  return parser;
}

// Parses by evaluating once; muParser throws what it finds.
Status CheckExpression(mu::Parser& parser, const TranslatedExpression& expression) {
  try {
    parser.Eval();
    return absl::OkStatus();
  } catch (const mu::Parser::exception_type& error) {
    const auto at = static_cast<size_t>(std::max<long>(0, static_cast<long>(error.GetPos())));
    const size_t column = expression.origins[std::min(at, expression.origins.size() - 1)];
    return InvalidArgument("at column {}: {}", column, Describe(error.GetCode()));
  }
}

}  // namespace

struct Constraint::Expressions {
  explicit Expressions(TranslatedConstraint parts)
      : translated(std::move(parts)),
        slots(translated.used.size(), 1.0),
        left(NewParser(translated.left, translated.used, slots)),
        right(NewParser(translated.right, translated.used, slots)) {}

  const TranslatedConstraint translated;
  std::vector<double> slots;  // the parsers hold its addresses
  const std::unique_ptr<mu::Parser> left, right;
};

Constraint::Constraint() = default;
Constraint::Constraint(Constraint&&) noexcept = default;
Constraint& Constraint::operator=(Constraint&&) noexcept = default;
Constraint::~Constraint() = default;

Constraint::Constraint(const Constraint& other)
    : text_(other.text_),
      used_(other.used_),
      is_outcome_(other.is_outcome_),
      expressions_(std::make_unique<Expressions>(other.expressions_->translated)) {}

Constraint& Constraint::operator=(const Constraint& other) {
  if (this != &other) *this = Constraint(other);
  return *this;
}

StatusOr<Constraint> Constraint::Parse(const std::string& text,
                                       const std::vector<ConstraintName>& names) {
  ASSIGN_OR_RETURN(auto translated, TranslateConstraint(text, names));
  Constraint constraint;
  constraint.text_ = text;
  constraint.used_ = translated.used;
  constraint.expressions_ = std::make_unique<Expressions>(std::move(translated));
  const Expressions& parts = *constraint.expressions_;
  RETURN_IF_ERROR(CheckExpression(*parts.left, parts.translated.left));
  RETURN_IF_ERROR(CheckExpression(*parts.right, parts.translated.right));
  if (constraint.used_.empty()) return InvalidArgument("names no parameter and no metric");
  constraint.is_outcome_ = names[constraint.used_[0]].kind == ConstraintName::Kind::kMetric;
  return constraint;
}

double Constraint::Violation(std::span<const double> values) const {
  Expressions& parts = *expressions_;
  for (size_t i = 0; i < used_.size(); ++i) parts.slots[i] = values[used_[i]];
  const std::string& comparison = parts.translated.comparison;
  double left = 0, right = 0;
  try {
    left = parts.left->Eval();
    right = parts.right->Eval();
  } catch (const mu::Parser::exception_type&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double excess = comparison[0] == '<' ? left - right : right - left;
  // Equality breaks a strict comparison by as little as there is.
  const bool strict = comparison.size() == 1;
  return strict && excess == 0 ? std::numeric_limits<double>::denorm_min() : excess;
}

std::vector<ConstraintName> ConstraintNames(const std::vector<Parameter>& parameters,
                                            const Objective& objective) {
  using Kind = ConstraintName::Kind;
  std::vector<ConstraintName> names;
  for (const auto& parameter : parameters) {
    const bool word = parameter.type == ParameterType::kCategorical;
    names.push_back({parameter.name, word ? Kind::kWord : Kind::kParameter});
  }
  for (const auto& metric : MetricNames(objective)) names.push_back({metric, Kind::kMetric});
  return names;
}

StatusOr<std::vector<Constraint>> ParseConstraints(const ExperimentSpec& spec,
                                                   ConstraintKind kind) {
  const auto names = ConstraintNames(spec.parameters, spec.objective);
  std::vector<Constraint> constraints;
  for (const auto& text : spec.constraints) {
    auto constraint = Constraint::Parse(text, names);
    if (!constraint.ok()) {
      return InvalidArgument("the constraint \"{}\": {}", text, Message(constraint.status()));
    }
    if (constraint->is_outcome() == (kind == ConstraintKind::kOutcome)) {
      constraints.push_back(*std::move(constraint));
    }
  }
  return constraints;
}

StatusOr<std::vector<double>> OutcomeViolations(const ExperimentSpec& spec,
                                                const std::map<std::string, double>& metrics) {
  ASSIGN_OR_RETURN(const auto constraints, ParseConstraints(spec, ConstraintKind::kOutcome));
  std::vector<double> values;
  for (const auto& name : ConstraintNames(spec.parameters, spec.objective)) {
    const auto metric = metrics.find(name.name);
    const bool known = name.kind == ConstraintName::Kind::kMetric && metric != metrics.end();
    values.push_back(known ? metric->second : std::numeric_limits<double>::quiet_NaN());
  }
  std::vector<double> violations;
  for (const auto& constraint : constraints) {
    // Arithmetic alone would not do: max() passes over what is not known.
    const bool known = std::none_of(constraint.used().begin(), constraint.used().end(),
                                    [&](size_t i) { return std::isnan(values[i]); });
    violations.push_back(known ? constraint.Violation(values)
                               : std::numeric_limits<double>::quiet_NaN());
  }
  return violations;
}

}  // namespace qalam
