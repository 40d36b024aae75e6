#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "db/database.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// Debian's PostgreSQL on a private socket in a folder of its own, that ends with the object, and
// with this process however that ends. It refuses to run as root: then it runs as its own user.
class PostgresServer {
 public:
  struct Options {
    bool syncs = false;                 // to the disk, as users have it: where the test is of that
    std::vector<std::string> settings;  // NAME=VALUE
  };

  // One for all tests of this program that leave it alone.
  static PostgresServer& Shared();

  PostgresServer() : PostgresServer(Options()) {}
  explicit PostgresServer(Options options);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The address of a fresh, empty database; in truth a schema, which costs less.
  std::string NewDatabase();
  // Runs SQL as the superuser, and gives the first value of the last statement.
  std::string Query(const std::string& sql, const std::string& address = "");
  // It answers when it returns.
  void Start();
  // As "pg_ctl stop -m immediate" does: every connection is cut.
  void StopAtOnce();
  // kill -9 of the postmaster.
  void Kill();
  pid_t pid() const { return pid_; }

 private:
  void Signal(int signal);
  std::string Address() const;
  void Run(std::vector<std::string> arguments) const;

  const Options options_;
  TemporaryDirectory directory_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace qalam
