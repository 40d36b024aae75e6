// The Kubernetes API.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "controller/kubernetes/cluster_access.h"
#include "controller/kubernetes/connections.h"
#include "controller/kubernetes/object.h"

namespace qalam::kubernetes {

struct ClientOptions {
  ConnectionOptions connections;
  int attempts = 4;  // of each request that may succeed when it is repeated
  Duration first_delay = absl::Milliseconds(100);
  Duration longest_delay = absl::Seconds(5);
  // A server that wants a longer pause than this is UNAVAILABLE instead.
  Duration longest_pause = absl::Seconds(30);
  int page_size = 500;  // objects of a list that come in one answer
};

// What becomes of the objects that an object owns, pods above all.
enum class Propagation {
  kForeground,  // they go first
  kBackground,  // they go afterwards
  kOrphan,
};

struct ObjectList {
  std::vector<Json> items;
  std::string resource_version;  // from which a watch goes on
};

struct WatchEvent {
  enum class Type { kAdded, kModified, kDeleted, kBookmark } type;
  Json object;
};

struct LogRequest {
  std::string name_space, pod, container;
  bool follow = false;
  bool previous = false;  // of the container's run before
  // Lines from that second on, each with its time before it.
  std::string since;  // RFC 3339
};

// Thread-safe. The process must ignore SIGPIPE. Requests that fail for a reason that passes are
// repeated; what is left then is UNAVAILABLE. Other codes: see answer_status.h.
class Client {
 public:
  static StatusOr<std::unique_ptr<Client>> Create(ClusterAccess access, ClientOptions options = {});

  const ClusterAccess& access() const { return connections_->access(); }

  // The resource that has this kind, as the server says. It is kept. NOT_FOUND when there is none.
  StatusOr<Resource> FindResource(const std::string& api_version, const std::string& kind);

  StatusOr<Json> Get(const ObjectPath& path, Cancellation* cancellation = nullptr);
  // `path` without a name. The object must have one: a repeat whose first try did get through is
  // ALREADY_EXISTS.
  StatusOr<Json> Create(const ObjectPath& path, const Json& object,
                        Cancellation* cancellation = nullptr);
  // RFC 7386.
  StatusOr<Json> MergePatch(const ObjectPath& path, const Json& patch,
                            Cancellation* cancellation = nullptr);
  // Server-side apply, by force, as the field manager "qalam".
  StatusOr<Json> Apply(const ObjectPath& path, const Json& object,
                       Cancellation* cancellation = nullptr);
  // With a `uid`, only the object that has it; ABORTED when another one has the name by now.
  Status Delete(const ObjectPath& path, Propagation propagation, const std::string& uid = "",
                Cancellation* cancellation = nullptr);
  // All pages; begun anew when the server has dropped the list in between.
  StatusOr<ObjectList> List(const ObjectPath& path, const std::string& label_selector,
                            Cancellation* cancellation = nullptr);
  // What becomes of the objects after `resource_version`, until the server ends it (OK), it is cut
  // (UNAVAILABLE), or the version is too old (OUT_OF_RANGE). `began` is called once the server has
  // taken it up. One try.
  Status Watch(const ObjectPath& path, const std::string& label_selector,
               const std::string& resource_version, Duration time,
               const std::function<void()>& began, const std::function<void(WatchEvent)>& take,
               Cancellation& cancellation);
  // Bytes of a container's log, with a time before each line, to its end. One try.
  Status ReadLog(const LogRequest& request, const std::function<bool(std::string_view)>& take,
                 Cancellation& cancellation);

 private:
  Client(std::unique_ptr<Connections> connections, ClientOptions options)
      : options_(options), connections_(std::move(connections)) {}

  StatusOr<HttpAnswer> SendRepeatedly(const HttpRequest& request, Cancellation* cancellation);
  // The object of a good answer; the status of another, with what was attempted.
  StatusOr<Json> SendForJson(const HttpRequest& request, const std::string& what,
                             Cancellation* cancellation);
  StatusOr<ObjectList> ListOnce(const ObjectPath& path, const std::string& label_selector,
                                Cancellation* cancellation);

  const ClientOptions options_;
  const std::unique_ptr<Connections> connections_;
  std::atomic<uint64_t> seed_{0};
  absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Resource> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::kubernetes
