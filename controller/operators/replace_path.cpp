#include "controller/operators/replace_path.h"

#include <cctype>

namespace qalam {

namespace {

bool IsPartOfName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string ReplacePath(const std::string& text, std::string from, const std::string& to) {
  while (!from.empty() && from.back() == '/') from.pop_back();
  if (from.empty()) return text;
  std::string result;
  size_t begin = 0;
  while (true) {
    const size_t found = text.find(from, begin);
    if (found == std::string::npos) break;
    const size_t end = found + from.size();
    const bool starts = found == 0 || (!IsPartOfName(text[found - 1]) && text[found - 1] != '/');
    const bool ends = end == text.size() || !IsPartOfName(text[end]);
    result += text.substr(begin, found - begin) + (starts && ends ? to : from);
    begin = end;
  }
  return result + text.substr(begin);
}

}  // namespace qalam
