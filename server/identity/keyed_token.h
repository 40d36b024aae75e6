// Tokens that are made from a database's key and a text, so that none is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qalam {

// "qalam-KIND_SUBJECT_HASH". The kind keeps what is made with the key for one purpose from being
// good for another.
std::string MakeKeyedToken(const std::string& key, std::string_view kind, std::string_view subject);
// By its form alone.
bool IsKeyedToken(std::string_view kind, std::string_view bearer);
// What the token says; none when it is not of that kind and key.
std::optional<std::string> SubjectOf(const std::string& key, std::string_view kind,
                                     std::string_view bearer);

}  // namespace qalam
