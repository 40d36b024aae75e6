// One HTTP GET over a socket that does not block.
#pragma once

#include <string>

#include "base/files.h"
#include "controller/collector/job.h"

namespace qalam::collector {

// By hand instead of by a library: the loop that runs a trial must go on meanwhile, which
// cpp-httplib's calls do not allow, and the collector stays small. It asks as HTTP/1.0 does, so
// that the answer comes in one piece and its end is the connection's.
class HttpGet {
 public:
  // Begins.
  explicit HttpGet(const Endpoint& endpoint);

  // What to wait for.
  int descriptor() const { return socket_.get(); }
  short events() const;
  // Goes on as far as it can without waiting; false once it has ended.
  bool Advance();

  // Then: the answer's content, unless something went wrong. A server that cannot be connected to
  // is `is_absent`.
  const std::string& error() const { return error_; }
  bool is_absent() const { return is_absent_; }
  const std::string& content() const { return answer_; }

 private:
  enum class State { kConnecting, kSending, kReceiving, kEnded };

  bool Fail(std::string error);
  bool FinishConnecting();
  bool Send();
  bool Receive();
  // Whether as much has come as the answer's head says there is.
  bool IsWhole() const;
  bool TakeAnswer();

  State state_ = State::kConnecting;
  FileDescriptor socket_;
  std::string request_;  // what is left to be sent
  std::string answer_;
  std::string error_;
  bool is_absent_ = false;
};

}  // namespace qalam::collector
