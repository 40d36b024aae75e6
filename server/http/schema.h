// JSON schemas of what the routes take and give, put together in the routes' tables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/http/message_json.h"

namespace qalam::http {

// A schema of Components() by name.
Json Reference(const std::string& name);
template <typename ProtobufMessage>
Json SchemaOf() {
  return Reference(SchemaName(*ProtobufMessage::descriptor()));
}

Json TextSchema();
Json WholeSchema();
Json NumberSchema();
Json BooleanSchema();
Json TimeSchema();
Json WordSchema(const std::vector<std::string>& words);
Json ArrayOf(Json items);
Json Nullable(Json schema);
// An object with these members and no others; one whose name ends in "?" may be absent.
Json ObjectOf(const std::vector<std::pair<std::string, Json>>& members);
// An object of the message type with more members.
Json Extended(Json object_schema, const std::vector<std::pair<std::string, Json>>& members);

// Every schema that a Reference may name: the messages of qalam.v1 and what the API adds.
Json Components();

}  // namespace qalam::http
