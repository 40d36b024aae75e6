#include "db/record_text.h"

#include <fmt/ranges.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace qalam {

namespace {

// Calls add(first, second) for each of the pairs open"first"between"second"close, apart by commas,
// of a JSON list or object as nlohmann prints it. False when it is not that, or has an escape: most
// have none, and a table of 100,000 trials is read five times as fast.
template <typename Add>
bool DecodePlainPairs(std::string_view text, std::string_view open, std::string_view between,
                      std::string_view close, Add add) {
  if (text.size() < 2 || text.find('\\') != std::string_view::npos) return false;
  text = text.substr(1, text.size() - 2);
  const auto take = [&](std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
  };
  const auto take_text = [&](std::string_view& found) {
    const size_t end = text.find('"');
    if (end == std::string_view::npos) return false;
    found = text.substr(0, end);
    text.remove_prefix(end);
    return true;
  };
  for (bool first = true; !text.empty(); first = false) {
    std::string_view name, value;
    if ((!first && !take(",")) || !take(open) || !take_text(name) || !take(between) ||
        !take_text(value) || !take(close)) {
      return false;
    }
    add(name, value);
  }
  return true;
}

}  // namespace

std::string EncodeParameters(const std::vector<Assignment>& parameters) {
  auto json = nlohmann::json::array();
  for (const auto& parameter : parameters) json.push_back({parameter.name, parameter.value});
  // Names and values come from documents and may hold bytes that are not UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string EncodeLabels(const std::map<std::string, std::string>& labels) {
  return nlohmann::json(labels).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string EncodeNumbers(const std::vector<double>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

bool DecodeNumbers(std::string_view text, std::vector<double>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    double number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next < end && *next != ' ')) return false;
    numbers.push_back(number);
    at = next < end ? next + 1 : end;
  }
  return true;
}

bool DecodeParameters(std::string_view text, std::vector<Assignment>& parameters) {
  if (DecodePlainPairs(text, "[\"", "\",\"", "\"]", [&](auto name, auto value) {
        parameters.push_back({std::string(name), std::string(value)});
      })) {
    return true;
  }
  parameters.clear();
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return false;
  for (const auto& pair : json) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      return false;
    }
    parameters.push_back({pair[0].get<std::string>(), pair[1].get<std::string>()});
  }
  return true;
}

bool DecodeLabels(std::string_view text, std::map<std::string, std::string>& labels) {
  if (DecodePlainPairs(text, "\"", "\":\"", "\"",
                       [&](auto name, auto value) { labels.emplace(name, value); })) {
    return true;
  }
  labels.clear();
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return false;
    labels[name] = value.template get<std::string>();
  }
  return true;
}

}  // namespace qalam
