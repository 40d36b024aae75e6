#include "controller/kubernetes/connections.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

#include "controller/kubernetes/tls_context.h"

namespace qalam::kubernetes {

namespace {

// How long after its last use a connection is thought to be alive: servers and what is between drop
// those that are idle for minutes.
constexpr Duration kLongestIdle = absl::Seconds(30);

// A peer that is gone without a word is noticed within a minute, also where nothing is sent.
void KeepAlive(socket_t socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 50'000);
}

// The first address of the host.
StatusOr<std::string> Resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return Unavailable("cannot find the host {}: {}", host, gai_strerror(error));
  char text[NI_MAXHOST];
  const int named = getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), nullptr, 0,
                                NI_NUMERICHOST);
  freeaddrinfo(found);
  if (named != 0) return Unavailable("cannot find the host {}: {}", host, gai_strerror(named));
  return std::string(text);
}

Status StatusOfError(httplib::Error error, const std::string& server) {
  switch (error) {
    case httplib::Error::Connection:
      return Unavailable("cannot connect to {}", server);
    case httplib::Error::SSLServerVerification:
      return FailedPrecondition(
          "the certificate of {} is not one to be trusted: it is not signed by the authorities "
          "that "
          "are known, or is for another name",
          server);
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
      return Unavailable("cannot set up TLS with {}", server);
    case httplib::Error::Canceled:
      return MakeStatus(StatusCode::kCancelled, "the request was ended from here");
    default:
      return Unavailable("the connection to {} was cut ({})", server, httplib::to_string(error));
  }
}

// What keeps a request from being sent is no answer of the server's: a login program that is not
// there must not be taken for an object that is gone.
Status NotSent(const Status& status) {
  if (status.code() == StatusCode::kUnavailable) return status;
  return MakeStatus(StatusCode::kFailedPrecondition, Message(status));
}

}  // namespace

class Connections::Connection {
 public:
  Connection(std::unique_ptr<httplib::ClientImpl> http, Login made_for)
      : http(std::move(http)), login(std::move(made_for)) {
    login.token.clear();
  }

  bool IsFor(const Login& other) const {
    return other.certificate == login.certificate && other.key == login.key;
  }

  const std::unique_ptr<httplib::ClientImpl> http;
  Login login;  // its certificate, which the connection was made with
  Time last_used;
};

StatusOr<std::unique_ptr<Connections>> Connections::Create(ClusterAccess access,
                                                           ConnectionOptions options) {
  std::unique_ptr<Connections> result(new Connections(std::move(access), options));
  const std::string& server = result->access_.server;
  result->tls_ = server.starts_with("https://");
  const size_t begin = server.find("://");
  if (begin == std::string::npos) return InvalidArgument("{} is no address of a server", server);
  std::string rest = server.substr(begin + 3);
  const size_t slash = std::min(rest.find('/'), rest.size());
  result->prefix_ = rest.substr(slash);
  while (result->prefix_.ends_with('/')) result->prefix_.pop_back();
  rest.resize(slash);
  std::string port = result->tls_ ? "443" : "80";
  if (rest.starts_with('[') && rest.find(']') != std::string::npos) {
    const size_t close = rest.find(']');
    result->host_ = rest.substr(1, close - 1);
    if (rest.substr(close + 1).starts_with(':')) port = rest.substr(close + 2);
  } else {
    const size_t colon = rest.rfind(':');
    result->host_ = rest.substr(0, colon);
    if (colon != std::string::npos) port = rest.substr(colon + 1);
  }
  const bool is_number =
      !port.empty() && port.size() < 6 && port.find_first_not_of("0123456789") == std::string::npos;
  result->port_ = is_number ? std::stoi(port) : 0;
  if (result->host_.empty() || result->port_ < 1 || result->port_ > 65535) {
    return InvalidArgument("{} is no address of a server", server);
  }
  if (!result->access_.authorities.empty()) {
    ASSIGN_OR_RETURN(X509_STORE * store, MakeStore(result->access_.authorities));
    X509_STORE_free(store);
  }
  return result;
}

Connections::Connections(ClusterAccess access, ConnectionOptions options)
    : access_(std::move(access)), options_(options) {}

Connections::~Connections() = default;

