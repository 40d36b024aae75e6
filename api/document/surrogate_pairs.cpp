#include "api/document/surrogate_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace qalam::document {

namespace {

// What stands before a quote that opens a string, and before a comment.
constexpr std::string_view kBefore = " \t\r\n[{,:";
constexpr size_t kEscape = 6;  // the length of \ud83d

// Which code the escape at `i` is for; nullopt when there is none of that form.
std::optional<uint32_t> CodeAt(const std::string& text, size_t i) {
  if (i + kEscape > text.size() || text[i] != '\\' || text[i + 1] != 'u') return std::nullopt;
  uint32_t code = 0;
  const char* end = text.data() + i + kEscape;
  const auto [read, error] = std::from_chars(text.data() + i + 2, end, code, 16);
  if (error != std::errc() || read != end) return std::nullopt;
  return code;
}

bool IsFirst(std::optional<uint32_t> code) { return code && *code >= 0xd800 && *code < 0xdc00; }
bool IsSecond(std::optional<uint32_t> code) { return code && *code >= 0xdc00 && *code < 0xe000; }

class Joiner {
 public:
  explicit Joiner(const std::string& text) : text_(text) {}

  JoinedPairs Join() {
    while (at_ < text_.size() && FindsRoot()) CopyRoot();
    result_.text.append(text_, at_);
    return std::move(result_);
  }

 private:
  void Copy(size_t count) {
    count = std::min(count, text_.size() - at_);
    result_.text.append(text_, at_, count);
    at_ += count;
  }

  // Copies up to a bracket or a brace; false when something else comes before it.
  bool FindsRoot() {
    for (;;) {
      Copy(text_.find_first_not_of(" \t\r\n", at_) - at_);
      if (text_.compare(at_, 3, "---") != 0 && text_.compare(at_, 3, "...") != 0) break;
      Copy(3);
    }
    return at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[');
  }

  // Copies up to the end of what the bracket or brace here opens.
  void CopyRoot() {
    int depth = 0;
    do {
      const char c = text_[at_];
      const bool begins = at_ == 0 || kBefore.find(text_[at_ - 1]) != kBefore.npos;
      if (c == '"' && begins) {
        CopyString();
        continue;
      }
      if (c == '\'' && begins) {
        Copy(1);
        Copy(text_.find('\'', at_) - at_);
        while (text_.compare(at_, 2, "''") == 0) {  // a quote of the text's own
          Copy(2);
          Copy(text_.find('\'', at_) - at_);
        }
      } else if (c == '#' && begins) {
        Copy(text_.find('\n', at_) - at_);
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        --depth;
      }
      Copy(1);
    } while (depth > 0 && at_ < text_.size());
  }

  void CopyString() {
    size_t shorter = 0;  // by so much has its last line become
    Copy(1);
    while (at_ < text_.size() && text_[at_] != '"') {
      const auto code = CodeAt(text_, at_);
      const auto next = CodeAt(text_, at_ + kEscape);
      if (IsFirst(code) && IsSecond(next)) {
        const std::string joined =
            fmt::format("\\U{:08X}", 0x10000 + ((*code - 0xd800) << 10) + (*next - 0xdc00));
        result_.text += joined;
        at_ += 2 * kEscape;
        shorter += 2 * kEscape - joined.size();
        continue;
      }
      if ((IsFirst(code) || IsSecond(code)) && !result_.half) result_.half = at_;
      if (text_[at_] == '\n') shorter = 0;
      Copy(text_[at_] == '\\' ? 2 : 1);
    }
    Copy(1);
    result_.text.append(shorter, ' ');
  }

  const std::string& text_;
  size_t at_ = 0;  // what is before it is copied
  JoinedPairs result_;
};

}  // namespace

JoinedPairs JoinSurrogatePairs(const std::string& text) {
  if (text.find("\\ud") == std::string::npos && text.find("\\uD") == std::string::npos) {
    return {text, std::nullopt};
  }
  return Joiner(text).Join();
}

}  // namespace qalam::document
