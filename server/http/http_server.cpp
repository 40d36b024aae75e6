#include "server/http/http_server.h"

#include <absl/time/clock.h>
#include <httplib.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <thread>

#include "base/log.h"
#include "server/http/bounded_server.h"
#include "server/http/compression.h"
#include "server/http/connection_pool.h"
#include "server/http/dispatch.h"
#include "server/http/event_hub.h"
#include "server/http/gate.h"
#include "server/http/security.h"
#include "server/http/served_certificate.h"
#include "server/http/summaries.h"
#include "server/http/system_info.h"
#include "server/http/text.h"
#include "server/http/trial_tables.h"

namespace qalam::http {

namespace {

constexpr size_t kMostBodyBytes = 16 << 20;
// Larger ones are not even read to their end.
constexpr uint64_t kMostSkippedBytes = 256 << 20;
// Streams, and requests beside them.
constexpr size_t kMostThreads = EventHub::kMostStreams + 128;
constexpr int kBacklog = 512;

bool IsChange(const std::string& method) { return method != "GET" && method != "HEAD"; }

// Whether its body is larger than what those who are not known may have read.
bool IsLarge(const httplib::Request& request) {
  constexpr uint64_t kMostUnknownBytes = 64 << 10;
  return std::strtoull(request.get_header_value("Content-Length").c_str(), nullptr, 10) >
         kMostUnknownBytes;
}

HeaderOf HeadersOf(const httplib::Request& request) {
  return [&request](const std::string& name) { return request.get_header_value(name); };
}

ApiRequest ToApiRequest(const httplib::Request& request) {
  ApiRequest api;
  api.method = request.method == "HEAD" ? "GET" : request.method;
  api.body = request.body;
  api.address = request.remote_addr;
  api.query.insert(request.params.begin(), request.params.end());
  for (const auto& [name, value] : request.headers) api.headers.emplace(LowerCase(name), value);
  return api;
}

// A body as it stands: httplib would compress it again, slowly, or cut it to a Range. `keep_alive`
// false closes the connection after it.
void SetBody(std::shared_ptr<const std::string> body, bool keep_alive,
             const std::string& content_type, httplib::Response& response) {
  response.set_header("Content-Length", std::to_string(body->size()));
  response.set_content_provider(content_type,
                                [body, keep_alive](size_t offset, httplib::DataSink& sink) {
                                  if (offset < body->size())
                                    sink.write(body->data() + offset, body->size() - offset);
                                  sink.done();
                                  return keep_alive;
                                });
}

bool IsCompressible(const std::string& content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/yaml") || content_type.starts_with("image/svg") ||
         content_type.starts_with("text/javascript");
}

std::shared_ptr<const std::string> Encode(const Answer& answer, const std::string& accepted,
                                          httplib::Response& response) {
  auto body = answer.body != nullptr ? answer.body : std::make_shared<const std::string>();
  if (!answer.is_gzip && !IsCompressible(answer.content_type)) return body;
  response.set_header("Vary", "Accept-Encoding");
  // Below this the header costs more than the compression gives.
  constexpr size_t kLeastBytes = 1024;
  // Fast rather than small: most clients are on this machine.
  constexpr int kLevel = 1;
  const bool wanted = AcceptsGzip(accepted);
  if (wanted && (answer.is_gzip || body->size() >= kLeastBytes)) {
    response.set_header("Content-Encoding", "gzip");
    if (answer.is_gzip) return body;
    return std::make_shared<const std::string>(Gzip(*body, kLevel));
  }
  if (!answer.is_gzip) return body;
  auto plain = Gunzip(*body, size_t{1} << 31);
  return std::make_shared<const std::string>(plain.ok() ? *std::move(plain) : "");
}

void SendFile(const Answer& answer, httplib::Response& response) {
  response.set_header("Content-Length", std::to_string(answer.file_size));
  response.set_content_provider(answer.content_type, [file = answer.file, size = answer.file_size](
                                                         size_t offset, httplib::DataSink& sink) {
    char buffer[64 << 10];
    const auto left = static_cast<size_t>(size) - offset;
    if (left == 0) {
      sink.done();
      return true;
    }
    const ssize_t got =
        pread(file->get(), buffer, std::min(sizeof(buffer), left), static_cast<off_t>(offset));
    // Cut short meanwhile: the client must not take what it has for the whole.
    return got > 0 && sink.write(buffer, static_cast<size_t>(got));
  });
}

void SendParts(const Answer& answer, httplib::Response& response) {
  response.set_chunked_content_provider(
      answer.content_type, [more = answer.more](size_t, httplib::DataSink& sink) {
        std::string text;
        const auto goes_on = more(&text);
        // The client must not take what it has for the whole.
        if (!goes_on.ok()) return false;
        const bool sent = text.empty() || sink.write(text.data(), text.size());
        if (!*goes_on && sent) sink.done();
        return sent;
      });
}

void SendStream(std::shared_ptr<EventSubscription> events, std::function<bool()> may_go_on,
                httplib::Response& response) {
  response.set_chunked_content_provider(
      "text/event-stream",
      [events, may_go_on = std::move(may_go_on)](size_t, httplib::DataSink& sink) {
        // Short, to notice a client that has gone, and a session that has ended.
        constexpr Duration kLongestWait = absl::Milliseconds(400);
        const auto text = events->Next(kLongestWait);
        if (!text || !may_go_on()) return false;
        if (text->empty()) return sink.is_writable();
        return sink.write(text->data(), text->size());
      },
      [events](bool) { events->Close(); });
  // No proxy may keep back what has come.
  response.set_header("X-Accel-Buffering", "no");
}

void Send(const Answer& answer, const httplib::Request& request, httplib::Response& response,
          bool keep_alive = true) {
  response.status = answer.status;
  for (const auto& [name, value] : SecurityHeaders()) response.set_header(name, value);
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  response.set_header("Cache-Control", answer.cache_control);
  if (!answer.entity_tag.empty()) response.set_header("ETag", answer.entity_tag);
  if (answer.events != nullptr) return SendStream(answer.events, answer.may_go_on, response);
  if (answer.file != nullptr) return SendFile(answer, response);
  if (answer.more) return SendParts(answer, response);
  if (!keep_alive) response.set_header("Connection", "close");
  if (answer.body == nullptr && keep_alive) return;
  const auto body = Encode(answer, request.get_header_value("Accept-Encoding"), response);
  SetBody(body, keep_alive, answer.content_type, response);
}

// What is wrong with a request whose body must not be read; OK for others.
Answer Refusal(const httplib::Request& request, bool* refused) {
  *refused = true;
  const bool has_length = request.has_header("Content-Length");
  if (request.has_header("Transfer-Encoding")) {
    return ErrorAnswer(411, "INVALID_ARGUMENT", "bodies in chunks are not taken; send a length");
  }
  uint64_t length = 0;
  if (has_length) {
    const std::string text = request.get_header_value("Content-Length");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() ||
        request.get_header_value_count("Content-Length") != 1) {
      return ErrorAnswer(400, "INVALID_ARGUMENT", "Content-Length is no number of bytes");
    }
  }
  if (!IsChange(request.method)) {
    if (length > 0) return ErrorAnswer(400, "INVALID_ARGUMENT", "a GET takes no body");
  } else if (request.has_header("Content-Encoding")) {
    return ErrorAnswer(415, "INVALID_ARGUMENT", "compressed bodies are not taken");
  } else if (!has_length && request.method != "DELETE") {
    return ErrorAnswer(411, "INVALID_ARGUMENT", "the body's Content-Length is missing");
  } else if (length > kMostSkippedBytes) {
    return ErrorAnswer(413, "RESOURCE_EXHAUSTED", "the body is above 16 MiB");
  }
  if (request.ranges.size() > 1) {
    return ErrorAnswer(416, "INVALID_ARGUMENT", "several ranges are not served");
  }
  *refused = false;
  return {};
}

// Of errors that httplib finds by itself.
Answer ProtocolError(int status) {
  switch (status) {
    case 413:
      return ErrorAnswer(413, "RESOURCE_EXHAUSTED", "the body is above 16 MiB");
    case 414:
      return ErrorAnswer(414, "INVALID_ARGUMENT", "the address is above 8 KiB");
    case 416:
      return ErrorAnswer(416, "INVALID_ARGUMENT", "the Range header cannot be read");
    case 500:
      return ErrorAnswer(Internal("the server made a mistake; its log has more"));
    default:
      return ErrorAnswer(status, "INVALID_ARGUMENT", "this is no HTTP request that can be read");
  }
}

// Written as it stands: httplib has no request to answer.
std::string HeadRefusal() {
  const Answer answer = ErrorAnswer(
      431, "RESOURCE_EXHAUSTED",
      fmt::format("the request's address and headers are above {} KiB, or above {} headers",
                  BoundedServer::kMostHeadBytes >> 10, BoundedServer::kMostHeaders));
  std::string text = fmt::format(
      "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
      "Cache-Control: no-store\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
      answer.content_type, answer.body->size());
  for (const auto& [name, value] : SecurityHeaders()) text += name + ": " + value + "\r\n";
  return text + "\r\n" + *answer.body;
}

class HttplibServer final : public HttpServer {
 public:
  HttplibServer(const HttpServerOptions& options,
                std::unique_ptr<v1::ExperimentService::Stub> service, const HttpServed& served)
      : service_(std::move(service)),
        summaries_(served.store, served.changes),
        tables_(served.store, served.changes),
        events_(served.store, served.changes, summaries_, served.trial_operator),
        gate_(served.authority, served.clock, !options.tls_key.empty()),
        context_{.service = *service_,
                 .store = served.store,
                 .changes = served.changes,
                 .activity = served.activity,
                 .trial_operator = served.trial_operator,
                 .clock = served.clock,
                 .summaries = summaries_,
                 .tables = tables_,
                 .events = events_,
                 .gate = gate_,
                 .telemetry = served.telemetry,
                 .health = served.health,
                 .controller = served.controller,
                 .database_size = served.database_size,
                 .operator_name = options.operator_name,
                 .database_path = options.database_path,
                 .workers = options.workers,
                 .started = served.clock.Now(),
                 .is_insecure = options.is_insecure,
                 .caller = {}} {}
  ~HttplibServer() override { Stop(); }

