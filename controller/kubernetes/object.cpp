#include "controller/kubernetes/object.h"

#include "base/url_encode.h"

namespace qalam::kubernetes {

std::string UrlPath(const ObjectPath& path) {
  const Resource& resource = path.resource;
  // Only those of the core are without a group, and they have a place of their own.
  std::string result = resource.api_version.find('/') == std::string::npos ? "/api/" : "/apis/";
  result += resource.api_version;
  if (resource.namespaced && !path.name_space.empty()) {
    result.append("/namespaces/").append(UrlEncode(path.name_space));
  }
  result.append("/").append(resource.plural);
  if (!path.name.empty()) result.append("/").append(UrlEncode(path.name));
  if (!path.subresource.empty()) result.append("/").append(path.subresource);
  return result;
}

std::string Describe(const ObjectPath& path) {
  std::string place = path.name_space;
  if (!path.name.empty()) place += (place.empty() ? "" : "/") + path.name;
  return place.empty() ? path.resource.kind : path.resource.kind + " " + place;
}

namespace {

const Json* Metadata(const Json& object, const std::string& field) {
  if (!object.is_object()) return nullptr;
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return nullptr;
  const auto entry = metadata->find(field);
  return entry == metadata->end() ? nullptr : &*entry;
}

}  // namespace

std::string MetadataText(const Json& object, const char* field) {
  const Json* value = Metadata(object, field);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

std::string MetadataEntry(const Json& object, const char* map, const std::string& name) {
  const Json* entries = Metadata(object, map);
  if (entries == nullptr || !entries->is_object()) return "";
  const auto entry = entries->find(name);
  return entry != entries->end() && entry->is_string() ? entry->get<std::string>() : "";
}

}  // namespace qalam::kubernetes
