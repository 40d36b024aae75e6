// Documents nobody meant to write: no crash, no hang, and what is accepted survives printing.

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <filesystem>

#include "api/experiment.h"
#include "base/files.h"
#include "base/random.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

std::vector<std::string> Testdata() {
  std::vector<std::string> texts;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(QALAM_TESTDATA) + "/experiments")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) texts.push_back(*ReadFile(path));
  return texts;
}

ParseResult ParseMutant(const std::string& text) {
  return ParseDocuments(text, "f", RegisteredAlgorithms());
}

// What is read has no fault and comes back the same from YAML and from JSON.
void CheckSurvivesPrinting(const ExperimentDocument& document) {
  const Json json = ToJson(document);
  for (const std::string& text : {ToYaml(document), json.dump(), json.dump(2)}) {
    const auto again = ParseMutant(text);
    for (const auto& fault : again.faults) UNSCOPED_INFO(fault.ToString());
    INFO(text);
    REQUIRE(again.documents.size() == 1);
    CHECK(ToJson(again.documents[0]) == json);
  }
}

void CheckBehaves(const std::string& text) {
  const auto parsed = ParseMutant(text);
  CHECK(parsed.documents.empty() == !parsed.faults.empty());
  for (const auto& fault : parsed.faults) {
    CHECK_FALSE(fault.message.empty());
    CHECK(fault.ToString().size() < 10000);
  }
  for (const auto& document : parsed.documents) {
    CheckSurvivesPrinting(document);
    CheckExecutable(document, RegisteredAlgorithms());
    RenderTrialSpec(document, {"trial", "default"}, {}).IgnoreError();
  }
}

// What YAML, numbers and placeholders are made of.
std::string Fragment(RandomStream& random) {
  static const std::string kFragments[] = {"[",
                                           "]",
                                           "{",
                                           "}",
                                           ": ",
                                           "- ",
                                           "? ",
                                           "&a ",
                                           "*a",
                                           "!!str ",
                                           "|",
                                           ">",
                                           "\"",
                                           "'",
                                           "#",
                                           "%",
                                           "@",
                                           "`",
                                           "\n",
                                           "\n\n",
                                           "---\n",
                                           "...\n",
                                           "  ",
                                           "\t",
                                           ",",
                                           "~",
                                           "null",
                                           "true",
                                           "nan",
                                           "-inf",
                                           "1e999",
                                           "0",
                                           "-1",
                                           "99999999999999999999",
                                           "0x10",
                                           "1_000",
                                           "${trialParameters.",
                                           "${",
                                           "}",
                                           "<<: ",
                                           "\\",
                                           std::string(1, '\0'),
                                           "\r\n",
                                           "\xc3\xa9",
                                           "\xff",
                                           "\xef\xbb\xbf",
                                           "\x7f"};
  return kFragments[random.UniformInt(std::size(kFragments))];
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

void MutateBytes(std::string& text, RandomStream& random) {
  const size_t at = random.UniformInt(text.size() + 1);
  switch (random.UniformInt(4)) {
    case 0:
      text.insert(at, Fragment(random));
      break;
    case 1:
      text.erase(at, 1 + random.UniformInt(8));
      break;
    case 2:
      if (at < text.size()) text[at] = static_cast<char>(random.UniformInt(256));
      break;
    default:
      text.replace(at, std::min<size_t>(text.size() - at, 1 + random.UniformInt(4)),
                   Fragment(random));
  }
}

void MutateLines(std::string& text, RandomStream& random) {
  auto lines = Lines(text);
  if (lines.empty()) return;
  const size_t at = random.UniformInt(lines.size());
  const size_t other = random.UniformInt(lines.size());
  switch (random.UniformInt(4)) {
    case 0:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[other]);
      break;
    case 2:
      std::swap(lines[at], lines[other]);
      break;
    default:
      lines[at] = std::string(random.UniformInt(12), ' ') + lines[at];
  }
  text.clear();
  for (const auto& line : lines) text += line;
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string Repeat(const std::string& part, size_t bytes) {
  std::string text;
  text.reserve(bytes + part.size());
  while (text.size() + part.size() < bytes) text += part;
  return text;
}

}  // namespace

TEST_CASE("Every document of the testdata survives printing", "[fuzz]") {
  for (const auto& text : Testdata()) {
    const auto parsed = ParseMutant(text);
    REQUIRE_FALSE(parsed.documents.empty());
    for (const auto& document : parsed.documents) CheckSurvivesPrinting(document);
  }
}

