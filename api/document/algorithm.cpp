#include "api/document/reader.h"

namespace qalam::document {

namespace {

std::vector<Setting> ReadSettings(Reader& reader, const Field& list) {
  std::vector<Setting> settings;
  for (const Field& item : reader.Items(list)) {
    if (!reader.CheckMap(item, {"name", "value"})) continue;
    const Field name = Reader::Child(item, "name");
    const Field value = Reader::Child(item, "value");
    reader.Require(item, name, "the setting's name");
    reader.Require(item, value, "the setting's value");
    settings.push_back({reader.Text(name).value_or(""), reader.Text(value).value_or("")});
  }
  return settings;
}

}  // namespace

Algorithm ReadAlgorithm(Reader& reader, const Field& field) {
  Algorithm algorithm;
  if (reader.CheckMap(field, {"algorithmName", "algorithmSettings"})) {
    algorithm.name = reader.Text(Reader::Child(field, "algorithmName")).value_or("");
    algorithm.settings = ReadSettings(reader, Reader::Child(field, "algorithmSettings"));
  }
  if (algorithm.name.empty()) algorithm.name = "auto";
  return algorithm;
}

std::optional<EarlyStopping> ReadEarlyStopping(Reader& reader, const Field& field) {
  if (!reader.CheckMap(field, {"algorithmName", "algorithmSettings"})) return std::nullopt;
  const Field name = Reader::Child(field, "algorithmName");
  reader.Require(field, name, "the early stopping rule, e.g. medianstop");
  return EarlyStopping{reader.Text(name).value_or(""),
                       ReadSettings(reader, Reader::Child(field, "algorithmSettings"))};
}

}  // namespace qalam::document
