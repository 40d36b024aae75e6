// Objects of experiments.kubeflow.org as people write them, and the experiments that come of them.
#pragma once

#include <string>

#include "controller/kubernetes/object.h"
#include "db/store.h"

namespace qalam::cluster {

inline const kubernetes::Resource kExperiments{"kubeflow.org/v1beta1", "Experiment", "experiments",
                                               true};
inline const kubernetes::Resource kTrials{"kubeflow.org/v1beta1", "Trial", "trials", true};

// Of an object: it is not gone before its experiment is.
inline constexpr char kFinalizer[] = "qalam.io/experiment";
// Of a document: the uid of the object that it came from.
inline constexpr char kOriginAnnotation[] = "qalam.io/object-uid";

// What a user has said in the object, with its uid, as a document.
std::string DocumentOf(const Json& object);
// The uid of the object that an experiment came from; "" when it came by other ways.
std::string OriginOf(const ExperimentRecord& experiment);

// An ownerReference to an Experiment object.
Json OwnerReference(const std::string& name, const std::string& uid);

bool HasFinalizer(const Json& object);
bool IsBeingDeleted(const Json& object);
// A merge patch that adds the finalizer or takes it away, for the object as it is here alone.
Json FinalizerPatch(const Json& object, bool present);

}  // namespace qalam::cluster
