#include "server/machine_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/files.h"
#include "base/uid.h"

namespace qalam {
namespace {

FileDescriptor ListenAt(const std::string& path) {
  sockaddr_un place{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(place.sun_path, sizeof(place.sun_path) - 1);
  FileDescriptor listening(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(bind(listening.get(), reinterpret_cast<const sockaddr*>(&place), sizeof(place)) == 0);
  REQUIRE(listen(listening.get(), 1) == 0);
  return listening;
}

void MakeOld(const std::string& path) {
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

}  // namespace

TEST_CASE("Trials reach a server that lives, whichever it is") {
  const std::string database = NewUid();
  const auto first = *MachineSocket::Create(database), second = *MachineSocket::Create(database);
  CHECK(first.shared_path() == second.shared_path());
  CHECK(first.shared_path() != MachineSocket::Create(NewUid())->shared_path());
  const auto leads_to = [&] { return std::filesystem::read_symlink(first.shared_path()).string(); };
  FileDescriptor listening = ListenAt(first.own_path());
  const FileDescriptor other = ListenAt(second.own_path());
  first.KeepShared();
  second.KeepShared();
  CHECK(leads_to() == first.own_path());
  CHECK(SocketAnswers(first.shared_path()));
  // As a server that is killed leaves it.
  listening.Close();
  CHECK_FALSE(SocketAnswers(first.shared_path()));
  second.KeepShared();
  CHECK(leads_to() == second.own_path());
  // Not this one's any more.
  first.Remove();
  CHECK(SocketAnswers(first.shared_path()));
  second.Remove();
  CHECK_FALSE(FileExists(first.shared_path()));
}

TEST_CASE("Sockets of killed servers are removed, and no others") {
  const auto probe = MachineSocket::Create("database");
  REQUIRE(probe.ok());
  const std::string folder = std::filesystem::path(probe->own_path()).parent_path().string();
  const std::string dead = folder + "/" + NewUid() + ".sock";
  const std::string alive = folder + "/" + NewUid() + ".sock";
  const std::string starting = folder + "/" + NewUid() + ".sock";
  ListenAt(dead);
  ListenAt(starting);
  const FileDescriptor listener = ListenAt(alive);
  MakeOld(dead);
  MakeOld(alive);
  REQUIRE(MachineSocket::Create("database").ok());
  CHECK_FALSE(std::filesystem::exists(dead));
  CHECK(std::filesystem::exists(alive));
  CHECK(std::filesystem::exists(starting));
  CHECK(SocketAnswers(alive));
  std::filesystem::remove(alive);
  std::filesystem::remove(starting);
}

}  // namespace qalam
