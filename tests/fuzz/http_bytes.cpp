// Whatever bytes come over a connection: the server answers or closes, and answers the next.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/files.h"
#include "tests/fuzz/known_experiment.h"
#include "tests/fuzz/served_fuzz.h"

namespace {

// A view of an experiment that another server, which has ended, has run.
struct Fuzzed {
  qalam::TemporaryDirectory directory;
  std::unique_ptr<qalam::Server> first = qalam::StartFuzzedServer(directory, true);
  qalam::KnownExperiment known{first->InProcessChannel()};
  std::unique_ptr<qalam::Server> server;
  int port = 0;

  Fuzzed() {
    known.Renew();
    first->Shutdown();
    server = qalam::StartFuzzedServer(directory, false);
    const std::string url = server->http_url();
    port = std::stoi(url.substr(url.rfind(':') + 1));
  }
};

const Fuzzed& TheFuzzed() {
  static const auto* const fuzzed = new Fuzzed;
  return *fuzzed;
}

// From one address after another: those in a minute would take all ports of one.
qalam::FileDescriptor Connect() {
  constexpr uint32_t kAddresses = 200;
  static uint32_t connections = 0;
  qalam::FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + connections++ % kAddresses);
  FUZZ_CHECK(bind(connection.get(), reinterpret_cast<sockaddr*>(&own), sizeof(own)) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(TheFuzzed().port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    return connection;
  }
  // libFuzzer's clock, by which it notices inputs that take long.
  const int error = errno;
  if (error != EINTR) std::fprintf(stderr, "connect: %s\n", std::strerror(error));
  FUZZ_CHECK(error == EINTR);
  return Connect();
}

}  // namespace

// Before any input is timed: a server takes a while to start.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  TheFuzzed();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input = TheFuzzed().known.WithNames(qalam::AsText(data, size));
  const qalam::FileDescriptor connection = Connect();
  size_t sent = 0;
  while (sent < input.size()) {
    const ssize_t now =
        send(connection.get(), input.data() + sent, input.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) break;
    sent += static_cast<size_t>(now);
  }
  shutdown(connection.get(), SHUT_WR);
  // A stream of events would go on for ever.
  constexpr int kMostReads = 64, kPatienceMilliseconds = 50;
  char buffer[16 << 10];
  for (int i = 0; i < kMostReads; ++i) {
    pollfd readable{.fd = connection.get(), .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, kPatienceMilliseconds) <= 0) break;
    const ssize_t got = recv(connection.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) break;
    // The server admits a mistake of its own. What it repeats of a request has its quotes escaped.
    FUZZ_CHECK(std::string_view(buffer, static_cast<size_t>(got)).find(R"("code":"INTERNAL")") ==
               std::string_view::npos);
  }
  return 0;
}
