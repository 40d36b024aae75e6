// The files of a kubeconfig, laid over one another. Faults are gathered, so that all are told at
// once.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::kubernetes {

// The map of one entry, "users[2].user" of a file.
struct KubeconfigEntry {
  std::string file;
  std::string field;
  YAML::Node map;
};

class KubeconfigFiles {
 public:
  // Those of `paths` that are there. Faults in the files are kept.
  explicit KubeconfigFiles(const std::vector<std::string>& paths);

  bool empty() const { return files_.empty(); }
  // "/a/config, /b/config"
  std::string Names() const;
  // The first file's that says one.
  std::string CurrentContext();
  // Of the list `list` ("users"), whose maps are at `kind` ("user"). nullopt when there is none of
  // that name.
  std::optional<KubeconfigEntry> Find(const std::string& list, const std::string& kind,
                                      const std::string& name);
  std::vector<std::string> NamesIn(const std::string& list);

  // Fields of an entry; what is not there is empty, and what is of another kind a fault.
  std::string Text(const KubeconfigEntry& entry, const std::string& field);
  bool Bool(const KubeconfigEntry& entry, const std::string& field);
  // A path, from the file's folder where it is relative.
  std::string Path(const KubeconfigEntry& entry, const std::string& field);
  // What FIELD-data holds as base64, or the file at FIELD.
  std::string Data(const KubeconfigEntry& entry, const std::string& field);
  // The items of a list at a field of the entry.
  std::vector<YAML::Node> Items(const KubeconfigEntry& entry, const std::string& field);
  // The map at a field of the entry.
  std::optional<KubeconfigEntry> Child(const KubeconfigEntry& entry, const std::string& field);
  // "file: entry.field: message"
  void AddFault(const KubeconfigEntry& entry, const std::string& field, const std::string& message);
  void AddFault(const std::string& fault) { faults_.push_back(fault); }
  // OK, or all faults, a line each.
  Status Faults() const;

 private:
  struct File {
    std::string path;
    YAML::Node root;
  };

  void Load(const std::string& path);

  std::vector<File> files_;
  std::vector<std::string> faults_;
};

}  // namespace qalam::kubernetes
