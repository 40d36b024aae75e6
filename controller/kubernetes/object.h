// Objects of the Kubernetes API as plain JSON, and where they are.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"

namespace qalam {

using Json = nlohmann::ordered_json;

namespace kubernetes {

// A kind of object as a server offers it (Client::FindResource).
struct Resource {
  std::string api_version;  // "v1", "batch/v1"
  std::string kind;         // "Job"
  std::string plural;       // "jobs"
  bool namespaced = true;
};

inline const Resource kPods{"v1", "Pod", "pods", true};

// One object, or all of a kind where `name` is empty.
struct ObjectPath {
  Resource resource;
  std::string name_space;  // empty: of all namespaces, or of a kind that is in none
  std::string name;
  std::string subresource;  // "status", "log"; mostly empty
};

// "/apis/batch/v1/namespaces/default/jobs/a"
std::string UrlPath(const ObjectPath& path);
// "Job default/a"
std::string Describe(const ObjectPath& path);

// The text at metadata.FIELD, or "".
std::string MetadataText(const Json& object, const char* field);
// The value of a label or an annotation (`map` says which), or "".
std::string MetadataEntry(const Json& object, const char* map, const std::string& name);

}  // namespace kubernetes
}  // namespace qalam
