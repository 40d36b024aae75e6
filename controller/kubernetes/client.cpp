#include "controller/kubernetes/client.h"

#include <absl/time/clock.h>

#include "base/url_encode.h"
#include "controller/kubernetes/answer_status.h"
#include "controller/kubernetes/back_off.h"
#include "controller/kubernetes/line_reader.h"

namespace qalam::kubernetes {

namespace {

constexpr char kFieldManager[] = "qalam";
// A list that is dropped again and again while it is read has too many objects for its pages.
constexpr int kListAttempts = 3;

StatusOr<Json> ParseObject(const std::string& text, const std::string& what) {
  Json object = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Unavailable("{}: the answer is no JSON object", what);
  return object;
}

std::string TextAt(const Json& object, const char* field) {
  const auto entry = object.is_object() ? object.find(field) : object.end();
  return entry != object.end() && entry->is_string() ? entry->get<std::string>() : "";
}

std::string WithSelector(std::string target, const std::string& label_selector) {
  if (!label_selector.empty()) target += "&labelSelector=" + UrlEncode(label_selector);
  return target;
}

std::optional<WatchEvent::Type> TypeOfEvent(const std::string& name) {
  if (name == "ADDED") return WatchEvent::Type::kAdded;
  if (name == "MODIFIED") return WatchEvent::Type::kModified;
  if (name == "DELETED") return WatchEvent::Type::kDeleted;
  if (name == "BOOKMARK") return WatchEvent::Type::kBookmark;
  return std::nullopt;
}

}  // namespace

StatusOr<std::unique_ptr<Client>> Client::Create(ClusterAccess access, ClientOptions options) {
  ASSIGN_OR_RETURN(auto connections, Connections::Create(std::move(access), options.connections));
  return std::unique_ptr<Client>(new Client(std::move(connections), options));
}

StatusOr<HttpAnswer> Client::SendRepeatedly(const HttpRequest& request,
                                            Cancellation* cancellation) {
  BackOff back_off(options_.first_delay, options_.longest_delay,
                   static_cast<uint64_t>(absl::ToUnixNanos(absl::Now())) + seed_++);
  bool logged_in_again = false;
  for (int attempt = 1;; ++attempt) {
    const auto answer = connections_->Send(request, cancellation);
    Duration asked = absl::ZeroDuration();
    if (answer.ok()) {
      // A token that has expired meanwhile: the next one is fresh.
      if (answer->status == 401 && !logged_in_again) {
        logged_in_again = true;
        continue;
      }
      if (!IsWorthRepeating(answer->status)) return answer;
      asked = ParseRetryAfter(answer->retry_after, absl::Now()).value_or(asked);
    } else if (answer.status().code() != StatusCode::kUnavailable) {
      return answer;
    }
    if (attempt >= options_.attempts || asked > options_.longest_pause) return answer;
    const Duration delay = back_off.Next(asked);
    if (cancellation == nullptr) {
      absl::SleepFor(delay);
    } else if (!cancellation->SleepFor(delay)) {
      return answer;
    }
  }
}

StatusOr<Json> Client::SendForJson(const HttpRequest& request, const std::string& what,
                                   Cancellation* cancellation) {
  const auto answer = SendRepeatedly(request, cancellation);
  if (!answer.ok()) return WithContext(answer.status(), what);
  if (answer->status / 100 != 2) return WithContext(StatusOfAnswer(*answer), what);
  return ParseObject(answer->body, what);
}

StatusOr<Resource> Client::FindResource(const std::string& api_version, const std::string& kind) {
  const std::pair<std::string, std::string> key(api_version, kind);
  {
    absl::MutexLock lock(&mutex_);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  const std::string root =
      (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
  const auto answer =
      SendForJson({.target = root}, fmt::format("looking for {} {}", api_version, kind), nullptr);
  if (answer.status().code() == StatusCode::kNotFound) {
    return NotFound("the cluster does not know the API {}, nor so the kind {}", api_version, kind);
  }
  RETURN_IF_ERROR(answer.status());
  std::string kinds;
  absl::MutexLock lock(&mutex_);
  for (const Json& item : answer->value("resources", Json::array())) {
    const std::string plural = TextAt(item, "name");
    // "jobs/status" is a part of another.
    if (plural.empty() || plural.find('/') != std::string::npos) continue;
    Resource resource{api_version, TextAt(item, "kind"), plural, true};
    const auto namespaced = item.find("namespaced");
    resource.namespaced =
        namespaced == item.end() || !namespaced->is_boolean() || namespaced->get<bool>();
    kinds += (kinds.empty() ? "" : ", ") + resource.kind;
    known_[{api_version, resource.kind}] = resource;
  }
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  return NotFound("the cluster knows no kind {} of {}; it has: {}", kind, api_version, kinds);
}

StatusOr<Json> Client::Get(const ObjectPath& path, Cancellation* cancellation) {
  return SendForJson({.target = UrlPath(path)}, "reading " + Describe(path), cancellation);
}

StatusOr<Json> Client::Create(const ObjectPath& path, const Json& object,
                              Cancellation* cancellation) {
  ObjectPath named = path;
  named.name = MetadataText(object, "name");
  return SendForJson({.method = "POST",
                      .target = UrlPath(path),
                      .body = object.dump(),
                      .content_type = "application/json"},
                     "creating " + Describe(named), cancellation);
}

StatusOr<Json> Client::MergePatch(const ObjectPath& path, const Json& patch,
                                  Cancellation* cancellation) {
  return SendForJson({.method = "PATCH",
                      .target = UrlPath(path),
                      .body = patch.dump(),
                      .content_type = "application/merge-patch+json"},
                     "changing " + Describe(path), cancellation);
}

StatusOr<Json> Client::Apply(const ObjectPath& path, const Json& object,
                             Cancellation* cancellation) {
  // JSON is YAML.
  return SendForJson(
      {.method = "PATCH",
       .target = fmt::format("{}?fieldManager={}&force=true", UrlPath(path), kFieldManager),
       .body = object.dump(),
       .content_type = "application/apply-patch+yaml"},
      "applying " + Describe(path), cancellation);
}

Status Client::Delete(const ObjectPath& path, Propagation propagation, const std::string& uid,
                      Cancellation* cancellation) {
  Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  options["propagationPolicy"] = propagation == Propagation::kForeground   ? "Foreground"
                                 : propagation == Propagation::kBackground ? "Background"
                                                                           : "Orphan";
  if (!uid.empty()) options["preconditions"]["uid"] = uid;
  return SendForJson({.method = "DELETE",
                      .target = UrlPath(path),
                      .body = options.dump(),
                      .content_type = "application/json"},
                     "deleting " + Describe(path), cancellation)
      .status();
}

StatusOr<ObjectList> Client::ListOnce(const ObjectPath& path, const std::string& label_selector,
                                      Cancellation* cancellation) {
  ObjectList list;
  std::string go_on;
  do {
    std::string target =
        WithSelector(fmt::format("{}?limit={}", UrlPath(path), options_.page_size), label_selector);
    if (!go_on.empty()) target += "&continue=" + UrlEncode(go_on);
    ASSIGN_OR_RETURN(Json page,
                     SendForJson({.target = target}, "listing " + Describe(path), cancellation));
    const Json items = page.value("items", Json::array());
    if (items.is_array()) {
      for (const Json& item : items) {
        // The items of a list leave out what it says once for all.
        Json& object = list.items.emplace_back(item);
        if (object.is_object() && !object.contains("kind")) {
          object["apiVersion"] = path.resource.api_version;
          object["kind"] = path.resource.kind;
        }
      }
    }
    list.resource_version = MetadataText(page, "resourceVersion");
    go_on = MetadataText(page, "continue");
  } while (!go_on.empty());
  return list;
}

StatusOr<ObjectList> Client::List(const ObjectPath& path, const std::string& label_selector,
                                  Cancellation* cancellation) {
  for (int attempt = 1;; ++attempt) {
    auto list = ListOnce(path, label_selector, cancellation);
    if (list.status().code() != StatusCode::kOutOfRange || attempt == kListAttempts) return list;
  }
}

Status Client::Watch(const ObjectPath& path, const std::string& label_selector,
                     const std::string& resource_version, Duration time,
                     const std::function<void()>& began,
                     const std::function<void(WatchEvent)>& take, Cancellation& cancellation) {
  const std::string what = "watching " + Describe(path);
  LineReader lines;
  Status status;
  const auto take_line = [&](std::string_view line) {
    if (line.empty()) return true;
    Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const std::string name = TextAt(event, "type");
    const auto object = event.is_object() ? event.find("object") : event.end();
    const auto type = TypeOfEvent(name);
    if (object == event.end() || (!type && name != "ERROR")) {
      status = Unavailable("the server sent an event that is none");
    } else if (!type) {
      status = StatusOfErrorEvent(*object);
    } else {
      take({*type, std::move(*object)});
    }
    return status.ok();
  };
  const auto answer = connections_->Send(
      {.target = WithSelector(
           fmt::format(
               "{}?watch=true&allowWatchBookmarks=true&timeoutSeconds={}&resourceVersion={}",
               UrlPath(path), absl::ToInt64Seconds(time), UrlEncode(resource_version)),
           label_selector),
       // The server ends it first.
       .read_time = time + options_.connections.read_time,
       .began = began,
       .receive =
           [&](std::string_view data) {
             const Status fed = lines.Feed(data, take_line);
             if (!fed.ok()) status = fed;
             return status.ok();
           }},
      &cancellation);
  if (!status.ok()) return WithContext(status, what);
  if (!answer.ok()) return WithContext(answer.status(), what);
  if (answer->status / 100 != 2) return WithContext(StatusOfAnswer(*answer), what);
  return absl::OkStatus();
}

Status Client::ReadLog(const LogRequest& request, const std::function<bool(std::string_view)>& take,
                       Cancellation& cancellation) {
  const ObjectPath path{kPods, request.name_space, request.pod, "log"};
  std::string target =
      fmt::format("{}?timestamps=true&container={}", UrlPath(path), UrlEncode(request.container));
  if (request.follow) target += "&follow=true";
  if (request.previous) target += "&previous=true";
  if (!request.since.empty()) target += "&sinceTime=" + UrlEncode(request.since);
  // A program may be silent for long; what is gone is noticed by the connection itself.
  const auto answer = connections_->Send(
      {.target = target,
       .read_time = request.follow ? absl::Minutes(10) : options_.connections.read_time,
       .receive = take},
      &cancellation);
  const std::string what = "reading the log of " + Describe(path);
  if (!answer.ok()) return WithContext(answer.status(), what);
  if (answer->status / 100 != 2) return WithContext(StatusOfAnswer(*answer), what);
  return absl::OkStatus();
}

}  // namespace qalam::kubernetes
