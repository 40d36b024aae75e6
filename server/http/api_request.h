#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam::http {

struct Route;

// A request to a route of the API, as its handler sees it: the route has matched and the query
// holds only parameters that the route knows.
class ApiRequest {
 public:
  const Route* route = nullptr;
  std::string method;
  std::map<std::string, std::string> parts;       // of the path, by the names in the template
  std::multimap<std::string, std::string> query;  // decoded
  std::map<std::string, std::string> headers;     // names in lower case
  std::string body;
  std::string address;  // where it comes from; empty: not known

  // A part of the path; the template has it.
  const std::string& Part(const std::string& name) const { return parts.at(name); }
  // Empty when it is not there.
  std::string Header(const std::string& name) const;
  // Of the query: empty when it is not there.
  std::string Text(const std::string& name) const;
  std::vector<std::string> Texts(const std::string& name) const;
  bool Has(const std::string& name) const { return query.contains(name); }
  // A whole number from `least` to `most`, or `usual` when it is not there. INVALID_ARGUMENT.
  StatusOr<int64_t> Integer(const std::string& name, int64_t usual, int64_t least,
                            int64_t most) const;
  // One of `allowed`, or `usual`. INVALID_ARGUMENT names them.
  StatusOr<std::string> OneOf(const std::string& name, const std::string& usual,
                              const std::vector<std::string>& allowed) const;
  // The body as an object. INVALID_ARGUMENT says where it is broken.
  StatusOr<Json> Object() const;
  // Whether If-None-Match names this entity tag.
  bool IsCurrent(const std::string& entity_tag) const;
};

// The named member, a text. INVALID_ARGUMENT when it is missing or something else.
StatusOr<std::string> TextMember(const Json& object, const std::string& name);
// INVALID_ARGUMENT when the object has a member that is not listed.
Status AllowOnly(const Json& object, const std::vector<std::string>& names);

}  // namespace qalam::http
