#include "server/analysis/trial_filter_tokens.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <string_view>

namespace qalam {

namespace {

using TokenKind = FilterToken::Kind;

bool IsNameLetter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

bool BeginsNumber(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+';
}

class Tokenizer {
 public:
  explicit Tokenizer(const std::string& text) : text_(text) {}

  StatusOr<std::vector<FilterToken>> Run() {
    while (true) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      FilterToken token{.column = at_ + 1};
      if (at_ < text_.size()) RETURN_IF_ERROR(Take(token));
      tokens_.push_back(std::move(token));
      if (tokens_.back().kind == TokenKind::kEnd) return std::move(tokens_);
    }
  }

 private:
  Status Take(FilterToken& token) {
    const char c = text_[at_];
    if (c == '(' || c == ')') {
      token.kind = c == '(' ? TokenKind::kOpen : TokenKind::kClose;
      ++at_;
      return absl::OkStatus();
    }
    if (c == '"' || c == '\'' || c == '`') return TakeQuoted(token);
    if (BeginsNumber(c)) return TakeNumber(token);
    if (IsNameLetter(c)) {
      token.kind = TokenKind::kName;
      while (at_ < text_.size() && IsNameLetter(text_[at_])) token.text += text_[at_++];
      return absl::OkStatus();
    }
    return TakeComparison(token);
  }

  Status TakeQuoted(FilterToken& token) {
    const char quote = text_[at_++];
    token.kind = quote == '`' ? TokenKind::kQuotedName : TokenKind::kText;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return absl::OkStatus();
      }
      const bool escaped = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                           (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
      if (escaped) ++at_;
      token.text += text_[at_];
    }
    return FilterFault(token.column, fmt::format("this {} is never closed", quote));
  }

  Status TakeNumber(FilterToken& token) {
    token.kind = TokenKind::kNumber;
    size_t end = at_;
    while (end < text_.size() && (IsNameLetter(text_[end]) || text_[end] == '+')) ++end;
    const std::string word = text_.substr(at_, end - at_);
    const char* const begin = word.data() + (word[0] == '+' ? 1 : 0);
    const auto [stop, error] = std::from_chars(begin, word.data() + word.size(), token.number);
    if (error != std::errc() || stop != word.data() + word.size()) {
      return FilterFault(token.column,
                         fmt::format("\"{}\" is no number; a name that begins so stands in "
                                     "backquotes (`{}`)",
                                     word, word));
    }
    at_ = end;
    return absl::OkStatus();
  }

  Status TakeComparison(FilterToken& token) {
    token.kind = TokenKind::kComparison;
    const std::string_view rest = std::string_view(text_).substr(at_);
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!rest.starts_with(sign)) continue;
      token.text = sign;
      at_ += token.text.size();
      return absl::OkStatus();
    }
    if (rest[0] == '=') return FilterFault(token.column, "= is not allowed; == compares");
    if (rest[0] == '!') return FilterFault(token.column, "! is not allowed; write not");
    if (rest[0] == '&') return FilterFault(token.column, "& is not allowed; write and");
    if (rest[0] == '|') return FilterFault(token.column, "| is not allowed; write or");
    return FilterFault(token.column,
                       "this letter is not expected; names of other letters than a-z, A-Z, 0-9, _, "
                       "- and . stand in backquotes");
  }

  const std::string& text_;
  size_t at_ = 0;
  std::vector<FilterToken> tokens_;
};

}  // namespace

Status FilterFault(size_t column, const std::string& what) {
  return InvalidArgument("at column {}: {}", column, what);
}

StatusOr<std::vector<FilterToken>> TokenizeFilter(const std::string& text) {
  return Tokenizer(text).Run();
}

}  // namespace qalam
