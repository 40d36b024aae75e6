#include "server/http/openapi.h"

#include <set>

#include "server/http/schema.h"
#include "server/http/text.h"
#include "server/identity/rights.h"

#ifndef QALAM_VERSION
#define QALAM_VERSION "unknown"
#endif

namespace qalam::http {

namespace {

constexpr char kReferenceStart[] = "#/components/schemas/";

void CollectReferences(const Json& value, std::set<std::string>& names) {
  if (value.is_object()) {
    const auto reference = value.find("$ref");
    if (reference != value.end()) {
      names.insert(reference->get<std::string>().substr(sizeof(kReferenceStart) - 1));
    }
  }
  if (!value.is_structured()) return;
  for (const auto& child : value) CollectReferences(child, names);
}

// OpenAPI has no sign for a part that takes all that is left.
std::string PlainPath(std::string path) {
  const size_t dots = path.find("...}");
  if (dots != std::string::npos) path.erase(dots, 3);
  return path;
}

Json PathParameters(const std::string& path) {
  Json parameters = Json::array();
  size_t end = 0;
  for (size_t begin = path.find('{'); begin != std::string::npos; begin = path.find('{', end)) {
    end = path.find('}', begin);
    parameters.push_back({{"name", path.substr(begin + 1, end - begin - 1)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", TextSchema()}});
  }
  return parameters;
}

Json Operation(const Route& route, const std::string& path) {
  Json parameters = PathParameters(path);
  for (const auto& parameter : route.query) {
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.help},
                          {"schema", parameter.schema}});
  }
  Json success = {{"description", "Success"}};
  if (!route.reply.is_null()) {
    success["content"] = {{route.reply_type, {{"schema", route.reply}}}};
  } else if (route.reply_type != "application/json") {
    success["content"] = {{route.reply_type, {{"schema", TextSchema()}}}};
  }
  const Json error = {{"description", "What was wrong"},
                      {"content", {{"application/json", {{"schema", Reference("Error")}}}}}};
  Json operation = {{"summary", route.summary},
                    {"parameters", parameters},
                    {"responses", {{std::to_string(route.status), success}, {"default", error}}}};
  if (!route.body.is_null()) {
    operation["requestBody"] = {{"required", true},
                                {"content", {{"application/json", {{"schema", route.body}}}}}};
  }
  const CallRight* right = FindRight(route.method + " " + route.path);
  if (right != nullptr && right->reach == Reach::kOpen) operation["security"] = Json::array();
  return operation;
}

}  // namespace

Json OpenApiDocument(const std::vector<Route>& routes) {
  Json paths = Json::object();
  for (const auto& route : routes) {
    const std::string path = PlainPath(route.path);
    paths[path][LowerCase(route.method)] = Operation(route, path);
  }
  const Json all = Components();
  Json used = Json::object();
  std::set<std::string> wanted;
  CollectReferences(paths, wanted);
  while (!wanted.empty()) {
    const std::string name = *wanted.begin();
    wanted.erase(wanted.begin());
    if (used.contains(name)) continue;
    used[name] = all.at(name);
    CollectReferences(used[name], wanted);
  }
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Qalam"},
        {"version", QALAM_VERSION},
        {"description", "Experiments, trials and their metrics; see docs/reference/http-api.md"}}},
      {"servers", Json::array({{{"url", kApiRoot}}})},
      // Nothing at all where the server has no token.
      {"security", Json::array({Json::object(), {{"token", Json::array()}}})},
      {"paths", paths},
      {"components",
       {{"schemas", used},
        {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace qalam::http
