#pragma once

#include <string>

#include "base/status.h"

namespace qalam {

// The servers of one user that share a database on one machine: each has a socket of its own, and
// trials know a link that leads to one that lives.
class MachineSocket {
 public:
  // Makes the folder that only this user enters, and removes what killed servers have left there.
  // FAILED_PRECONDITION when it is another's. `database` tells databases apart.
  static StatusOr<MachineSocket> Create(const std::string& database);

  // The socket that this server listens on.
  const std::string& own_path() const { return own_path_; }
  // What its trials reach, also after it has gone.
  const std::string& shared_path() const { return shared_path_; }
  // Leads the link here, unless it leads to a server that answers.
  void KeepShared() const;
  // Once nobody listens any more.
  void Remove() const;

 private:
  std::string own_path_, shared_path_;
};

// Whether somebody listens on the socket of that path.
bool SocketAnswers(const std::string& path);

}  // namespace qalam