  Status Begin(const HttpServerOptions& options);
  const std::string& url() const override { return url_; }
  void Stop() override;

 private:
  void Configure();
  Status Bind(const HttpServerOptions& options);
  void Handle(const httplib::Request& request, httplib::Response& response);

  const std::unique_ptr<v1::ExperimentService::Stub> service_;
  Summaries summaries_;
  TrialTables tables_;
  EventHub events_;
  Gate gate_;
  const ApiContext context_;
  std::string url_;
  std::string listen_host_;
  int socket_ = -1;  // httplib's, to give it a longer backlog
  std::unique_ptr<ServedCertificate> certificate_;
  std::atomic<bool> is_crowded_ = false;
  BoundedServer server_;
  std::thread thread_;
};

void HttplibServer::Configure() {
  server_.new_task_queue = [this] { return new ConnectionPool(kMostThreads, is_crowded_); };
  server_.set_crowded(&is_crowded_);
  server_.set_head_refusal(HeadRefusal());
  server_.set_payload_max_length(kMostBodyBytes);
  server_.set_tcp_nodelay(true);
  server_.set_keep_alive_max_count(10'000);
  // A thread waits with each idle connection.
  server_.set_keep_alive_timeout(3);
  server_.set_read_timeout(10);
  server_.set_write_timeout(10);
  server_.set_socket_options([this](socket_t socket) {
    socket_ = socket;
    // Not SO_REUSEPORT, httplib's choice: a second server would share the port unnoticed.
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server_.set_pre_routing_handler([this](const auto& request, auto& response) {
    bool refused = false;
    const Answer refusal = Refusal(request, &refused);
    if (refused) {
      Send(refusal, request, response, /*keep_alive=*/false);
      return httplib::Server::HandlerResponse::Handled;
    }
    // What brings a body is handled once that is read, so that the next request is found; but
    // nobody's large one is read.
    if (IsChange(request.method)) {
      if (!IsLarge(request)) return httplib::Server::HandlerResponse::Unhandled;
      const auto identity = gate_.Identify(ToApiRequest(request));
      if (identity.ok()) return httplib::Server::HandlerResponse::Unhandled;
      Send(ErrorAnswer(identity.status()), request, response, /*keep_alive=*/false);
      return httplib::Server::HandlerResponse::Handled;
    }
    Handle(request, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  const auto handle = [this](const auto& request, auto& response) { Handle(request, response); };
  constexpr char kAnyPath[] = "[^]*";
  server_.Post(kAnyPath, handle)
      .Put(kAnyPath, handle)
      .Patch(kAnyPath, handle)
      .Delete(kAnyPath, handle)
      .Options(kAnyPath, handle);
  server_.set_error_handler(
      httplib::Server::HandlerWithResponse([](const auto& request, auto& response) {
        if (!response.has_header("X-Content-Type-Options")) {
          Send(ProtocolError(response.status), request, response, /*keep_alive=*/false);
        }
        return httplib::Server::HandlerResponse::Unhandled;
      }));
}

void HttplibServer::Handle(const httplib::Request& request, httplib::Response& response) {
  const auto headers = HeadersOf(request);
  // Where tokens are wanted a page elsewhere has none to show, whatever name leads here; and
  // servers for teams have names that they do not know of.
  Status allowed =
      gate_.authority().is_required() ? absl::OkStatus() : CheckHost(headers, listen_host_);
  if (allowed.ok() && IsChange(request.method)) allowed = CheckOrigin(headers);
  if (allowed.code() == StatusCode::kInvalidArgument) {
    Send(ErrorAnswer(415, "INVALID_ARGUMENT", Message(allowed)), request, response);
  } else if (!allowed.ok()) {
    Send(ErrorAnswer(allowed), request, response);
  } else {
    Send(Dispatch(context_, ToApiRequest(request), request.path), request, response);
  }
}

Status HttplibServer::Bind(const HttpServerOptions& options) {
  const auto [host, port_text] = SplitHostPort(options.address);
  int port = -1;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (host.empty() || error != std::errc() || end != port_text.data() + port_text.size() ||
      port < 0 || port > 65535) {
    return InvalidArgument(
        "the HTTP address should be HOST:PORT, for example 127.0.0.1:6790, not \"{}\"",
        options.address);
  }
  listen_host_ = host;
  int bound = port;
  if (port == 0 || !server_.bind_to_port(host, port)) {
    bound = port == 0 || options.any_port_if_taken ? server_.bind_to_any_port(host) : -1;
  }
  if (bound < 0) {
    return Unavailable(
        "cannot listen on {} for HTTP; is the address in use? (--http HOST:PORT "
        "takes another one)",
        options.address);
  }
  // Once more, since httplib's own backlog is five.
  if (listen(socket_, kBacklog) != 0) return ErrnoStatus(errno, "cannot listen for HTTP");
  const bool is_v6 = host.find(':') != std::string::npos;
  url_ = fmt::format("{}://{}:{}", options.tls_key.empty() ? "http" : "https",
                     is_v6 ? "[" + host + "]" : host, bound);
  return absl::OkStatus();
}

Status HttplibServer::Begin(const HttpServerOptions& options) {
  Configure();
  if (!options.tls_key.empty()) {
    ASSIGN_OR_RETURN(certificate_, ServedCertificate::Load({.certificate = options.tls_certificate,
                                                            .key = options.tls_key,
                                                            .client_ca = options.tls_client_ca}));
    server_.set_certificate(certificate_.get());
  }
  RETURN_IF_ERROR(Bind(options));
  events_.SetSystemInfo([this] { return SystemInfo(context_); });
  events_.Start();
  thread_ = std::thread([this] {
    if (!server_.listen_after_bind()) Logger("http").Error("the server has ended by itself");
  });
  // Stop does nothing before.
  while (!server_.is_running()) absl::SleepFor(absl::Milliseconds(1));
  return absl::OkStatus();
}

void HttplibServer::Stop() {
  events_.Stop();
  if (!thread_.joinable()) return;
  server_.stop();
  thread_.join();
}

}  // namespace

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpServerOptions& options, std::unique_ptr<v1::ExperimentService::Stub> service,
    const HttpServed& served) {
  auto server = std::make_unique<HttplibServer>(options, std::move(service), served);
  RETURN_IF_ERROR(server->Begin(options));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace qalam::http
