#include <cstdio>

#include "api/convert.h"
#include "api/grpc_status.h"
#include "api/proto/access_v1.grpc.pb.h"
#include "cli/connection.h"
#include "cli/output.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

struct NewTokenOptions {
  std::string role;
  std::string expires = "90d";
  std::string description;
  bool every_namespace = false;
};

// "30d", "12h", "45m" or "never", which is 0.
StatusOr<double> ParseLifetime(const std::string& text) {
  if (text == "never") return 0;
  char* end = nullptr;
  const double count = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  const double seconds = unit == "d" ? 86400 : unit == "h" ? 3600 : unit == "m" ? 60 : 0;
  if (seconds == 0 || !(count > 0)) {
    return InvalidArgument("--expires should be like 30d, 12h or 45m, or never, not \"{}\"", text);
  }
  return count * seconds;
}

std::string DateOr(bool is_there, const google::protobuf::Timestamp& time, const char* otherwise) {
  if (!is_there) return otherwise;
  return qalam::FormatTime(FromProto(time)).substr(0, 16);
}

std::string Standing(const v1::Token& token) {
  if (token.has_revoked()) return "revoked";
  const bool has_expired = token.has_expires() && FromProto(token.expires()) <= absl::Now();
  return has_expired ? "expired" : "good";
}

StatusOr<int> CreateToken(const CommonOptions& common, const NewTokenOptions& options) {
  v1::CreateTokenRequest request;
  request.set_role(options.role);
  request.add_namespaces(options.every_namespace ? "*" : common.name_space);
  request.set_description(options.description);
  ASSIGN_OR_RETURN(const double seconds, ParseLifetime(options.expires));
  request.set_expires_in_seconds(seconds);
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  const auto stub = v1::AccessService::NewStub(connection->channel());
  grpc::ClientContext context;
  v1::CreateTokenReply reply;
  RETURN_IF_ERROR(FromGrpc(stub->CreateToken(&context, request, &reply)));
  if (common.output == "json") {
    std::fputs(FormatJson(reply).c_str(), stdout);
  } else if (common.output == "yaml") {
    std::fputs(FormatYaml(reply).c_str(), stdout);
  } else {
    // By itself, for a script to take.
    std::printf("%s\n", reply.secret().c_str());
    std::fflush(stdout);
    std::fprintf(stderr,
                 "token %s; this is the only time that its secret is shown (qalam token revoke %s "
                 "ends it)\n",
                 reply.token().id().c_str(), reply.token().id().c_str());
  }
  return 0;
}

StatusOr<int> ListTokens(const CommonOptions& common) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  const auto stub = v1::AccessService::NewStub(connection->channel());
  v1::ListTokensReply whole;
  v1::ListTokensRequest request;
  do {
    grpc::ClientContext context;
    v1::ListTokensReply page;
    RETURN_IF_ERROR(FromGrpc(stub->ListTokens(&context, request, &page)));
    request.set_page_token(page.next_page_token());
    whole.mutable_tokens()->MergeFrom(page.tokens());
  } while (!request.page_token().empty());
  if (common.output == "json") {
    std::fputs(FormatJson(whole).c_str(), stdout);
    return 0;
  }
  if (common.output == "yaml") {
    std::fputs(FormatYaml(whole).c_str(), stdout);
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {
      {"ID", "ROLE", "NAMESPACES", "IS", "CREATED", "EXPIRES", "LAST USED", "DESCRIPTION"}};
  for (const auto& token : whole.tokens()) {
    rows.push_back({token.id(), token.role(), fmt::format("{}", fmt::join(token.namespaces(), ",")),
                    Standing(token), DateOr(true, token.created(), ""),
                    DateOr(token.has_expires(), token.expires(), "never"),
                    DateOr(token.has_last_used(), token.last_used(), "never"),
                    token.description()});
  }
  std::fputs(FormatTable(rows).c_str(), stdout);
  return 0;
}

StatusOr<int> RevokeToken(const CommonOptions& common, const std::string& id) {
  ASSIGN_OR_RETURN(auto connection, Connection::Open(common, Connection::Mode::kView));
  const auto stub = v1::AccessService::NewStub(connection->channel());
  grpc::ClientContext context;
  v1::RevokeTokenRequest request;
  request.set_id(id);
  v1::Token token;
  RETURN_IF_ERROR(FromGrpc(stub->RevokeToken(&context, request, &token)));
  std::printf("token %s is revoked\n", id.c_str());
  return 0;
}

}  // namespace

void AddToken(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = app.add_subcommand("token", "Make, list and revoke the tokens of callers");
  verb->require_subcommand(1);
  verb->footer("Example:\n  qalam token create --role editor -n team-a --expires 30d");

  CLI::App* create =
      NewVerb(*verb, common, "create", "Make a token for the namespace; its secret is printed once",
              "qalam token create --role viewer -n team-a --description \"Ann\"");
  auto options = std::make_shared<NewTokenOptions>();
  create->add_option("--role", options->role, "viewer, editor or admin")
      ->required()
      ->check(CLI::IsMember({"viewer", "editor", "admin"}));
  create->add_option("--expires", options->expires,
                     "How long it is good: 30d, 12h, 45m, or never; by default 90d");
  create->add_option("--description", options->description, "What or whom it is for");
  create->add_flag("-A,--all-namespaces", options->every_namespace, "For every namespace");
  create->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return CreateToken(common, *options); };
  });

  CLI::App* list =
      NewVerb(*verb, common, "list", "List the tokens, without their secrets", "qalam token list");
  list->callback(
      [chosen] { *chosen = [](const CommonOptions& common) { return ListTokens(common); }; });

  CLI::App* revoke =
      NewVerb(*verb, common, "revoke", "End a token, at once", "qalam token revoke 0a1b2c3d4e5f");
  auto id = std::make_shared<std::string>();
  revoke->add_option("ID", *id, "The token's id, as token list shows it")->required();
  revoke->callback([chosen, id] {
    *chosen = [id](const CommonOptions& common) { return RevokeToken(common, *id); };
  });
}

}  // namespace qalam
