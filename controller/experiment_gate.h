#pragma once

#include <string>

namespace qalam {

// Which experiments a controller may act on, where several servers share them. Thread-safe.
class ExperimentGate {
 public:
  virtual ~ExperimentGate() = default;
  // Whether this server has the experiment now, and still for a while. Quick.
  virtual bool Holds(const std::string& experiment_uid) = 0;
  // Something is to be done with an experiment that this server has not: it asks for it, and
  // enqueues it when it gets it. Quick.
  virtual void Want(const std::string& experiment_uid) = 0;
};

}  // namespace qalam
