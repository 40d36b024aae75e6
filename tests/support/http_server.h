#pragma once

#include <httplib.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace qalam {

// A server for one test, on a port of its own. Handlers are set before Start.
class HttpServer {
 public:
  HttpServer() : server_(std::make_unique<httplib::Server>()) {}
  // Over TLS.
  HttpServer(const std::string& certificate, const std::string& key)
      : server_(std::make_unique<httplib::SSLServer>(certificate.c_str(), key.c_str())) {}
  ~HttpServer() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  httplib::Server* operator->() { return server_.get(); }
  void Start() {
    port_ = server_->bind_to_any_port("127.0.0.1");
    if (port_ < 0) throw std::runtime_error("no port to listen on");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  int port() const { return port_; }

 private:
  const std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace qalam
