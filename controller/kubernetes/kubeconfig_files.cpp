#include "controller/kubernetes/kubeconfig_files.h"

#include <filesystem>

#include "base/base64.h"
#include "base/files.h"

namespace qalam::kubernetes {

namespace {

constexpr uint64_t kLargestFile = 16 << 20;

YAML::Node FieldOf(const YAML::Node& map, const std::string& field) {
  return map.IsMap() ? map[field] : YAML::Node(YAML::NodeType::Undefined);
}

bool IsGiven(const YAML::Node& node) { return node.IsDefined() && !node.IsNull(); }

}  // namespace

KubeconfigFiles::KubeconfigFiles(const std::vector<std::string>& paths) {
  for (const auto& path : paths) Load(path);
}

void KubeconfigFiles::Load(const std::string& path) {
  const auto text = ReadFile(path, kLargestFile);
  if (text.status().code() == StatusCode::kNotFound) return;
  if (!text.ok()) return AddFault(Message(text.status()));
  try {
    YAML::Node root = YAML::Load(*text);
    if (root.IsNull()) return;
    if (!root.IsMap())
      return AddFault(path + ": should be a map with clusters, contexts and users");
    files_.push_back({path, root});
  } catch (const YAML::Exception& error) {
    AddFault(
        fmt::format("{}:{}:{}: {}", path, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
}

std::string KubeconfigFiles::Names() const {
  std::string names;
  for (const auto& file : files_) names += (names.empty() ? "" : ", ") + file.path;
  return names;
}

std::string KubeconfigFiles::CurrentContext() {
  for (const auto& file : files_) {
    const std::string name = Text({file.path, "", file.root}, "current-context");
    if (!name.empty()) return name;
  }
  return "";
}

std::optional<KubeconfigEntry> KubeconfigFiles::Find(const std::string& list,
                                                     const std::string& kind,
                                                     const std::string& name) {
  for (const auto& file : files_) {
    const YAML::Node items = FieldOf(file.root, list);
    if (!IsGiven(items)) continue;
    if (!items.IsSequence()) {
      AddFault(fmt::format("{}: {}: should be a list", file.path, list));
      continue;
    }
    for (size_t i = 0; i < items.size(); ++i) {
      const YAML::Node found = FieldOf(items[i], "name");
      if (!found.IsDefined() || !found.IsScalar() || found.Scalar() != name) continue;
      const KubeconfigEntry entry{file.path, fmt::format("{}[{}].{}", list, i, kind),
                                  FieldOf(items[i], kind)};
      if (IsGiven(entry.map) && entry.map.IsMap()) return entry;
      AddFault(fmt::format("{}: {}: should be a map", file.path, entry.field));
      return KubeconfigEntry{file.path, entry.field, YAML::Node(YAML::NodeType::Map)};
    }
  }
  return std::nullopt;
}

std::vector<std::string> KubeconfigFiles::NamesIn(const std::string& list) {
  std::vector<std::string> names;
  for (const auto& file : files_) {
    const YAML::Node items = FieldOf(file.root, list);
    if (!IsGiven(items) || !items.IsSequence()) continue;
    for (const auto& item : items) {
      const YAML::Node name = FieldOf(item, "name");
      if (name.IsDefined() && name.IsScalar()) names.push_back(name.Scalar());
    }
  }
  return names;
}

std::string KubeconfigFiles::Text(const KubeconfigEntry& entry, const std::string& field) {
  const YAML::Node value = FieldOf(entry.map, field);
  if (!IsGiven(value)) return "";
  if (!value.IsScalar()) {
    AddFault(entry, field, "should be text");
    return "";
  }
  return value.Scalar();
}

bool KubeconfigFiles::Bool(const KubeconfigEntry& entry, const std::string& field) {
  const std::string text = Text(entry, field);
  if (!text.empty() && text != "true" && text != "false") {
    AddFault(entry, field, fmt::format("\"{}\" should be true or false", text));
  }
  return text == "true";
}

std::string KubeconfigFiles::Path(const KubeconfigEntry& entry, const std::string& field) {
  const std::string text = Text(entry, field);
  if (text.empty()) return "";
  return (std::filesystem::path(entry.file).parent_path() / text).string();
}

std::string KubeconfigFiles::Data(const KubeconfigEntry& entry, const std::string& field) {
  const std::string encoded = Text(entry, field + "-data");
  if (!encoded.empty()) {
    auto data = DecodeBase64(encoded);
    // What it holds is not shown: it may be a key.
    if (!data) AddFault(entry, field + "-data", "should be base64");
    return data.value_or("");
  }
  const std::string path = Path(entry, field);
  if (path.empty()) return "";
  auto data = ReadFile(path, kLargestFile);
  if (!data.ok()) AddFault(entry, field, Message(data.status()));
  return data.ok() ? *std::move(data) : "";
}

std::vector<YAML::Node> KubeconfigFiles::Items(const KubeconfigEntry& entry,
                                               const std::string& field) {
  const YAML::Node list = FieldOf(entry.map, field);
  if (!IsGiven(list)) return {};
  if (list.IsSequence()) return {list.begin(), list.end()};
  AddFault(entry, field, "should be a list");
  return {};
}

std::optional<KubeconfigEntry> KubeconfigFiles::Child(const KubeconfigEntry& entry,
                                                      const std::string& field) {
  const YAML::Node map = FieldOf(entry.map, field);
  if (!IsGiven(map)) return std::nullopt;
  if (map.IsMap()) return KubeconfigEntry{entry.file, entry.field + "." + field, map};
  AddFault(entry, field, "should be a map");
  return std::nullopt;
}

void KubeconfigFiles::AddFault(const KubeconfigEntry& entry, const std::string& field,
                               const std::string& message) {
  const std::string place = entry.field.empty() ? field : entry.field + "." + field;
  faults_.push_back(fmt::format("{}: {}: {}", entry.file, place, message));
}

Status KubeconfigFiles::Faults() const {
  if (faults_.empty()) return absl::OkStatus();
  std::string lines;
  for (const auto& fault : faults_) lines += (lines.empty() ? "" : "\n") + fault;
  return InvalidArgument("{}", lines);
}

}  // namespace qalam::kubernetes
