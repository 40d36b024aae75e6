#include "server/http/security.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "server/http/text.h"

namespace qalam::http {

namespace {

bool IsAddress(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string MachineName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? LowerCase(name) : "";
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& SecurityHeaders() {
  // 'unsafe-inline' for styles alone: the charts and the virtual table place their elements so.
  static const auto* headers = new std::vector<std::pair<std::string, std::string>>{
      {"Content-Security-Policy",
       "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
       "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
       "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Embedder-Policy", "require-corp"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
  };
  return *headers;
}

std::pair<std::string, std::string> SplitHostPort(const std::string& address) {
  const size_t bracket = address.rfind(']');
  const size_t colon = address.rfind(':');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  std::string host = address.substr(0, has_port ? colon : std::string::npos);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return {host, has_port ? address.substr(colon + 1) : ""};
}

Status CheckHost(const HeaderOf& header, const std::string& listen_host) {
  const std::string given = header("host");
  const std::string host = LowerCase(SplitHostPort(given).first);
  // An address was not made up by a name server.
  if (host == "localhost" || host.ends_with(".localhost") || IsAddress(host)) {
    return absl::OkStatus();
  }
  if (!host.empty() && (host == LowerCase(listen_host) || host == MachineName())) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      "the host \"{}\" is not this server's; use http://localhost:PORT, the machine's address or "
      "its name",
      given.substr(0, 200));
}

Status CheckOrigin(const HeaderOf& header) {
  const std::string site = header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") {
    return PermissionDenied("a page of another site may change nothing here");
  }
  const std::string origin = header("origin");
  if (!origin.empty()) {
    const size_t scheme = origin.find("://");
    if (scheme == std::string::npos ||
        LowerCase(origin.substr(scheme + 3)) != LowerCase(header("host"))) {
      return PermissionDenied("a page of {} may change nothing here", origin.substr(0, 200));
    }
  }
  const std::string type = LowerCase(header("content-type"));
  if (type.substr(0, type.find(';')) != "application/json") {
    return InvalidArgument("requests that change something need Content-Type: application/json");
  }
  return absl::OkStatus();
}

}  // namespace qalam::http
