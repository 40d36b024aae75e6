#include "server/http/topic.h"

#include <algorithm>
#include <sstream>

namespace qalam::http {

namespace {

constexpr std::pair<const char*, Topic::Kind> kNamedKinds[] = {
    {"experiment/", Topic::Kind::kExperiment},
    {"trial/", Topic::Kind::kTrial},
    {"logs/", Topic::Kind::kLogs},
};

StatusOr<Topic> ParseTopic(const std::string& text) {
  if (text == "experiments") return Topic{};
  if (text == "system") return Topic{Topic::Kind::kSystem};
  for (const auto& [prefix, kind] : kNamedKinds) {
    if (!text.starts_with(prefix)) continue;
    const std::string rest = text.substr(std::string(prefix).size());
    const size_t slash = rest.find('/');
    const bool sound = slash != std::string::npos && slash > 0 && slash + 1 < rest.size() &&
                       rest.find('/', slash + 1) == std::string::npos;
    if (sound) return Topic{kind, rest.substr(0, slash), rest.substr(slash + 1)};
  }
  return InvalidArgument(
      "\"{}\" is no topic; there are experiments, system, experiment/NAMESPACE/NAME, "
      "trial/NAMESPACE/TRIAL and logs/NAMESPACE/TRIAL",
      text.substr(0, 200));
}

}  // namespace

StatusOr<std::vector<Topic>> ParseTopics(const std::string& text) {
  std::vector<Topic> topics;
  std::istringstream parts(text);
  std::string part;
  while (std::getline(parts, part, ',')) {
    ASSIGN_OR_RETURN(auto topic, ParseTopic(part));
    if (std::find(topics.begin(), topics.end(), topic) != topics.end()) continue;
    if (topics.size() == kMostTopics) {
      return InvalidArgument("a stream takes at most {} topics", kMostTopics);
    }
    topics.push_back(std::move(topic));
  }
  if (topics.empty()) return InvalidArgument("the query's topics are missing");
  const auto logs = std::count_if(topics.begin(), topics.end(), [](const Topic& topic) {
    return topic.kind == Topic::Kind::kLogs;
  });
  if (logs > 1) return InvalidArgument("a stream follows the output of at most one trial");
  return topics;
}

}  // namespace qalam::http
