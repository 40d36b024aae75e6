#include "server/analysis/trial_filter.h"

#include <cmath>
#include <optional>
#include <utility>

#include "api/document/names.h"
#include "server/analysis/trial_field.h"
#include "server/analysis/trial_filter_tokens.h"

namespace qalam {

namespace {

// Far more than a person writes, and little enough that no filter is costly.
constexpr size_t kMostBytes = 4000;
constexpr int kDeepest = 50;

// One side of a comparison: a field, or what was written.
struct Operand {
  std::optional<TrialField> field;
  double number = 0;
  std::optional<std::string> text;
  size_t column = 0;    // in the expression
  std::string written;  // a field's name

  bool is_text() const { return text || (field && field->is_text()); }
  // A category may be a number's text, such as "32".
  bool may_be_number() const {
    return field ? field->kind != TrialField::Kind::kState : !text.has_value();
  }
  double Number(const TrialColumns& columns, size_t row) const {
    return field ? FieldNumber(columns, *field, row) : number;
  }
  const std::string* Text(const TrialColumns& columns, size_t row) const {
    return field ? FieldText(columns, *field, row) : &*text;
  }
};

template <typename Value>
bool Compare(const std::string& sign, const Value& left, const Value& right) {
  if (sign == "==") return left == right;
  if (sign == "!=") return left != right;
  if (sign == "<") return left < right;
  if (sign == "<=") return left <= right;
  if (sign == ">") return left > right;
  return left >= right;
}

}  // namespace

struct TrialFilter::Node {
  enum class Kind { kAll, kAny, kNot, kComparison };
  Kind kind = Kind::kAll;
  std::vector<std::unique_ptr<const Node>> parts;  // of the first three
  // Of a comparison.
  Operand left, right;
  std::string sign;
  bool of_texts = false;

  bool Matches(const TrialColumns& columns, size_t row) const {
    switch (kind) {
      case Kind::kAll:
        for (const auto& part : parts) {
          if (!part->Matches(columns, row)) return false;
        }
        return true;
      case Kind::kAny:
        for (const auto& part : parts) {
          if (part->Matches(columns, row)) return true;
        }
        return false;
      case Kind::kNot:
        return !parts[0]->Matches(columns, row);
      case Kind::kComparison:
        break;
    }
    if (of_texts) {
      const std::string* const a = left.Text(columns, row);
      const std::string* const b = right.Text(columns, row);
      return a != nullptr && b != nullptr && Compare(sign, *a, *b);
    }
    const double a = left.Number(columns, row), b = right.Number(columns, row);
    return !std::isnan(a) && !std::isnan(b) && Compare(sign, a, b);
  }
};

namespace {

using Node = TrialFilter::Node;
using NodePtr = std::unique_ptr<const Node>;
using Token = FilterToken;

class FilterParser {
 public:
  FilterParser(std::vector<Token> tokens, const TrialColumns& columns)
      : tokens_(std::move(tokens)), columns_(columns) {}

  StatusOr<NodePtr> Run() {
    ASSIGN_OR_RETURN(auto root, ParseJoined("or", Node::Kind::kAny));
    if (Next().kind == Token::Kind::kEnd) return root;
    if (Next().kind == Token::Kind::kClose) return Fault("this parenthesis was never opened");
    return Fault("and, or or the end is expected here");
  }

 private:
  const Token& Next() const { return tokens_[at_]; }
  Status Fault(const std::string& what) const { return FilterFault(Next().column, what); }
  bool Take(const char* word) {
    if (Next().kind != Token::Kind::kName || Next().text != word) return false;
    ++at_;
    return true;
  }

  // What stands between `or`s is joined by `and`, and between those stand parts.
  StatusOr<NodePtr> ParseJoined(const std::string& word, Node::Kind kind) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    do {
      ASSIGN_OR_RETURN(auto part,
                       word == "or" ? ParseJoined("and", Node::Kind::kAll) : ParsePart());
      node->parts.push_back(std::move(part));
    } while (Take(word.c_str()));
    if (node->parts.size() == 1) return NodePtr(std::move(node->parts[0]));
    return NodePtr(std::move(node));
  }

  StatusOr<NodePtr> ParsePart() {
    const bool negated = Take("not");
    if (!negated && Next().kind != Token::Kind::kOpen) return ParseComparison();
    if (++depth_ > kDeepest) {
      return Fault(fmt::format("more than {} levels of parentheses and not", kDeepest));
    }
    NodePtr inner;
    if (negated) {
      ASSIGN_OR_RETURN(inner, ParsePart());
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::kNot;
      node->parts.push_back(std::move(inner));
      inner = std::move(node);
    } else {
      const size_t opened = tokens_[at_++].column;
      ASSIGN_OR_RETURN(inner, ParseJoined("or", Node::Kind::kAny));
      if (Next().kind == Token::Kind::kEnd) {
        return FilterFault(opened, "this parenthesis is never closed");
      }
      if (Next().kind != Token::Kind::kClose) return Fault("and, or or ) is expected here");
      ++at_;
    }
    --depth_;
    return inner;
  }

