#include "server/identity/oidc/issuer_keys.h"

#include <algorithm>

#include "base/log.h"
#include "controller/kubernetes/connections.h"
#include "controller/kubernetes/login_sources.h"

namespace qalam::oidc {

namespace {

constexpr size_t kLargestAnswer = 1 << 20;
constexpr size_t kMostKeys = 100;

// "https://host:1" and "/path" of "https://host:1/path".
std::pair<std::string, std::string> SplitUrl(const std::string& url) {
  const size_t host = url.find("://");
  const size_t path = host == std::string::npos ? host : url.find('/', host + 3);
  if (path == std::string::npos) return {url, "/"};
  return {url.substr(0, path), url.substr(path)};
}

StatusOr<Json> GetJson(const std::string& url, const std::string& authorities) {
  RETURN_IF_ERROR(CheckIssuer(url));
  const auto [server, target] = SplitUrl(url);
  kubernetes::ClusterAccess access;
  access.server = server;
  access.authorities = authorities;
  access.login = kubernetes::MakeFixedLogin({});
  access.origin = url;
  ASSIGN_OR_RETURN(
      const auto connections,
      kubernetes::Connections::Create(
          std::move(access), {.read_time = absl::Seconds(10), .largest_answer = kLargestAnswer}));
  ASSIGN_OR_RETURN(const auto answer, connections->Send({.target = target}, nullptr));
  if (answer.status != 200) return Unavailable("{} answers with HTTP {}", url, answer.status);
  Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Unavailable("{} answers with no JSON object", url);
  return json;
}

std::string MemberText(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

bool IsNamed(const std::vector<IssuerKey>& keys, const std::string& id) {
  return std::any_of(keys.begin(), keys.end(), [&](const IssuerKey& key) { return key.id == id; });
}

}  // namespace

Status CheckIssuer(const std::string& issuer) {
  const std::string host = SplitUrl(issuer).first;
  for (const char* loopback : {"http://127.0.0.1:", "http://localhost:", "http://[::1]:"}) {
    if (host.starts_with(loopback)) return absl::OkStatus();
  }
  if (host.starts_with("https://") && host.size() > sizeof("https://") - 1) return absl::OkStatus();
  return InvalidArgument("an OpenID issuer should be https://HOST, not \"{}\"",
                         issuer.substr(0, 200));
}

StatusOr<std::vector<IssuerKey>> IssuerKeys::Fetch() const {
  std::string base = issuer_;
  while (base.ends_with('/')) base.pop_back();
  ASSIGN_OR_RETURN(const Json found,
                   GetJson(base + "/.well-known/openid-configuration", authorities_));
  if (MemberText(found, "issuer") != issuer_) {
    return Unavailable("{} says that it is another issuer: \"{}\"", issuer_,
                       MemberText(found, "issuer").substr(0, 200));
  }
  ASSIGN_OR_RETURN(const Json set, GetJson(MemberText(found, "jwks_uri"), authorities_));
  std::vector<IssuerKey> keys;
  if (!set.contains("keys") || !set["keys"].is_array()) {
    return Unavailable("{} gives no keys", issuer_);
  }
  for (const Json& entry : set["keys"]) {
    if (!entry.is_object() || keys.size() >= kMostKeys) continue;
    const std::string use = MemberText(entry, "use");
    if (!use.empty() && use != "sig") continue;
    // One of a kind that is not known serves other programs.
    auto key = ReadJsonWebKey(entry);
    if (!key.ok()) continue;
    keys.push_back({MemberText(entry, "kid"), MemberText(entry, "alg"), *std::move(key)});
  }
  if (keys.empty()) return Unavailable("{} gives no key that can be used", issuer_);
  return keys;
}

StatusOr<std::vector<IssuerKey>> IssuerKeys::For(const std::string& key_id) {
  const auto chosen = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    std::vector<IssuerKey> keys;
    for (const auto& key : keys_) {
      if (key_id.empty() || key.id == key_id) keys.push_back(key);
    }
    return keys;
  };
  const auto is_enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const Time now = clock_.Now();
    const bool is_fresh = now - fetched_ < kFresh && (key_id.empty() || IsNamed(keys_, key_id));
    return is_fresh || (now >= asked_ && now - asked_ < kPause);
  };
  {
    absl::MutexLock lock(&mutex_);
    if (is_enough()) return keys_.empty() ? StatusOr<std::vector<IssuerKey>>(last_) : chosen();
  }
  absl::MutexLock fetching(&fetching_);
  {
    absl::MutexLock lock(&mutex_);
    // Another who waited here has asked meanwhile.
    if (is_enough()) return keys_.empty() ? StatusOr<std::vector<IssuerKey>>(last_) : chosen();
    asked_ = clock_.Now();
  }
  auto fetched = Fetch();
  absl::MutexLock lock(&mutex_);
  const Time now = clock_.Now();
  last_ = fetched.status();
  if (fetched.ok()) {
    keys_ = *std::move(fetched);
    fetched_ = now;
  } else {
    Logger("identity")
        .Warn("the OpenID issuer's keys could not be read", {{"error", Message(last_)}});
    if (now - fetched_ >= kStale) keys_.clear();
  }
  if (keys_.empty()) return last_;
  return chosen();
}

}  // namespace qalam::oidc
