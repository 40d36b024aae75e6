#include "api/document/reader.h"

namespace qalam::document {

namespace {

// RFC 1123: what Kubernetes takes as the name of an object, which a trial's name begins with.
bool IsDnsLabel(const std::string& text, size_t longest) {
  if (text.empty() || text.size() > longest) return false;
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (const char c : text) {
    if (!alphanumeric(c) && c != '-') return false;
  }
  return alphanumeric(text.front()) && alphanumeric(text.back());
}

// A trial adds nine characters to its experiment's name, and 63 is the most that a label may have.
constexpr size_t kLongestExperimentName = 54;

void CheckName(Reader& reader, const Field& field, const std::string& name, size_t longest,
               const std::string& suffix = "") {
  if (IsDnsLabel(name + suffix, longest + suffix.size())) return;
  reader.AddFault(field, fmt::format("\"{}\" should be 1 to {} characters of a-z, 0-9 and \"-\", "
                                     "beginning and ending with a letter or digit",
                                     name, longest));
}

}  // namespace

Metadata ReadMetadata(Reader& reader, const Field& field) {
  Metadata metadata;
  // Objects read back from a cluster carry more than a user writes; it is passed over, not refused.
  if (!reader.CheckMap(field, {"name", "generateName", "namespace", "labels", "annotations",
                               "creationTimestamp", "finalizers", "generation", "managedFields",
                               "ownerReferences", "resourceVersion", "selfLink", "uid"})) {
    return metadata;
  }
  const Field name = Reader::Child(field, "name");
  const Field generate_name = Reader::Child(field, "generateName");
  const Field name_space = Reader::Child(field, "namespace");
  metadata.name = reader.Text(name).value_or("");
  metadata.generate_name = reader.Text(generate_name).value_or("");
  if (name.present()) {
    CheckName(reader, name, metadata.name, kLongestExperimentName);
  } else if (generate_name.present()) {
    // What is added to it begins and ends with a letter or digit.
    const std::string suffix = "00000";
    CheckName(reader, generate_name, metadata.generate_name, kLongestExperimentName - suffix.size(),
              suffix);
  } else {
    reader.AddFault({field.node, "metadata.name"}, "missing; give a name or a generateName");
  }
  if (name_space.present()) {
    metadata.name_space = reader.Text(name_space).value_or("");
    CheckName(reader, name_space, metadata.name_space, 63);
  }
  metadata.labels = reader.TextMap(Reader::Child(field, "labels"));
  metadata.annotations = reader.TextMap(Reader::Child(field, "annotations"));
  return metadata;
}

}  // namespace qalam::document
