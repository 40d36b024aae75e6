// A child process that is asked and answers in JSON, one object a line, on its standard input and
// output. Its standard error is ours.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::bench {

class JsonProcess {
 public:
  static StatusOr<std::unique_ptr<JsonProcess>> Start(const std::vector<std::string>& command);
  // Closes the child's input, which tells it to end, and waits for it.
  ~JsonProcess();
  JsonProcess(const JsonProcess&) = delete;

  // UNAVAILABLE when the child is gone; INTERNAL when the answer is no JSON object or has an
  // "error", whose text is then the message.
  StatusOr<nlohmann::json> Request(const nlohmann::json& request);
  // The child's processor time so far, all its threads.
  double CpuSeconds() const;

 private:
  JsonProcess(std::string name, pid_t pid, FILE* input, FILE* output)
      : name_(std::move(name)), pid_(pid), input_(input), output_(output) {}

  const std::string name_;
  const pid_t pid_;
  FILE* const input_;
  FILE* const output_;
};

}  // namespace qalam::bench
