#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "controller/kubernetes/client.h"

namespace qalam::kubernetes {

// Called from the watch's thread, one at a time.
struct WatchHandlers {
  // All objects there are, at the begin and whenever changes may have been missed.
  std::function<void(std::vector<Json>)> replaced;
  std::function<void(Json)> changed;  // it is new, or has changed
  std::function<void(Json)> deleted;  // as it was last
  // OK whenever the server has begun to send changes; else why it does not.
  std::function<void(const Status&)> reached;
};

struct WatchOptions {
  Duration shortest = absl::Minutes(4);  // of one request; it takes up to twice as long
  Duration first_delay = absl::Milliseconds(100);
  Duration longest_delay = absl::Seconds(10);
};

// Follows all objects of a kind, by a list and a watch after it, over cut connections and servers
// that are away, for as long as it lives.
class ObjectWatch {
 public:
  // `path` has no name. The client must outlive the watch.
  ObjectWatch(Client& client, ObjectPath path, std::string label_selector, WatchHandlers handlers,
              WatchOptions options = {});
  // No handler is called afterwards. Not to be destroyed from within one.
  ~ObjectWatch();
  ObjectWatch(const ObjectWatch&) = delete;
  ObjectWatch& operator=(const ObjectWatch&) = delete;

 private:
  void Run();
  Status ListAll();
  Status WatchOnce();
  void Take(WatchEvent event);

  Client& client_;
  const ObjectPath path_;
  const std::string label_selector_;
  const WatchHandlers handlers_;
  const WatchOptions options_;
  std::string resource_version_;  // empty: a list comes next
  bool heard_ = false;            // anything, since the last failure
  Cancellation cancellation_;
  std::thread thread_;
};

}  // namespace qalam::kubernetes
