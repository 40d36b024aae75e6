#include "api/document/yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

#include "api/document/characters.h"
#include "api/document/reader.h"

namespace qalam::document {

namespace {

// YAML 1.1 has numbers with underscores, in other bases and of sixty parts, and moments in time.
bool LooksLikeNumber(const std::string& text) {
  constexpr char kBegins[] = "0123456789+-.";
  constexpr char kGoesOn[] = "0123456789abcdefABCDEFoOxX+-._:tTzZ ";
  return text.find_first_of(kBegins) == 0 && text.find_first_not_of(kGoesOn) == std::string::npos;
}

// Text that another reader would take for a number or a word of YAML must be quoted to stay text.
bool IsPlain(const std::string& text) {
  if (text.find_first_of("abcdfghijklmpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/$") ==
          std::string::npos ||
      LooksLikeNumber(text) || !PlainScalar(text).is_string()) {
    return false;
  }
  // YAML 1.1 has more of them.
  constexpr std::string_view kWords[] = {"yes", "no",   "on",   "off",   "y",
                                         "n",   ".nan", ".inf", "-.inf", "+.inf"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(std::begin(kWords), std::end(kWords), lower) == std::end(kWords);
}

// Lines that a block gives back as they are: it takes its indentation from the first, ends with one
// line break, and has no way to write what cannot be printed.
bool IsBlock(const std::string& text) {
  if (text.size() < 2 || text.back() != '\n' || text[text.size() - 2] == '\n') return false;
  if (text.front() == ' ' || text.front() == '\n') return false;
  const auto printable = [](char c) {
    return c == '\n' || (c >= ' ' && static_cast<unsigned char>(c) < 0x7f);
  };
  return std::all_of(text.begin(), text.end(), printable);
}

// YAML takes 1,024 characters before the colon, and a byte that is escaped is four of them.
constexpr size_t kLongestImplicitKey = 250;

void EmitText(YAML::Emitter& out, const std::string& text) {
  const bool wants_escapes = WantsEscapes(text);
  if (wants_escapes) out << YAML::EscapeNonAscii;
  if (wants_escapes || !IsPlain(text)) out << YAML::DoubleQuoted;
  out << text;
}

void Emit(YAML::Emitter& out, const Json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [name, value] : json.items()) {
      if (name.size() > kLongestImplicitKey) out << YAML::LongKey;
      out << YAML::Key;
      EmitText(out, name);
      out << YAML::Value;
      Emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    const bool simple = std::none_of(json.begin(), json.end(),
                                     [](const Json& item) { return item.is_structured(); });
    if (simple) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const auto& item : json) Emit(out, item);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (IsBlock(text)) {
      out << YAML::Literal << text;
    } else {
      EmitText(out, text);
    }
  } else if (json.is_null()) {
    out << YAML::Null;  // as text it would be quoted
  } else {
    std::string text = json.dump();
    // To YAML 1.1 1e-05 is text.
    const size_t exponent = json.is_number_float() ? text.find('e') : std::string::npos;
    if (exponent != std::string::npos && text.find('.') == std::string::npos) {
      text.insert(exponent, ".0");
    }
    out << text;
  }
}

}  // namespace

std::string PrintYaml(const Json& json) {
  YAML::Emitter out;
  Emit(out, json);
  return std::string(out.c_str()) + "\n";
}

}  // namespace qalam::document