TEST_CASE("Odd text survives printing wherever it stands", "[fuzz]") {
  const auto parsed = ParseMutant(Testdata().front());
  REQUIRE_FALSE(parsed.documents.empty());
  ExperimentDocument document = parsed.documents.front();
  const std::string texts[] = {"",
                               " ",
                               "\n",
                               "\n\n",
                               "a\nb",
                               "a\nb\n",
                               "a\n\nb\n\n",
                               "\na\n",
                               " a\n b\n",
                               "a\n b\n",
                               "a \n",
                               "true",
                               "True",
                               "NULL",
                               "~",
                               "yes",
                               "Off",
                               "1",
                               "01",
                               "1.0",
                               "1e3",
                               "+1",
                               ".5",
                               "0x1",
                               ".nan",
                               "1_0",
                               "2026-01-01",
                               "- a",
                               "? a",
                               "a: b",
                               "a #b",
                               "# a",
                               "&a",
                               "*a",
                               "!a",
                               "%a",
                               "@a",
                               "`a",
                               "{a}",
                               "[a]",
                               "a, b",
                               "'a",
                               "\"a\"",
                               "a\\b",
                               "\t",
                               "a\tb\n",
                               "a\r\nb",
                               "\x01",
                               "\x7f",
                               "\xc3\xa9\n",
                               "\xe2\x80\xa8",
                               "\xef\xbb\xbf",
                               "\xf0\x9f\x98\x80",
                               "---",
                               "...",
                               "<<",
                               "=",
                               "|",
                               "> a",
                               "-",
                               ":",
                               "a:",
                               std::string(5000, 'a'),
                               std::string(300, ' ') + "\n"};
  for (const auto& text : texts) {
    CAPTURE(text);
    document.spec.trial_template.trial_spec["spec"]["odd"] =
        Json{{"text", text}, {"list", Json{text, 1, text}}, {"deep", Json{{{"x", text}}}}};
    document.spec.trial_template.trial_spec["spec"]["after"] = "end";
    if (!text.empty()) document.metadata.annotations = {{"note", text}};
    CheckSurvivesPrinting(document);
  }
}

TEST_CASE("Mutated documents never crash or hang", "[fuzz]") {
  const auto originals = Testdata();
  const uint64_t seed = GENERATE(1, 2);
  CAPTURE(seed);
  RandomStream random(seed, 0, "document mutations");
  int accepted = 0;
  constexpr int kMutants = 1200;
  for (int i = 0; i < kMutants; ++i) {
    CAPTURE(i);
    std::string text = originals[random.UniformInt(originals.size())];
    const uint64_t changes = 1 + random.UniformInt(3);
    for (uint64_t change = 0; change < changes; ++change) {
      random.UniformInt(2) == 0 ? MutateBytes(text, random) : MutateLines(text, random);
    }
    if (!ParseMutant(text).documents.empty()) ++accepted;
    CheckBehaves(text);
  }
  // Both sides of the parser were tried.
  CHECK(accepted > kMutants / 50);
  CHECK(accepted < kMutants * 9 / 10);
}

TEST_CASE("Documents made to be slow, deep or wide end soon", "[fuzz][slow]") {
  constexpr size_t kBytes = 1'000'000;
  std::string numbers, parameters, references;
  for (int i = 0; numbers.size() < kBytes; ++i) numbers += fmt::format("{},", i);
  for (int i = 0; parameters.size() < kBytes / 2; ++i) {
    parameters += fmt::format(
        "    - {{name: p{}, parameterType: int, feasibleSpace: {{min: 1, max: 2}}}}\n", i);
    references += fmt::format("      - {{name: t{0}, reference: q{0}}}\n", i);
  }
  const std::string head = "apiVersion: kubeflow.org/v1beta1\nkind: Experiment\n";
  const std::string texts[] = {
      // A quote in a comment or a block must not hide what follows.
      "a: |\n  \"\nb: " + std::string(kBytes, '['),
      "a: it's\nb: " + std::string(kBytes, '{'),
      Repeat("[", kBytes),
      Repeat("{a: ", kBytes),
      Repeat("? ", kBytes),
      Repeat("- ", kBytes),
      Repeat("&a ", kBytes),
      Repeat("!a ", kBytes),
      Repeat("a: ", kBytes),
      Repeat("'", kBytes),
      Repeat("\"", kBytes),
      Repeat("#\n", kBytes),
      Repeat("---\n", kBytes),
      Repeat("a: b\n", kBytes),
      Repeat("[a, ", kBytes),
      Repeat("*a ", kBytes),
      Repeat("%a\n", kBytes),
      Repeat("a\n", kBytes),
      Repeat("|\n", kBytes),
      Repeat(" ", kBytes),
      Repeat("${trialParameters.", kBytes),
      head + "spec: {parameters: [{name: x, parameterType: discrete, feasibleSpace: {list: [" +
          numbers.substr(0, kBytes - 200) + "]}}]}",
      head + "metadata: {name: x, labels: {" + Repeat("a: b, ", kBytes - 200) + "}}",
      head + "spec:\n  parameters:\n" + parameters + "  trialTemplate:\n    trialParameters:\n" +
          references.substr(0, kBytes - parameters.size() - 200),
      head + "spec: {trialTemplate: {trialSpec: {" + std::string(kBytes / 2, 'k') + ": [" +
          Repeat("a,", kBytes / 2 - 300) + "]}}}",
      head + "spec: {trialTemplate: {trialSpec: [" +
          Repeat("\"${trialParameters.x}\",", kBytes - 200) + "]}}",
      head + "kindd: " + std::string(kBytes - 200, 'x'),
      head + std::string(kBytes - 200, 'x') + ": 1"};
  for (size_t i = 0; i < std::size(texts); ++i) {
    CAPTURE(i, texts[i].substr(0, 60));
    const double before = CpuSeconds();
    const auto parsed = ParseMutant(texts[i]);
    CHECK_FALSE(parsed.faults.empty());
    CHECK(parsed.faults.size() <= 1001);
    size_t printed = 0;
    for (const auto& fault : parsed.faults) printed += fault.ToString().size();
    CHECK(printed < 10'000'000);
    // A second, or a few under a sanitizer; what this guards against takes many minutes.
    CHECK(CpuSeconds() - before < 30);
  }
}

}  // namespace qalam