StatusOr<std::unique_ptr<Connections::Connection>> Connections::Take(const Login& login) {
  const Time now = SteadyNow();
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(idle_, [&](const auto& idle) {
      return !idle->IsFor(login) || now - idle->last_used > kLongestIdle;
    });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  std::unique_ptr<httplib::ClientImpl> http;
  if (!tls_) {
    http = std::make_unique<httplib::ClientImpl>(host_, port_);
  } else {
    // The library holds the certificate against the name that it was given.
    const bool other_name = !access_.server_name.empty() && access_.server_name != host_;
    auto secure =
        std::make_unique<httplib::SSLClient>(other_name ? access_.server_name : host_, port_);
    if (other_name) {
      ASSIGN_OR_RETURN(const std::string address, Resolve(host_));
      secure->set_hostname_addr_map({{access_.server_name, address}});
    }
    if (!login.certificate.empty()) {
      RETURN_IF_ERROR(UseCertificate(secure->ssl_context(), login));
    }
    secure->enable_server_certificate_verification(!access_.insecure);
    if (!access_.authorities.empty()) {
      ASSIGN_OR_RETURN(X509_STORE * store, MakeStore(access_.authorities));
      secure->set_ca_cert_store(store);  // which owns it now
    }
    http = std::move(secure);
  }
  http->set_keep_alive(true);
  http->set_tcp_nodelay(true);
  http->set_url_encode(false);
  http->set_socket_options(KeepAlive);
  http->set_connection_timeout(absl::ToChronoMilliseconds(options_.connect_time));
  http->set_write_timeout(absl::ToChronoMilliseconds(options_.read_time));
  return std::make_unique<Connection>(std::move(http), login);
}

void Connections::GiveBack(std::unique_ptr<Connection> connection) {
  connection->last_used = SteadyNow();
  absl::MutexLock lock(&mutex_);
  if (idle_.size() < options_.most_idle) idle_.push_back(std::move(connection));
}

StatusOr<HttpAnswer> Connections::Send(const HttpRequest& request, Cancellation* cancellation) {
  const auto is_cancelled = [&] { return cancellation != nullptr && cancellation->IsCancelled(); };
  const Status cancelled = MakeStatus(StatusCode::kCancelled, "the request was ended from here");
  if (is_cancelled()) return cancelled;
  const auto known = access_.login->Get();
  if (!known.ok()) return NotSent(known.status());
  const Login& login = *known;
  auto taken = Take(login);
  if (!taken.ok()) return NotSent(taken.status());
  auto connection = *std::move(taken);
  connection->http->set_read_timeout(absl::ToChronoMilliseconds(
      request.read_time > absl::ZeroDuration() ? request.read_time : options_.read_time));
  httplib::Request sent;
  sent.method = request.method;
  sent.path = prefix_ + request.target;
  sent.body = request.body;
  sent.headers = {{"Accept", "application/json"}, {"User-Agent", "qalam"}};
  if (!request.content_type.empty()) sent.headers.emplace("Content-Type", request.content_type);
  if (!login.token.empty()) sent.headers.emplace("Authorization", "Bearer " + login.token);

  HttpAnswer answer;
  bool too_large = false;
  sent.response_handler = [&](const httplib::Response& response) {
    answer.status = response.status;
    answer.retry_after = response.get_header_value("Retry-After");
    if (is_cancelled()) return false;
    if (request.began && answer.status / 100 == 2) request.began();
    return true;
  };
  sent.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    if (is_cancelled()) return false;
    if (request.receive && answer.status / 100 == 2) return request.receive({data, size});
    too_large = answer.body.size() + size > options_.largest_answer;
    if (!too_large) answer.body.append(data, size);
    return !too_large;
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  bool sent_whole = false;
  {
    httplib::ClientImpl* const http = connection->http.get();
    const Cancellation::InFlight in_flight(cancellation, [http] { http->stop(); });
    sent_whole = !is_cancelled() && http->send(sent, response, error);
  }
  if (is_cancelled()) return cancelled;
  if (too_large) {
    return ResourceExhausted("the answer of {} is larger than {} bytes", access_.server,
                             options_.largest_answer);
  }
  if (!sent_whole) return StatusOfError(error, access_.server);
  if (answer.status == 401) access_.login->Refused(login);
  GiveBack(std::move(connection));
  return answer;
}

}  // namespace qalam::kubernetes
