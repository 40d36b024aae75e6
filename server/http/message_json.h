// Messages of protobuf as the HTTP API's JSON: proto3's own, but whole numbers of 64 bits are
// numbers (uint64 is a text), every field without presence is printed, times have milliseconds, and
// states are words ("EarlyStopped"). The schemas come from the same descriptors.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam::http {

Json MessageToJson(const google::protobuf::Message& message);

// Sets the fields that the object has. INVALID_ARGUMENT for one that is unknown, of the wrong kind
// or not of a simple type.
Status JsonToMessage(const Json& object, google::protobuf::Message& message);

// A number, or the text "NaN", "Infinity" or "-Infinity".
Json NumberToJson(double value);
// RFC 3339 in UTC with milliseconds.
std::string TimeToText(int64_t unix_milliseconds);

// The JSON schema of what MessageToJson makes; other messages are references to
// #/components/schemas/NAME, as SchemaName gives it.
Json MessageSchema(const google::protobuf::Descriptor& type);
std::string SchemaName(const google::protobuf::Descriptor& type);

}  // namespace qalam::http
