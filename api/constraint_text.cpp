#include "api/constraint_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include "api/document/reader.h"

namespace qalam {

namespace {

// Far more than a person writes, and little enough that no expression is costly.
constexpr size_t kMostCharacters = 1000;

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Reads the text from left to right. Everything that it does not know is a fault.
class Translator {
 public:
  Translator(const std::string& text, const std::vector<ConstraintName>& names)
      : text_(text), names_(names), by_length_(names.size()) {
    std::iota(by_length_.begin(), by_length_.end(), 0);
    std::stable_sort(by_length_.begin(), by_length_.end(), [&](size_t a, size_t b) {
      return names[a].name.size() > names[b].name.size();
    });
  }

  StatusOr<TranslatedConstraint> Run() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (!TakeFunction() && !TakeNumber()) {
        ASSIGN_OR_RETURN(const bool taken, TakeName());
        if (!taken) RETURN_IF_ERROR(TakeSign());
      }
    }
    if (result_.comparison.empty()) {
      return InvalidArgument(
          "is not a comparison; two expressions with <=, <, >= or > between "
          "them are allowed");
    }
    Side().origins.push_back(text_.size() + 1);
    std::sort(result_.used.begin(), result_.used.end());
    return std::move(result_);
  }

 private:
  // After names and numbers: "a 2" must not become another variable's name.
  static constexpr char kApart[] = " ";

  TranslatedExpression& Side() { return result_.comparison.empty() ? result_.left : result_.right; }

  void Emit(const std::string& piece, size_t length) {
    Side().text += piece;
    Side().origins.resize(Side().text.size(), at_ + 1);
    at_ += length;
  }

  // Whether the word that ends before `end` is the beginning of a longer one.
  bool GoesOn(size_t end) const {
    if (end >= text_.size()) return false;
    if (IsWord(text_[end])) return true;
    return text_[end] == '.' && end + 1 < text_.size() && IsWord(text_[end + 1]);
  }

  bool TakeFunction() {
    for (const auto& function : ConstraintFunctions()) {
      const std::string name = function.name;
      const size_t end = at_ + name.size();
      if (text_.compare(at_, name.size(), name) != 0) continue;
      const size_t next = text_.find_first_not_of(" \t", end);
      if (next == std::string::npos || text_[next] != '(') continue;
      Emit(name, name.size());
      return true;
    }
    return false;
  }

  bool TakeNumber() {
    const char c = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '.') return false;
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || (end < text_.data() + text_.size() && IsWord(*end))) return false;
    Emit(std::string(begin, end) + kApart, end - begin);
    return true;
  }

  StatusOr<bool> TakeName() {
    for (const size_t index : by_length_) {
      const std::string& name = names_[index].name;
      const size_t end = at_ + name.size();
      if (name.empty() || text_.compare(at_, name.size(), name) != 0) continue;
      if (IsWord(name.back()) && GoesOn(end)) continue;
      if (names_[index].kind == ConstraintName::Kind::kWord) {
        return Fault(fmt::format("{} is categorical; only numbers can be compared", name));
      }
      if (!result_.used.empty() && names_[result_.used.front()].kind != names_[index].kind) {
        return Fault(
            fmt::format("{} and {} are a parameter and a metric; a constraint is over the "
                        "one kind or the other",
                        names_[result_.used.front()].name, name));
      }
      if (std::find(result_.used.begin(), result_.used.end(), index) == result_.used.end()) {
        result_.used.push_back(index);
      }
      Emit(fmt::format("v{}", index) + kApart, name.size());
      return true;
    }
    return false;
  }

  Status TakeSign() {
    const char c = text_[at_];
    if (c == '<' || c == '>') {
      if (!result_.comparison.empty()) return Fault("a second comparison; one is allowed");
      const bool or_equal = at_ + 1 < text_.size() && text_[at_ + 1] == '=';
      Side().origins.push_back(at_ + 1);
      result_.comparison = std::string(1, c) + (or_equal ? "=" : "");
      at_ += or_equal ? 2 : 1;
      return absl::OkStatus();
    }
    if (std::string_view("+-*/^(),").find(c) != std::string_view::npos) {
      Emit(std::string(1, c), 1);
      return absl::OkStatus();
    }
    if (IsWord(c)) return UnknownWord();
    if (c == '=' || c == '!' || c == '&' || c == '|') {
      return Fault(fmt::format("\"{}\" is not allowed; <=, <, >= and > compare", c));
    }
    return Fault(fmt::format("\"{}\" is not expected", c));
  }

  Status UnknownWord() const {
    std::vector<std::string> known;
    for (const auto& name : names_) known.push_back(name.name);
    for (const auto& function : ConstraintFunctions()) known.push_back(function.name);
    // A misspelt name may hold a minus; if none such is meant, the word ends there.
    std::string word = WordAt("_.-");
    std::string guess = document::DidYouMean(word, known);
    if (guess.empty()) {
      word = WordAt("_.");
      guess = document::DidYouMean(word, known);
    }
    return Fault(fmt::format("\"{}\" is no parameter, metric or function{}", word, guess));
  }

  std::string WordAt(std::string_view also) const {
    size_t end = at_;
    while (end < text_.size() &&
           (IsWord(text_[end]) || also.find(text_[end]) != std::string_view::npos)) {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }

  Status Fault(const std::string& what) const {
    return InvalidArgument("at column {}: {}", at_ + 1, what);
  }

  const std::string& text_;
  const std::vector<ConstraintName>& names_;
  std::vector<size_t> by_length_;
  size_t at_ = 0;
  TranslatedConstraint result_;
};

double Least(const double* values, int count) { return *std::min_element(values, values + count); }
double Most(const double* values, int count) { return *std::max_element(values, values + count); }

}  // namespace

const std::vector<ConstraintFunction>& ConstraintFunctions() {
  using One = double (*)(double);
  static const std::vector<ConstraintFunction> functions = {
      {"abs", static_cast<One>(std::fabs), nullptr},
      {"ceil", static_cast<One>(std::ceil), nullptr},
      {"exp", static_cast<One>(std::exp), nullptr},
      {"floor", static_cast<One>(std::floor), nullptr},
      {"log", static_cast<One>(std::log), nullptr},
      {"log2", static_cast<One>(std::log2), nullptr},
      {"log10", static_cast<One>(std::log10), nullptr},
      {"round", static_cast<One>(std::round), nullptr},
      {"sqrt", static_cast<One>(std::sqrt), nullptr},
      {"max", nullptr, Most},
      {"min", nullptr, Least},
  };
  return functions;
}

StatusOr<TranslatedConstraint> TranslateConstraint(const std::string& text,
                                                   const std::vector<ConstraintName>& names) {
  if (text.size() > kMostCharacters) {
    return InvalidArgument("is longer than the {} characters allowed", kMostCharacters);
  }
  return Translator(text, names).Run();
}

}  // namespace qalam