  StatusOr<NodePtr> ParseComparison() {
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::kComparison;
    ASSIGN_OR_RETURN(node->left, ParseOperand());
    if (Next().kind != Token::Kind::kComparison) {
      return Fault("a comparison is expected here: ==, !=, <, <=, > or >=");
    }
    const Token sign = tokens_[at_++];
    node->sign = sign.text;
    ASSIGN_OR_RETURN(node->right, ParseOperand());
    if (Next().kind == Token::Kind::kComparison) {
      return Fault("a second comparison; join them by and");
    }
    const bool equality = sign.text == "==" || sign.text == "!=";
    node->of_texts = equality && node->left.is_text() && node->right.is_text();
    if (node->of_texts) {
      RETURN_IF_ERROR(CheckState(node->left, node->right));
      RETURN_IF_ERROR(CheckState(node->right, node->left));
    } else if (!node->left.may_be_number() || !node->right.may_be_number()) {
      return Mismatch(*node, sign.column);
    }
    return NodePtr(std::move(node));
  }

  StatusOr<Operand> ParseOperand() {
    const Token& token = Next();
    Operand operand{.column = token.column, .written = token.text};
    switch (token.kind) {
      case Token::Kind::kNumber:
        operand.number = token.number;
        break;
      case Token::Kind::kText:
        operand.text = token.text;
        break;
      case Token::Kind::kName:
      case Token::Kind::kQuotedName: {
        if (token.kind == Token::Kind::kName &&
            (token.text == "and" || token.text == "or" || token.text == "not")) {
          return Fault(fmt::format("a name, number or text is expected here, not {}", token.text));
        }
        const auto field =
            FindTrialField(columns_, token.text, token.kind == Token::Kind::kQuotedName);
        if (!field.ok()) return Fault(Message(field.status()));
        operand.field = *field;
        break;
      }
      default:
        return Fault("a name, number or text is expected here");
    }
    ++at_;
    return operand;
  }

  static Status CheckState(const Operand& field, const Operand& other) {
    if (!field.field || field.field->kind != TrialField::Kind::kState || !other.text) {
      return absl::OkStatus();
    }
    if (ParseTrialState(*other.text)) return absl::OkStatus();
    std::vector<std::string> states;
    for (int i = 0; i <= static_cast<int>(TrialState::kMetricsUnavailable); ++i) {
      states.emplace_back(Name(static_cast<TrialState>(i)));
    }
    return FilterFault(
        other.column,
        fmt::format("there is no state {}{}; allowed are {}", document::Shortened(*other.text),
                    document::DidYouMean(*other.text, states), document::OneOf(states)));
  }

  static Status Mismatch(const Node& node, size_t sign_column) {
    if (node.left.is_text() && node.right.is_text()) {
      return FilterFault(sign_column, "texts are compared by == and != alone");
    }
    const Operand& words = node.left.may_be_number() ? node.right : node.left;
    const Operand& number = node.left.may_be_number() ? node.left : node.right;
    if (words.field) {
      return FilterFault(number.column,
                         fmt::format("{} is a text; compare it with one in quotes", words.written));
    }
    return FilterFault(words.column,
                       "this is a text, and the other side a number; numbers stand "
                       "without quotes");
  }

  const std::vector<Token> tokens_;
  const TrialColumns& columns_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

TrialFilter::TrialFilter(std::unique_ptr<const Node> root) : root_(std::move(root)) {}
TrialFilter::TrialFilter(TrialFilter&&) noexcept = default;
TrialFilter& TrialFilter::operator=(TrialFilter&&) noexcept = default;
TrialFilter::~TrialFilter() = default;

StatusOr<TrialFilter> TrialFilter::Parse(const std::string& text, const TrialColumns& columns) {
  if (text.size() > kMostBytes) {
    return FilterFault(kMostBytes + 1,
                       fmt::format("a filter of more than {} bytes is not allowed", kMostBytes));
  }
  ASSIGN_OR_RETURN(auto tokens, TokenizeFilter(text));
  if (tokens.size() == 1) return TrialFilter(nullptr);
  ASSIGN_OR_RETURN(auto root, FilterParser(std::move(tokens), columns).Run());
  return TrialFilter(std::move(root));
}

bool TrialFilter::Matches(const TrialColumns& columns, size_t row) const {
  return root_ == nullptr || root_->Matches(columns, row);
}

}  // namespace qalam
