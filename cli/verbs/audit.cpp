#include <algorithm>
#include <cstdio>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/access_v1.grpc.pb.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

StatusOr<int> ShowAudit(const CommonOptions& common, bool all, int count) {
  constexpr int kMostOfAPage = 1000;
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  const auto stub = v1::AccessService::NewStub(connection->channel());
  v1::ListAuditReply whole;
  v1::ListAuditRequest request;
  if (!all) request.set_namespace_(common.name_space);
  while (whole.entries_size() < count) {
    request.set_limit(std::min(count - whole.entries_size(), kMostOfAPage));
    grpc::ClientContext context;
    v1::ListAuditReply page;
    RETURN_IF_ERROR(FromGrpc(stub->ListAudit(&context, request, &page)));
    if (page.entries().empty()) break;
    whole.mutable_entries()->MergeFrom(page.entries());
    request.set_before_sequence(page.entries().rbegin()->sequence());
  }
  if (common.output == "json") {
    std::fputs(FormatJson(whole).c_str(), stdout);
    return 0;
  }
  if (common.output == "yaml") {
    std::fputs(FormatYaml(whole).c_str(), stdout);
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {
      {"TIME", "WHO", "FROM", "DID", "NAMESPACE", "TO", "OUTCOME"}};
  for (const auto& entry : whole.entries()) {
    rows.push_back({qalam::FormatTime(FromProto(entry.time())).substr(0, 19), entry.caller(),
                    entry.address().empty() ? "-" : entry.address(),
                    entry.action().substr(entry.action().rfind('/') + 1),
                    entry.namespace_().empty() ? "-" : entry.namespace_(), entry.object(),
                    entry.outcome()});
  }
  std::fputs(FormatTable(rows).c_str(), stdout);
  return 0;
}

}  // namespace

void AddAudit(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "audit", "Show who changed what, the newest first",
                           "qalam audit -A --limit 20");
  auto all = std::make_shared<bool>(false);
  auto limit = std::make_shared<int>(100);
  verb->add_flag("-A,--all-namespaces", *all, "Of every namespace, and of none");
  verb->add_option("--limit", *limit, "How many at most; by default 100")
      ->check(CLI::PositiveNumber);
  verb->callback([chosen, all, limit] {
    *chosen = [all, limit](const CommonOptions& common) { return ShowAudit(common, *all, *limit); };
  });
}

}  // namespace qalam
