#include "cli/debug/server_report.h"

#include <httplib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "api/grpc_status.h"
#include "base/files.h"
#include "cli/channel.h"
#include "server/access.h"

namespace qalam {

namespace {

struct Page {
  const char* entry;
  const char* path;
};

constexpr Page kPages[] = {
    {"metrics.txt", "/metrics"},
    {"readiness.json", "/readyz"},
    {"info.json", "/api/v1/info"},
    {"diagnostics.json", "/api/v1/diagnostics"},
    {"experiments.json", "/api/v1/experiments?limit=100"},
};

// HOST:PORT.
std::string AddressOf(const std::string& url) {
  constexpr std::string_view kAfterScheme = "://";
  const size_t scheme = url.find(kAfterScheme);
  return scheme == std::string::npos ? url : url.substr(scheme + kAfterScheme.size());
}

struct HttpServer {
  std::string url;
  std::string own_address;  // by which it knows itself, HOST:PORT
};

StatusOr<std::string> Fetch(const HttpServer& server, const CommonOptions& common,
                            const std::string& token, const std::string& path) {
  const std::string& url = server.url;
  if (!token.empty() && !url.starts_with("https:") && !IsLoopback(AddressOf(url))) {
    return InvalidArgument("{}{}: the token would travel there for everybody to read", url, path);
  }
  httplib::Client client(url, common.tls_client_certificate, common.tls_client_key);
  if (!common.tls_ca.empty()) client.set_ca_cert_path(common.tls_ca);
  // It takes other names for a trick played on a browser.
  client.set_default_headers({{"Host", server.own_address}});
  client.set_connection_timeout(5);
  // Its check of a large database takes a while.
  client.set_read_timeout(90);
  if (!token.empty()) client.set_bearer_token_auth(token);
  std::string body;
  const auto answer = client.Get(path, [&](const char* data, size_t length) {
    body.append(data, length);
    return body.size() < Bundle::kMostEntryBytes;
  });
  if (!answer && body.empty()) {
    return Unavailable("{}{}: {}", url, path, httplib::to_string(answer.error()));
  }
  // A server that is not ready says so in its answer.
  return body;
}

}  // namespace

std::string HttpUrlBeside(const std::string& web_url, const std::string& server) {
  const std::string address = AddressOf(web_url);
  const bool is_remote = !server.empty() && !server.starts_with("unix:");
  if (!IsWildcard(address) && !(is_remote && IsLoopback(address))) return web_url;
  const std::string host = is_remote ? server.substr(0, server.rfind(':')) : "localhost";
  const size_t port = std::min(address.rfind(':'), address.size());
  return web_url.substr(0, web_url.size() - address.size()) + host + address.substr(port);
}

Status AddServerReport(Connection& connection, const CommonOptions& common, Bundle& bundle) {
  grpc::ClientContext context;
  v1::ServerInfo info;
  RETURN_IF_ERROR(FromGrpc(connection.stub().GetServerInfo(&context, {}, &info)));
  ASSIGN_OR_RETURN(const auto token, GivenToken(common));
  const HttpServer server = {HttpUrlBeside(info.web_url(), common.server),
                             AddressOf(info.web_url())};
  for (const auto& page : kPages) {
    const auto text = info.web_url().empty()
                          ? StatusOr<std::string>(Unavailable("the server has no HTTP"))
                          : Fetch(server, common, token, page.path);
    RETURN_IF_ERROR(bundle.Add(page.entry, text));
  }
  return absl::OkStatus();
}

Status AddMachineReport(Bundle& bundle) {
  std::string text = fmt::format("qalam {}, built by {}\n", QALAM_VERSION, __VERSION__);
  utsname system{};
  if (uname(&system) == 0) {
    text += fmt::format("{} {} {} {}\n", system.sysname, system.release, system.version,
                        system.machine);
  }
  text += fmt::format("{} processors\n", sysconf(_SC_NPROCESSORS_ONLN));
  for (const char* path : {"/etc/os-release", "/proc/meminfo", "/proc/loadavg", "/proc/self/cgroup",
                           "/proc/self/limits", "/proc/pressure/cpu", "/proc/pressure/io"}) {
    const auto content = ReadFileRange(path, 0, 1 << 16);
    text += fmt::format("\n{}\n{}", path, content.ok() ? *content : Message(content.status()));
  }
  RETURN_IF_ERROR(bundle.Add("machine.txt", std::string_view(text)));
  std::string environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    // Others are nobody's business here.
    const std::string_view given = *variable;
    if (given.starts_with("QALAM_")) environment += fmt::format("{}\n", given);
  }
  return bundle.Add("environment.txt", std::string_view(environment));
}

}  // namespace qalam
