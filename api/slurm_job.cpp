#include "api/slurm_job.h"

#include <algorithm>

#include "api/document/names.h"
#include "api/document/placeholders.h"

namespace qalam {

namespace {

constexpr int kMostNodes = 100000;
constexpr size_t kMostLines = 1000;
constexpr size_t kLongestText = 4096;

// Those of sbatch without which qalam could not find the job again, or would not know what became
// of it. sbatch takes a name's beginning for the name.
constexpr const char* kRefusedOptions[] = {
    "--array",       "--chdir",        "--clusters", "--comment", "--error",     "--export",
    "--export-file", "--get-user-env", "--help",     "--input",   "--job-name",  "--no-requeue",
    "--open-mode",   "--output",       "--parsable", "--requeue", "--test-only", "--usage",
    "--version",     "--wait",         "--wrap",
};

constexpr const char* kFields[] = {
    "partition", "account", "qos",      "constraint",           "nodes", "ntasks", "time",
    "options",   "setup",   "template", "activeDeadlineSeconds"};

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool HasPlaceholder(const std::string& text) { return !document::PlaceholderNames(text).empty(); }

// Of printable characters, so that it is one word for sbatch and one line for a reader.
bool IsOneLine(const std::string& text) {
  return !text.empty() && text.size() <= kLongestText &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < ' ' || c == 127; });
}

class SlurmSpecReader {
 public:
  SlurmSpecReader(const Json& spec, std::vector<Fault>& faults) : spec_(spec), faults_(faults) {}

  void CheckFields() {
    for (const auto& [name, value] : spec_.items()) {
      if (name == "array") {
        Add("array", "a trial is one job; parallelTrialCount says how many run side by side");
      } else if (std::find(std::begin(kFields), std::end(kFields), name) == std::end(kFields)) {
        const std::vector<std::string> fields(std::begin(kFields), std::end(kFields));
        Add(document::Shortened(name), "unknown field" + document::DidYouMean(name, fields) +
                                           "; what else sbatch takes may stand in options");
      }
    }
  }

  std::string Text(const char* field) {
    const Json* value = Find(field);
    if (value == nullptr) return "";
    if (!value->is_structured() && IsOneLine(TextOf(*value))) return TextOf(*value);
    Add(field, "should be a text of one line");
    return "";
  }

  int Count(const char* field) {
    const Json* value = Find(field);
    if (value == nullptr) return 0;
    const std::string text = TextOf(*value);
    if (HasPlaceholder(text)) return 0;
    const bool whole = !text.empty() && text.size() < 7 &&
                       text.find_first_not_of("0123456789") == std::string::npos;
    const int count = whole ? std::stoi(text) : 0;
    if (count >= 1 && count <= kMostNodes) return count;
    Add(field, fmt::format("\"{}\" should be a whole number from 1 to {}",
                           document::Shortened(text), kMostNodes));
    return 0;
  }

  // A list of texts; `check` returns what is wrong with one, or "".
  template <typename Check>
  std::vector<std::string> Lines(const char* field, Check check) {
    std::vector<std::string> lines;
    const Json* value = Find(field);
    if (value == nullptr) return lines;
    if (!value->is_array() || value->size() > kMostLines) {
      Add(field, fmt::format("should be a list of at most {} texts", kMostLines));
      return lines;
    }
    for (size_t i = 0; i < value->size(); ++i) {
      const Json& item = (*value)[i];
      const std::string fault =
          item.is_string() ? check(item.get<std::string>()) : std::string("should be a text");
      if (!fault.empty()) Add(fmt::format("{}[{}]", field, i), fault);
      if (item.is_string()) lines.push_back(item.get<std::string>());
    }
    return lines;
  }

 private:
  const Json* Find(const char* field) const {
    const auto entry = spec_.find(field);
    return entry == spec_.end() || entry->is_null() ? nullptr : &*entry;
  }
  void Add(const std::string& field, const std::string& message) {
    faults_.push_back({"", 0, 0, "spec." + field, message});
  }

  const Json& spec_;
  std::vector<Fault>& faults_;
};

std::string FaultOfOption(const std::string& option) {
  const std::string name = option.substr(0, option.find('='));
  if (!IsOneLine(option) || !name.starts_with("--") || name.size() < 3) {
    return fmt::format("\"{}\" should be an option of sbatch, --NAME or --NAME=VALUE",
                       document::Shortened(option));
  }
  for (const std::string refused : kRefusedOptions) {
    if (refused.starts_with(name)) {
      return fmt::format("{} is not yours to give: qalam says {} by itself", name, refused);
    }
  }
  return "";
}

std::string FaultOfSetup(const std::string& line) {
  // Each line is the user's own; the values of parameters never reach a shell.
  if (HasPlaceholder(line)) {
    return "a parameter cannot stand here; hand it to the command, or to its env";
  }
  return line.find('\0') == std::string::npos ? "" : "should be a text without zero bytes";
}

}  // namespace

bool IsSlurmJob(const Json& manifest) {
  return manifest.is_object() && manifest.value("kind", Json()) == kSlurmJobKind &&
         manifest.value("apiVersion", Json()) == kSlurmJobVersion;
}

SlurmJobSpec ReadSlurmJob(const Json& manifest, std::vector<Fault>& faults) {
  SlurmJobSpec result;
  const auto spec = manifest.find("spec");
  if (spec == manifest.end() || !spec->is_object()) {
    faults.push_back({"", 0, 0, "spec", "missing; it should be a map with a template"});
    return result;
  }
  SlurmSpecReader reader(*spec, faults);
  reader.CheckFields();
  result.partition = reader.Text("partition");
  result.account = reader.Text("account");
  result.qos = reader.Text("qos");
  result.constraint = reader.Text("constraint");
  result.nodes = reader.Count("nodes");
  result.tasks = reader.Count("ntasks");
  result.time = reader.Text("time");
  result.options = reader.Lines("options", FaultOfOption);
  result.setup = reader.Lines("setup", FaultOfSetup);
  return result;
}

}  // namespace qalam
