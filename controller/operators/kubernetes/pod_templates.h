// Where a manifest of any kind says what its pods are.
#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"

namespace qalam {

struct PodTemplate {
  Json* pod = nullptr;  // a map with metadata and spec, within the manifest
  std::string place;    // "spec.template"; empty where the manifest is a Pod itself
};

// Everything in the manifest with a spec that has containers.
std::vector<PodTemplate> FindPodTemplates(Json& manifest);

struct PrimaryContainer {
  Json* pod = nullptr;
  Json* container = nullptr;
  std::string place;  // "spec.template.spec.containers[0]"
};

// What the document says of it.
struct PrimaryChoice {
  std::string container;                      // primaryContainerName; may be empty
  std::map<std::string, std::string> labels;  // primaryPodLabels
};

// The containers whose metrics are the trial's: of a distributed kind, those of its primary role;
// of other kinds, those of the pods that have the labels, or of all where none has them in the
// manifest, since a kind's controller may give them. Faults name their fields, from the manifest
// on.
std::vector<PrimaryContainer> FindPrimaryContainers(Json& manifest, const PrimaryChoice& choice,
                                                    std::vector<Fault>& faults);
// The name that the container has; of a distributed kind, the kind's own where none is given.
std::string PrimaryContainerName(const Json& manifest, const std::string& given);

}  // namespace qalam
