#include "server/identity/kubernetes_reviews.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/log.h"
#include "server/identity/digest.h"
#include "server/identity/oidc/web_token.h"

namespace qalam {

namespace {

constexpr size_t kMostKept = 10'000;
constexpr size_t kLongestBearer = 16 << 10;
// A session of a browser is for no longer without the token being shown again.
constexpr Duration kLongestIdentity = absl::Hours(1);

const kubernetes::Resource kTokenReviews{"authentication.k8s.io/v1", "TokenReview", "tokenreviews",
                                         false};
const kubernetes::Resource kAccessReviews{"authorization.k8s.io/v1", "SubjectAccessReview",
                                          "subjectaccessreviews", false};

const char* VerbOf(Role role) {
  switch (role) {
    case Role::kViewer:
      return "get";
    case Role::kEditor:
      return "create";
    case Role::kAdmin:
      return "*";
  }
  return "*";
}

bool IsTrue(const Json& object, const char* place) {
  const Json::json_pointer pointer(place);
  return object.contains(pointer) && object[pointer] == true;
}

// Answers that are kept for kReviewKept, by what was asked.
template <typename Answer>
class KeptAnswers {
 public:
  std::optional<Answer> Find(const std::string& question, Time now) {
    absl::MutexLock lock(&mutex_);
    const auto entry = answers_.find(question);
    if (entry == answers_.end()) return std::nullopt;
    const Duration age = now - entry->second.second;
    if (age < absl::ZeroDuration() || age >= kReviewKept) return std::nullopt;
    return entry->second.first;
  }
  void Keep(const std::string& question, Answer answer, Time now) {
    absl::MutexLock lock(&mutex_);
    if (answers_.size() >= kMostKept) answers_.clear();
    answers_.insert_or_assign(question, std::pair(std::move(answer), now));
  }

 private:
  absl::Mutex mutex_;
  std::unordered_map<std::string, std::pair<Answer, Time>> answers_ ABSL_GUARDED_BY(mutex_);
};

// What the cluster allows its users; shared with the identities that ask it.
class AccessReviews {
 public:
  AccessReviews(std::unique_ptr<kubernetes::Client> client, const Clock& clock)
      : client_(std::move(client)), clock_(clock) {}

  kubernetes::Client& client() { return *client_; }
  StatusOr<bool> Allows(const Json& user, Role role, const std::string& name_space);

 private:
  const std::unique_ptr<kubernetes::Client> client_;
  const Clock& clock_;
  KeptAnswers<bool> kept_;
};

StatusOr<bool> AccessReviews::Allows(const Json& user, Role role, const std::string& name_space) {
  // As Kubernetes bounds the names of namespaces, which are a caller's to make up.
  constexpr size_t kLongestNamespace = 63;
  if (name_space.size() > kLongestNamespace) return false;
  Json spec = {{"user", user.value("username", "")},
               {"uid", user.value("uid", "")},
               {"groups", user.value("groups", Json::array())},
               {"resourceAttributes",
                {{"group", "kubeflow.org"},
                 {"resource", "experiments"},
                 {"verb", VerbOf(role)},
                 // Empty is every namespace.
                 {"namespace", name_space == kEveryNamespace ? "" : name_space}}}};
  if (user.contains("extra")) spec["extra"] = user["extra"];
  const std::string question = Sha256(spec.dump());
  if (const auto known = kept_.Find(question, clock_.Now())) return *known;
  const auto review =
      client_->Create({kAccessReviews, "", "", ""}, {{"apiVersion", kAccessReviews.api_version},
                                                     {"kind", kAccessReviews.kind},
                                                     {"spec", std::move(spec)}});
  if (!review.ok()) {
    Logger("identity")
        .Warn("the cluster did not say what a user may do",
              {{"user", user.value("username", "")}, {"error", Message(review.status())}});
    return Unavailable("the cluster did not say what you may do: {}", Message(review.status()));
  }
  const bool allowed = IsTrue(*review, "/status/allowed") && !IsTrue(*review, "/status/denied");
  kept_.Keep(question, allowed, clock_.Now());
  return allowed;
}

class KubernetesVerifier final : public BearerVerifier {
 public:
  KubernetesVerifier(std::unique_ptr<kubernetes::Client> client, const Clock& clock)
      : clock_(clock), reviews_(std::make_shared<AccessReviews>(std::move(client), clock)) {}

  // The cluster alone knows.
  bool IsOne(std::string_view bearer) const override { return bearer.size() <= kLongestBearer; }
  StatusOr<IdentityPtr> Identify(std::string_view bearer) override;

 private:
  StatusOr<IdentityPtr> Review(std::string_view bearer);

  const Clock& clock_;
  const std::shared_ptr<AccessReviews> reviews_;
  KeptAnswers<StatusOr<IdentityPtr>> kept_;
};

StatusOr<IdentityPtr> KubernetesVerifier::Identify(std::string_view bearer) {
  const std::string question = Sha256(bearer);
  if (auto known = kept_.Find(question, clock_.Now())) return *std::move(known);
  auto identity = Review(bearer);
  // That the cluster is away is asked again.
  if (identity.ok() || identity.status().code() == StatusCode::kUnauthenticated) {
    kept_.Keep(question, identity, clock_.Now());
  }
  return identity;
}

StatusOr<IdentityPtr> KubernetesVerifier::Review(std::string_view bearer) {
  const auto review = reviews_->client().Create({kTokenReviews, "", "", ""},
                                                {{"apiVersion", kTokenReviews.api_version},
                                                 {"kind", kTokenReviews.kind},
                                                 {"spec", {{"token", std::string(bearer)}}}});
  if (!review.ok()) {
    return Unavailable("the cluster did not say whose the token is: {}", Message(review.status()));
  }
  const Json::json_pointer place("/status/user");
  if (!IsTrue(*review, "/status/authenticated") || !review->contains(place) ||
      (*review)[place].value("username", "").empty()) {
    return MakeStatus(StatusCode::kUnauthenticated, "the token is none of the cluster's");
  }
  auto identity = std::make_shared<Identity>();
  const Json user = (*review)[place];
  identity->name = "kubernetes " + user["username"].get<std::string>().substr(0, 250);
  identity->asks = [reviews = reviews_, user](Role role, const std::string& name_space) {
    return reviews->Allows(user, role, name_space);
  };
  identity->expires = clock_.Now() + kLongestIdentity;
  const auto web_token = oidc::ReadWebToken(bearer);
  if (web_token.ok() && web_token->claims.contains("exp")) {
    identity->expires = std::min(identity->expires, oidc::EndOf(web_token->claims));
  }
  return IdentityPtr(std::move(identity));
}

}  // namespace

std::shared_ptr<BearerVerifier> MakeKubernetesVerifier(std::unique_ptr<kubernetes::Client> client,
                                                       const Clock& clock) {
  return std::make_shared<KubernetesVerifier>(std::move(client), clock);
}

}  // namespace qalam
